"""Benches of avatarfx: `manage.py bench NAME --json`."""
