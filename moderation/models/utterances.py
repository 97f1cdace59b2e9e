"""What was put before others lately, in short: enough to notice the same thing again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Utterance(models.Model):
    """One text that went out. Forgotten after ``ABUSE["KEPT_DAYS"]``."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="utterances"
    )
    surface = models.CharField(max_length=32)
    place = models.CharField(max_length=80, blank=True)
    """Where slow mode counts, as ``post:key``."""

    address = models.CharField(max_length=32, blank=True)
    """Keyed hash of the network it came from; empty when unknown."""

    fingerprint = models.CharField(max_length=32, blank=True)
    """Of the letters and digits, made plain; empty for a text too short to repeat."""

    links = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created"], name="utterance_person"),
            models.Index(fields=["fingerprint", "-created"], name="utterance_print"),
            models.Index(fields=["address", "-created"], name="utterance_address"),
            models.Index(fields=["created"], name="utterance_created"),
        ]

    def __str__(self) -> str:
        return f"{self.surface} of {self.created:%Y-%m-%d %H:%M}"
