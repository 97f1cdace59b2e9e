"""Clips, the attempts to render them, and what people bring along for them."""

from __future__ import annotations

from avatarfx.models.backdrop import Backdrop, BackdropQuerySet
from avatarfx.models.batch import Batch, BatchRow
from avatarfx.models.clip import Clip, ClipActor, ClipQuerySet
from avatarfx.models.metrics import RenderHour, RenderSample
from avatarfx.models.recording import Recording, RecordingQuerySet
from avatarfx.models.render import Render
from avatarfx.models.worker import RenderWorker, WorkerKey

__all__ = [
    "Backdrop",
    "BackdropQuerySet",
    "Batch",
    "BatchRow",
    "Clip",
    "ClipActor",
    "ClipQuerySet",
    "Recording",
    "RecordingQuerySet",
    "Render",
    "RenderHour",
    "RenderSample",
    "RenderWorker",
    "WorkerKey",
]
