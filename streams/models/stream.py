"""A show: who is on stage, when, and who may watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from socialapp.accounts.circle import not_apart
from socialapp.acting.dialogue import standing
from socialapp.characters.models import Character, Portrait
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable, on_stage
from socialapp.lib.states import Stateful
from socialapp.performance import Stage
from socialapp.performance.timeline import SHAPES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


class StreamQuerySet(models.QuerySet["Stream"]):
    def listed(self) -> StreamQuerySet:
        """Fit for lists that anyone may read."""
        return self.filter(
            visibility=Stream.Visibility.PUBLIC,
            removed__isnull=True,
            host__leaves__isnull=True,
            withheld="",
        )

    def of_company(self, viewer: User | AnonymousUser) -> StreamQuerySet:
        """Without the shows of people from whom this viewer keeps apart."""
        return self.filter(not_apart(viewer, "host"))

    def visible_to(self, viewer: User | AnonymousUser) -> StreamQuerySet:
        """What this viewer may open when they know where it is."""
        shown = ~Q(visibility=Stream.Visibility.PRIVATE) & Q(host__leaves__isnull=True)
        if viewer.is_authenticated:
            shown |= Q(host=viewer)
        there = self.of_company(viewer).filter(removed__isnull=True)
        return there.filter(shown, on_stage(viewer, "host"))

    def on_air(self) -> StreamQuerySet:
        return self.filter(state__in=[Stream.State.LIVE, Stream.State.PAUSED])

    def full(self) -> StreamQuerySet:
        """With everything that a list shows, in two queries."""
        seats = StreamSeat.objects.select_related("character__portrait", "portrait")
        return self.select_related("host").prefetch_related(
            models.Prefetch("seats", seats)
        )


class Stream(Withholdable, Stateful):
    class State(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        LIVE = "live", "Live"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    class Visibility(models.TextChoices):
        PUBLIC = "public", "Everyone"
        UNLISTED = "unlisted", "Anyone with the link"
        PRIVATE = "private", "Only me"

    MOVES = {
        State.SCHEDULED: frozenset({State.LIVE, State.ENDED}),
        State.LIVE: frozenset({State.PAUSED, State.ENDED}),
        State.PAUSED: frozenset({State.LIVE, State.ENDED}),
    }

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="streams"
    )
    title = models.CharField(max_length=80)
    visibility = models.CharField(
        max_length=8, choices=Visibility, default=Visibility.PUBLIC
    )
    state = models.CharField(max_length=16, choices=State, default=State.SCHEDULED)

    shape = models.CharField(
        max_length=5, choices=[(s, s) for s in SHAPES], default="16:9"
    )
    background = models.CharField(max_length=80, blank=True)
    """A built-in's name, or empty: the portraits' own."""

    duet = models.CharField(max_length=40, blank=True)
    """One of ``socialapp.content.duets``, which is played first; or empty."""

    delay_seconds = models.FloatField(default=2.0)
    """How far ahead of its moment a line is sent: what a stop can still keep from being
    heard."""

    chat_open = models.BooleanField(default=True)
    slow_seconds = models.PositiveSmallIntegerField(default=5)
    """A person waits this long between two messages to the audience."""

    scheduled_for = models.DateTimeField(null=True, blank=True)
    started = models.DateTimeField(null=True, blank=True, editable=False)
    """By the database's clock: zero of the stream's own clock."""

    ended = models.DateTimeField(null=True, blank=True, editable=False)
    end_reason = models.CharField(max_length=16, blank=True, editable=False)
    """As in ``streams.protocol.events.END_REASONS``, or ``cancelled``."""

    # The log's own counters, changed with the row locked.
    last_seq = models.PositiveIntegerField(default=0, editable=False)
    last_line = models.PositiveIntegerField(default=0, editable=False)
    most_viewers = models.PositiveIntegerField(default=0, editable=False)

    # Who directs: the lease, as of clips.
    director = models.CharField(max_length=80, blank=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    """Counts claims; only the holder of the newest may write lines."""

    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    created = models.DateTimeField(default=timezone.now, editable=False)
    removed = models.DateTimeField(null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(StreamQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["host", "-created"], name="stream_host"),
            models.Index(
                fields=["state", "-started"],
                name="stream_on_air",
                condition=Q(state__in=["scheduled", "live", "paused"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="stream_state_known",
                condition=Q(state__in=["scheduled", "live", "paused", "ended"]),
            ),
            models.CheckConstraint(
                name="stream_on_air_started",
                condition=~Q(state__in=["live", "paused"]) | Q(started__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.key

    def get_absolute_url(self) -> str:
        return reverse("stream", args=[self.key])

    watching: int
    """How many watch now; set by selectors of what is on air."""

    @property
    def on_air(self) -> bool:
        return self.state in {self.State.LIVE, self.State.PAUSED}

    def as_stage(self) -> Stage:
        """Where its seats stand; asks for the seats."""
        seats = [seat.seat for seat in self.seats.all()]
        return Stage(self.background, self.shape, standing(seats, self.shape))


class StreamSeat(models.Model):
    """Who is on stage, and with which portrait."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="seats")
    seat = models.CharField(max_length=8)
    character = models.ForeignKey(
        Character, models.PROTECT, related_name="stream_seats"
    )
    portrait = models.ForeignKey(Portrait, models.PROTECT, related_name="stream_seats")

    class Meta:
        ordering = ["seat"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "seat"], name="stream_seat_once")
        ]

    def __str__(self) -> str:
        return f"{self.seat} of stream {self.stream_id}"
