"""What happened in a stream, numbered without a gap. Rows are added, never changed; only
moderation marks them as withheld."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from socialapp.lib.models import Withholdable
from streams.models.stream import Stream
from streams.protocol.events import LOGGED


class StreamEvent(Withholdable):
    stream = models.ForeignKey(Stream, models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in LOGGED])
    at = models.FloatField()
    """Seconds of the stream's clock."""

    line = models.PositiveIntegerField(null=True, blank=True)
    """Which line it is about."""

    data = models.JSONField(default=dict)
    """The event's other fields, as in ``streams.protocol``. Instead of the bytes of a
    chunk it has ``ref`` and ``size``: the sound is a blob, stored once."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="stream_event_once")
        ]
        indexes = [models.Index(fields=["stream", "line"], name="stream_event_line")]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq} of stream {self.stream_id}"

    @property
    def key(self) -> str:
        """Public, for reports: the stream's key and the number of the line."""
        return f"{self.stream.key}-{self.line}"

    @property
    def text(self) -> str:
        """What is said, from the captions; empty for what is no line."""
        parts = self.data.get("performance", {}).get("parts", [])
        words = [word["text"] for part in parts for word in part["captions"]]
        return " ".join(words)
