"""What a watermark in the pixels stands for: a random number and a row here."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

PAYLOAD_BITS = 48
"""As many as a frame can carry through a crop and a re-encoding."""


def new_payload() -> int:
    """Random, so that what is in the pixels says nothing about a person or a count."""
    return secrets.randbits(PAYLOAD_BITS)


class Mark(models.Model):
    """A number hidden in frames, and what was made when it was hidden there."""

    class Kind(models.TextChoices):
        CLIP = "clip", "Clip"
        PORTRAIT = "portrait", "Portrait"
        STILL = "still", "Still"

    payload = models.BigIntegerField(unique=True, default=new_payload, editable=False)
    """0 to 2**48 - 1."""

    key_id = models.CharField(max_length=16)
    """Which of the deployment's keys it was hidden with."""

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CLIP)
    subject = models.CharField(max_length=80)
    """What was made, by name: ``clip:<key>``. The apps that make things lie above."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    """Null once the account is gone: the mark must still be found, without a person."""

    details = models.JSONField(default=dict, blank=True)
    """Engine, seed, versions. Nothing that a person wrote."""

    strength = models.FloatField(null=True, blank=True)
    """Of the watermark as it was embedded: see ``watermark.Marker``."""

    psnr = models.FloatField(null=True, blank=True)
    """dB between the marked and the unmarked frames, luma."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["subject"], name="mark_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "key_id"], name="mark_once_a_key"
            ),
            models.CheckConstraint(
                name="mark_payload_fits",
                condition=models.Q(payload__gte=0, payload__lt=2**48),
            ),
            models.CheckConstraint(
                name="mark_kind_known",
                condition=models.Q(kind__in=["clip", "portrait", "still"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Mark {self.payload:012x} of {self.subject}"
