"""Clips, and the attempts to render them."""

from __future__ import annotations

from avatarfx.models.clip import Clip, ClipActor, ClipQuerySet
from avatarfx.models.metrics import RenderHour, RenderSample
from avatarfx.models.render import Render

__all__ = [
    "Clip",
    "ClipActor",
    "ClipQuerySet",
    "Render",
    "RenderHour",
    "RenderSample",
]
