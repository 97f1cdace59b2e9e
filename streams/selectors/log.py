"""The log of a stream: where it ends, what is in it, what plays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from django.db.models import Case, Max, Q, When
from django.db.models.functions import Now

from socialapp.lib import blobs
from streams.models import Stream, StreamEvent
from streams.protocol import from_json
from streams.protocol.events import (
    AudioChunk,
    Line,
    LineCut,
    LineRemoved,
    Logged,
    StreamEnded,
    Withheld,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection


MOST_EVENTS = 500
"""Read from the log at once."""


LOOK_BACK_SECONDS = 120.0
"""The longest line: one that still plays began after this."""


_SHUT = Case(
    When(
        Q(visibility=Stream.Visibility.PRIVATE)
        | Q(removed__isnull=False)
        | ~Q(withheld=""),
        then=True,
    ),
    default=False,
)
"""Whether only its host may watch, if anybody."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream's log ends."""

    seq: int
    message: int
    """Id of the audience's latest message; 0 before the first."""

    clock: float
    over: bool
    shut: bool = False
    """Only its host may watch now."""


def heads(stream_ids: Collection[int]) -> dict[int, Head]:
    """Where each log ends, in one query for all streams of a process."""
    rows = (
        Stream.objects.filter(pk__in=stream_ids)
        .annotate(now=Now(), newest=Max("messages__id"), shut=_SHUT)
        .values_list("pk", "last_seq", "newest", "state", "started", "now", "shut")
    )
    return {
        pk: Head(
            seq,
            newest or 0,
            clock_at(started, now),
            over=state == Stream.State.ENDED,
            shut=shut,
        )
        for pk, seq, newest, state, started, now, shut in rows
    }


def events_since(
    stream_id: int, after: int, *, most: int = MOST_EVENTS
) -> list[Logged]:
    """The log from `after` + 1 on, in order, without a gap."""
    rows = StreamEvent.objects.filter(stream_id=stream_id, seq__gt=after)
    return [event_of(row) for row in rows.order_by("seq")[:most]]


def event_of(row: StreamEvent) -> Logged:
    """The event of a row; of a withheld one no more than its number."""
    if row.withheld:
        return Withheld(row.seq, row.at)
    told = {"kind": row.kind, "seq": row.seq, "at": row.at}
    if row.kind == AudioChunk.kind:
        data = {k: v for k, v in row.data.items() if k not in {"ref", "size"}}
        begin = data["offset"]
        try:
            sound = _sound(row.data["ref"])[begin : begin + row.data["size"]]
        except FileNotFoundError:
            return Withheld(row.seq, row.at)
        return AudioChunk(row.seq, row.at, **data, data=sound)
    return cast("Logged", from_json({**told, **row.data}))


@lru_cache(maxsize=64)
def _sound(ref: str) -> bytes:
    """Those that come late ask for the same few lines."""
    return blobs.get(ref)


def playing_from(stream_id: int, head: Head) -> int:
    """The number before the first line that still plays or is to come: where somebody
    who comes late begins."""
    lines = StreamEvent.objects.filter(
        stream_id=stream_id,
        kind=Line.kind,
        seq__lte=head.seq,
        at__gt=head.clock - LOOK_BACK_SECONDS,
    )
    after = head.seq
    for seq, at, data in lines.values_list("seq", "at", "data"):
        if at + data["performance"]["seconds"] > head.clock:
            after = min(after, seq - 1)
    if head.over:
        ended = StreamEvent.objects.filter(stream_id=stream_id, kind=StreamEnded.kind)
        # Whoever opens a stream that is over is told so, and asks for the replay.
        after = ended.values_list("seq", flat=True).get() - 1
    return after


def last_lines(stream_id: int, most: int) -> list[StreamEvent]:
    """The newest lines that may be known, oldest first; their moment and length too."""
    lines = StreamEvent.objects.filter(
        stream_id=stream_id, kind=Line.kind, withheld=""
    ).order_by("-seq")
    return list(lines[:most])[::-1]


def playing_until(stream_id: int) -> float:
    """When the last line ends, on the stream's clock; 0 before the first. What was cut
    or removed ended then."""
    line = (
        StreamEvent.objects.filter(stream_id=stream_id, kind=Line.kind)
        .order_by("-seq")
        .first()
    )
    if line is None:
        return 0.0
    until = float(line.at + line.data["performance"]["seconds"])
    stops = StreamEvent.objects.filter(
        stream_id=stream_id, line=line.line, kind__in=(LineCut.kind, LineRemoved.kind)
    )
    stopped = stops.order_by("seq").values_list("at", flat=True).first()
    return until if stopped is None else min(until, stopped)


def clock_at(started: dt.datetime | None, now: dt.datetime) -> float:
    return max(0.0, (now - started).total_seconds()) if started else 0.0
