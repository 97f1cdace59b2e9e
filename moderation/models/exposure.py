"""How much a moderator looked at in a day: a number for their wellbeing, not for rank."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Exposure(models.Model):
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="exposures"
    )
    day = models.DateField()
    cases = models.PositiveIntegerField(default=0)
    """Case pages opened."""

    revealed = models.PositiveIntegerField(default=0)
    """Pictures, clips and sounds unblurred."""

    severe = models.PositiveIntegerField(default=0)
    """Of those, in cases of severity 4 and 5."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["moderator", "day"], name="exposure_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.moderator_id} on {self.day}: {self.revealed}"
