"""What avatarfx announces, at commit."""

from django.dispatch import Signal

clip_failed = Signal()
"""Sent with ``clip``: it was given up, and its ticket is back."""

clip_ready = Signal()
"""Sent with ``clip``: it can be watched, and published if its owner asked for that."""
