"""The attempts to render a clip."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from avatarfx.models.clip import Clip


class Render(models.Model):
    """One attempt at a clip."""

    clip = models.ForeignKey(Clip, models.CASCADE, related_name="renders")
    fence = models.PositiveIntegerField()
    worker = models.CharField(max_length=80)
    started = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True)
    """``ready``, ``failed``, ``cancelled``, ``held`` (may not be shown yet), ``lost``
    (lease ran out) or empty: running."""

    error = models.TextField(blank=True)
    trace = models.JSONField(default=list, blank=True)
    """One entry a stage: name, engine, seconds, note."""

    receipt = models.JSONField(null=True, blank=True, editable=False)
    """What its worker signed: see ``avatarfx.receipts``."""
    live = models.JSONField(default=dict, blank=True, editable=False)
    """What may be watched of it before it is finished, see `avatarfx.progressive.state`;
    empty: nothing."""

    class Meta:
        indexes = [models.Index(fields=["ended"], name="render_ended")]
        constraints = [
            models.UniqueConstraint(fields=["clip", "fence"], name="render_fence_once")
        ]

    def __str__(self) -> str:
        return f"Render {self.fence} of clip {self.clip_id}"
