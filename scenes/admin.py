"""Scenes backstage."""

from scenes import voice_admin  # noqa: F401  registers voiced lines and clips of plays
