"""Scenes backstage."""

from scenes import audience_admin  # noqa: F401  registers what people gave scenes
