"""What each clip and each uploaded portrait is like, for copies without a mark."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from socialapp.provenance.models.mark import Mark


class Fingerprint(models.Model):
    """One row a thing, packed, so that a scan reads little: see ``fingerprints``."""

    subject = models.CharField(max_length=80, unique=True)
    """By name: ``clip:<key>`` of what was made, ``portrait:<key>`` and
    ``profile:<id of the person>`` of what came in."""

    mark = models.ForeignKey(
        Mark, models.SET_NULL, null=True, blank=True, related_name="fingerprints"
    )
    """Of a clip its own; of a portrait the one that was found in its pixels."""

    pictures = models.BinaryField(default=bytes, blank=True)
    """PDQ hashes of 32 bytes, one a second; of a portrait one."""

    crops = models.BinaryField(default=bytes, blank=True)
    """PDQ hashes of parts of one to three frames, or of the portrait."""

    colours = models.BinaryField(default=bytes, blank=True)
    """Of portraits: 32 bytes for each hash, see ``fingerprints.stills``."""

    sound = models.BinaryField(default=bytes, blank=True)
    """Words of 4 bytes, little-endian."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Fingerprint of {self.subject}"
