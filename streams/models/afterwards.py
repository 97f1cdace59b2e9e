"""Around a show: who wants to be told when it begins, and what is cut out of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from avatarfx.models import Clip
from streams.models.stream import Stream


class StreamReminder(models.Model):
    """Somebody asked to be told when a planned stream begins."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="reminders")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="stream_reminders"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "person"], name="stream_reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} wants to know of stream {self.stream_id}"


class StreamCut(models.Model):
    """A clip that is a stretch of a show; the recipe of the clip names the show too."""

    clip = models.OneToOneField(
        Clip, models.CASCADE, related_name="cut", primary_key=True
    )
    stream = models.ForeignKey(
        Stream, models.SET_NULL, related_name="cuts", null=True, blank=True
    )
    """Null: its host is gone, and the show."""

    start = models.FloatField()
    """Seconds of the stream's clock."""

    end = models.FloatField()
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Clip {self.clip_id}, {self.start:.1f} to {self.end:.1f} s of a stream"
