"""What was said in improvised beats: counted here, and the character's own memory."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from scenes.models.play import Play


class ImprovTurn(models.Model):
    play = models.ForeignKey(Play, models.CASCADE, related_name="improv_turns")
    at = models.PositiveIntegerField()
    """Events of the log before it: a rewind behind them takes it back."""

    state = models.CharField(max_length=64)
    beat = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    """In its beat, from 0."""

    role = models.CharField(max_length=64)
    heard = models.CharField(max_length=500, blank=True)
    """What the player said; empty: the character began."""

    said = models.CharField(max_length=2000, blank=True)
    """Empty while it is being thought of."""

    emotion = models.CharField(max_length=16, blank=True)
    engine = models.CharField(max_length=60, blank=True)
    last = models.BooleanField(default=False)
    """Nothing more is said in this beat."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["play", "at", "state", "beat", "number"],
                name="improv_turn_once",
            )
        ]

    def __str__(self) -> str:
        return f"Turn {self.number} in {self.state} of play {self.play_id}"
