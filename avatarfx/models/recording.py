"""What people speak themselves, for one script each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from socialapp.accounts.models import User


class RecordingQuerySet(models.QuerySet["Recording"]):
    def of(self, owner: User) -> RecordingQuerySet:
        """Those that they can use, the newest first."""
        kept = self.filter(owner=owner, revoked__isnull=True)
        return kept.order_by("-created", "-pk")


class Recording(models.Model):
    """A voice that its owner may use; nobody but them and moderators hears the file.

    Who agreed is its owner; to what is ``avatarfx.recorded.consent``. One that was taken
    back has lost its sound and its words, and says only that it was, and when.
    """

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="recordings"
    )
    script = models.TextField(max_length=2000, blank=True)
    """What is read in it."""

    ref = models.CharField(max_length=80, blank=True, db_index=True)
    """Blob of the sound: FLAC, mono, 24 kHz; empty once it was taken back."""

    sent = models.CharField(max_length=64, editable=False)
    """SHA-256 of the file and the script as they came, so that the same ones are one."""

    size = models.PositiveIntegerField(default=0)
    """Bytes."""

    seconds = models.FloatField(default=0.0)
    phones = models.JSONField(default=list, editable=False)
    """``[at, until, name, word]``, seconds."""

    words = models.JSONField(default=list)
    """``[at, until, text, fit]``, seconds and 0 to 1: how well it sounds like it."""

    engine = models.CharField(max_length=60, blank=True)
    """Who found the words in it."""

    wording = models.PositiveSmallIntegerField()
    """Number of the declaration that was agreed to."""

    declared = models.DateTimeField(default=timezone.now, editable=False)
    revoked = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(RecordingQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["owner", "-created"], name="recording_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "sent"],
                name="recording_once",
                condition=Q(revoked__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Recording {self.key}"
