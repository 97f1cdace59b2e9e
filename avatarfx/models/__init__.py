"""Clips, and the attempts to render them."""

from __future__ import annotations

from avatarfx.models.clip import Clip, ClipActor, ClipQuerySet
from avatarfx.models.render import Render
from avatarfx.models.worker import RenderWorker, WorkerKey

__all__ = ["Clip", "ClipActor", "ClipQuerySet", "Render", "RenderWorker", "WorkerKey"]
