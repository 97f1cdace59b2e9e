"""What whoever directs a show looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q
from django.db.models.functions import Now

from streams.models import Direction, Stream, StreamEvent, Wish
from streams.protocol.events import AudioChunk
from streams.selectors.log import MOST_EVENTS, clock_at

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class Cue:
    """All that a director looks at, several times a second."""

    stream: Stream
    direction: Direction
    clock: float
    unwatched: float
    """Seconds since somebody was seen to watch."""

    wishes: tuple[Wish, ...]
    """That wait, the oldest first."""

    news: tuple[tuple[int, str, float, int | None], ...]
    """Number, kind, moment and line of what was logged after the director looked."""


def cue(stream_id: int, after: int) -> Cue | None:
    """What happened in a show since event `after`; None: there is no such stream."""
    stream = Stream.objects.annotate(now=Now()).filter(pk=stream_id).first()
    if stream is None:
        return None
    now: dt.datetime = cast("Any", stream).now
    direction = Direction.objects.filter(stream_id=stream_id).first()
    if direction is None:
        direction = Direction(stream=stream, watched=stream.started or now)
    rows = StreamEvent.objects.filter(stream_id=stream_id, seq__gt=after)
    happened = rows.exclude(kind=AudioChunk.kind).order_by("seq")
    return Cue(
        stream,
        direction,
        round(clock_at(stream.started, now), 6),
        max(0.0, (now - direction.watched).total_seconds()),
        tuple(Wish.objects.filter(stream_id=stream_id, line__isnull=True)),
        tuple(happened.values_list("seq", "kind", "at", "line")[:MOST_EVENTS]),
    )


def direction_of(stream_id: int) -> Direction | None:
    """None before its first line."""
    return Direction.objects.filter(stream_id=stream_id).first()


def undirected(*, waited: float = 0.0) -> list[str]:
    """Who holds each stream on air, ``""`` for those that nobody does; cheap, for it is
    asked all the time. Streams that never had a director are left out until they have
    waited for so many seconds."""
    on_air = Stream.objects.on_air().annotate(now=Now())
    asked_for = on_air.filter(
        Q(fence__gt=0) | Q(started__lt=Now() - timedelta(seconds=waited))
    )
    return [
        "" if until is None or until < now else director
        for director, until, now in asked_for.values_list(
            "director", "leased_until", "now"
        )
    ]


def minutes_on_air(host_id: int) -> float:
    """Of one host within the last 24 hours."""
    day = Now() - timedelta(hours=24)
    recent = Stream.objects.annotate(now=Now()).filter(host_id=host_id)
    found = recent.filter(
        Q(ended__gt=day) | Q(ended__isnull=True), started__isnull=False
    )
    seconds = 0.0
    for started, ended, now in found.values_list("started", "ended", "now"):
        if started is not None:
            begun = max(started, now - timedelta(hours=24))
            seconds += max(0.0, ((ended or now) - begun).total_seconds())
    return seconds / 60.0
