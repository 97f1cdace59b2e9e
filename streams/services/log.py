"""Appends to a stream's log: numbers without a gap, the clock by the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now

from streams.errors import FencedError
from streams.models import Stream, StreamEvent
from streams.services import news

if TYPE_CHECKING:
    import datetime as dt

    from streams.protocol.events import Logged


@dataclass(frozen=True, slots=True)
class Entry:
    """An event without its number."""

    kind: type[Logged]
    fields: dict[str, Any] = field(default_factory=dict)
    at: float | None = None
    """None: now."""

    line: int | None = None
    stored: dict[str, Any] | None = None
    """What the row keeps in place of `fields`."""


def locked(stream_id: int) -> tuple[Stream, dt.datetime]:
    """The row, ours until the transaction ends, and the database's time."""
    stream = Stream.objects.select_for_update().get(pk=stream_id)
    now = Stream.objects.annotate(now=Now()).values_list("now", flat=True)
    return stream, now.get(pk=stream_id)


def clock_of(stream: Stream, now: dt.datetime) -> float:
    """Seconds on the stream's clock, to the microsecond; 0 before it starts."""
    if stream.started is None:
        return 0.0
    return round(max(0.0, (now - stream.started).total_seconds()), 6)


def append(
    stream: Stream, now: dt.datetime, *entries: Entry, fence: int | None = None
) -> list[Logged]:
    """Write and tell. `stream` and `now` come from `locked`, in the same transaction.

    FencedError when `fence` is given and is not the newest claim's.
    """
    if fence is not None and stream.fence != fence:
        raise FencedError(f"Stream {stream.key} has another director")
    clock = clock_of(stream, now)
    events: list[Logged] = []
    rows = []
    for number, entry in enumerate(entries, start=stream.last_seq + 1):
        at = clock if entry.at is None else round(entry.at, 6)
        event = entry.kind(seq=number, at=at, **entry.fields)
        events.append(event)
        rows.append(
            StreamEvent(
                stream=stream,
                seq=number,
                kind=event.kind,
                at=at,
                line=entry.line,
                data=entry.fields if entry.stored is None else entry.stored,
                created=now,
            )
        )
    StreamEvent.objects.bulk_create(rows)
    stream.last_seq += len(rows)
    stream.save(update_fields=["last_seq"])
    news.tell(stream.pk, events)
    return events
