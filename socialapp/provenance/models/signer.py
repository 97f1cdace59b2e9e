"""Every certificate that ever signed here, so that all machines know their own files."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Signer(models.Model):
    """Files that it signed are ours until it is withdrawn."""

    serial = models.CharField(max_length=64, unique=True)
    """Of the certificate, hexadecimal."""

    name = models.CharField(max_length=200)
    certificate = models.TextField()
    """PEM. This one alone: its issuer may sign for strangers too."""

    root = models.TextField()
    """PEM of what its chain ends in."""

    first_used = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn = models.DateTimeField(null=True, blank=True)
    """Its key was stolen: what it signed is not ours any more."""

    def __str__(self) -> str:
        return f"Signer {self.name} ({self.serial})"
