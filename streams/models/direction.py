"""Where a show stands, for whoever directs it next, and what its host wishes for."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from streams.models.stream import Stream


class Direction(models.Model):
    """One a stream, made with its first line. What is in it is written in the
    transaction of the line that it led to: a director that dies leaves nothing that was
    said and not known, or known and not said."""

    stream = models.OneToOneField(
        Stream, models.CASCADE, primary_key=True, related_name="direction"
    )
    state = models.JSONField(default=dict)
    """Of ``socialapp.chat.dialogues.planner``, after the newest line; empty at first."""

    earlier = models.JSONField(default=dict)
    """By number of the last few lines: state and topic as they were before it. A line
    that is cut before anybody heard it was never said."""

    topic = models.CharField(max_length=120, blank=True)
    """That was chosen, and that the characters have not turned to yet."""

    vote_closes = models.FloatField(default=0.0)
    """When the vote is counted, on the stream's clock; 0: no moment is set."""

    engine = models.CharField(max_length=60, blank=True)
    """Who worded the newest line: ``endpoint``, ``local`` or ``authored``."""

    note = models.CharField(max_length=300, blank=True)
    """For the host: why it is not the best engine, or why nobody speaks."""

    watched = models.DateTimeField(default=timezone.now)
    """When somebody was last seen to watch."""

    hour = models.PositiveIntegerField(default=0)
    """Of the stream's clock, in which `hour_lines` were said."""

    hour_lines = models.PositiveIntegerField(default=0)
    """That a model worded, and that may have cost something."""

    class Meta:
        verbose_name_plural = "directions"

    def __str__(self) -> str:
        return f"Direction of stream {self.stream_id}"


class Wish(models.Model):
    """Something that the host wants said or done next."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="wishes")
    text = models.CharField(max_length=200)
    seat = models.CharField(max_length=8, blank=True)
    """Who shall say it; empty: whoever's turn it is."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    line = models.PositiveIntegerField(null=True, blank=True, editable=False)
    """The line that took it up; empty: it waits."""

    class Meta:
        verbose_name_plural = "wishes"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
