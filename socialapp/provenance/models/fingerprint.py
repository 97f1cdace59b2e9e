"""What each clip looks and sounds like, for copies that lost every mark."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from socialapp.provenance.models.mark import Mark


class Fingerprint(models.Model):
    """One row a clip, packed, so that a scan reads little: see ``fingerprints``."""

    subject = models.CharField(max_length=80, unique=True)
    """What was made, by name: ``clip:<key>``."""

    mark = models.ForeignKey(
        Mark, models.SET_NULL, null=True, blank=True, related_name="fingerprints"
    )
    pictures = models.BinaryField(default=bytes, blank=True)
    """PDQ hashes of 32 bytes, one a second."""

    crops = models.BinaryField(default=bytes, blank=True)
    """PDQ hashes of parts of one to three frames."""

    sound = models.BinaryField(default=bytes, blank=True)
    """Words of 4 bytes, little-endian."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Fingerprint of {self.subject}"
