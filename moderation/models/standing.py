"""What was decided about a person: suspended, banned, their profile emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from datetime import datetime


class Standing(models.Model):
    """Of people with whom something is; nobody else has a row. They may still sign in,
    read why, appeal, take their data and leave."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="standing",
    )
    suspended_until = models.DateTimeField(null=True, blank=True)
    banned = models.BooleanField(default=False)
    kept = models.JSONField(default=dict, blank=True)
    """Name and description of a withheld profile, to be put back."""

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Standing of {self.user_id}"

    def resting_at(self, now: datetime) -> bool:
        """Whether this person may change nothing here at `now`."""
        waiting = self.suspended_until is not None and self.suspended_until > now
        return self.banned or waiting
