"""The log of screening: what was judged, how, and by which version."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Screening(models.Model):
    """One text or picture that was judged.

    The text itself is kept only when somebody may have to look at it; a crisis keeps
    neither text nor person, only that it happened.
    """

    class Action(models.TextChoices):
        ALLOW = "allow", "Allowed"
        REVIEW = "review", "To be looked at"
        REPLACE = "replace", "Replaced"
        BLOCK = "block", "Refused"
        CRISIS = "crisis", "Help shown"

    class Endpoint(models.TextChoices):
        OFF = "off", "Not asked"
        ANSWERED = "answered", "Answered"
        FAILED = "failed", "Failed"

    surface = models.CharField(max_length=32)
    """What kind of thing: script, title, caption, name, persona, portrait, frames..."""

    subject = models.CharField(max_length=80, blank=True)
    """What it belongs to, as ``clip:key``; empty: it does not exist yet."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="screenings",
    )
    """Who wrote or sent it."""

    sha256 = models.CharField(max_length=64, blank=True)
    """Hex, of the text in UTF-8 or of the file; empty for a crisis."""

    text = models.TextField(blank=True)
    """As written, for review, replace and block; empty otherwise, for pictures, and when
    ``moderation.services.erasing`` erased it."""

    action = models.CharField(max_length=8, choices=Action)
    findings = models.JSONField(default=list, blank=True)
    """``Finding.to_json()``, strongest first."""

    scores = models.JSONField(default=dict, blank=True)
    """Each head's or detector's score, 0 to 1, rounded."""

    version = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=8, choices=Endpoint, default=Endpoint.OFF)
    """What became of asking the external endpoint; failures are counted from here."""

    review_asked = models.DateTimeField(null=True, blank=True)
    """When its author asked for a person to look."""

    cleared = models.DateTimeField(null=True, blank=True)
    """When somebody let exactly this text of its author through."""

    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cleared_screenings",
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["action", "-created"], name="screening_action"),
            models.Index(fields=["sha256"], name="screening_sha256"),
            models.Index(fields=["subject"], name="screening_subject"),
            models.Index(fields=["person", "-created"], name="screening_person"),
        ]

    def __str__(self) -> str:
        return f"Screening {self.pk}: {self.surface}, {self.action}"
