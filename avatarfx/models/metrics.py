"""How rendering went, counted: nothing in here names a clip or a person."""

from __future__ import annotations

from django.db import models


class RenderHour(models.Model):
    """The attempts that ended in an hour, see ``avatarfx.metrics.tally``."""

    hour = models.DateTimeField(unique=True)
    """Its beginning, UTC."""

    tally = models.JSONField(default=dict)
    total = models.JSONField(default=dict)
    """Of everything up to its end; only of hours that are closed."""

    closed = models.BooleanField(default=False)
    """It is over and is not counted again, whatever becomes of the rows."""

    class Meta:
        ordering = ["hour"]
        verbose_name_plural = "rendering"

    def __str__(self) -> str:
        return f"Renders of {self.hour:%Y-%m-%d %H} h"


class RenderSample(models.Model):
    """The line at one minute."""

    at = models.DateTimeField(unique=True)
    waiting_now = models.PositiveIntegerField(default=0)
    """Clips in line for which somebody waits."""

    waiting_later = models.PositiveIntegerField(default=0)
    oldest_now = models.FloatField(default=0.0)
    """Seconds that the one which has waited longest has waited; 0: none waits."""

    oldest_later = models.FloatField(default=0.0)
    rendering = models.PositiveIntegerField(default=0)
    workers = models.PositiveIntegerField(default=0)
    """Alive; of them `busy` have a clip."""

    busy = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["at"]
        verbose_name = "sample of the line"
        verbose_name_plural = "samples of the line"

    def __str__(self) -> str:
        return f"The line at {self.at:%Y-%m-%d %H:%M}"
