"""What is performed: lines with their sound, and what cuts or removes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.lib import blobs
from streams.errors import StreamError
from streams.models import Stream, StreamEvent
from streams.protocol.events import (
    CODECS,
    MAX_CHUNK_BYTES,
    AudioChunk,
    Line,
    LineCut,
    LineRemoved,
    PoseKeys,
)
from streams.protocol.packing import rounded
from streams.services import log, news
from streams.services.directing import Step, advance, take_back
from streams.services.log import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from socialapp.acting.sound import Recording
    from socialapp.performance import Part, Performance
    from streams.services.words import Screened

MOST_AHEAD = 30.0
"""Seconds that a line may lie in the future; beyond, something is wrong with a clock."""

LONGEST = 120.0
"""Seconds of one line."""


def perform_line(
    *,
    stream: Stream,
    seat: str,
    performance: Performance,
    sounds: Mapping[str, Recording],
    words: Screened,
    at: float | None = None,
    fence: int | None = None,
    step: Step | None = None,
) -> Line:
    """Append a line and its sound, and send both. Returns it with number and moment.

    `seat` speaks; `sounds` by seat; `at` on the stream's clock, None: the stream's delay
    from now; `words`: all that is said in it; `step`: what it does to the show's plan, in
    the same transaction. StreamError when the stream is not live or `at` is too far
    away, FencedError for an old `fence`, UnscreenedError for a caption that is not among
    `words`.
    """
    words.require_covers(performance)
    # Outside of the transaction: an object store may take its time.
    refs = {name: _stored(recording) for name, recording in sounds.items()}
    with transaction.atomic():
        row, now = log.locked(stream.pk)
        if row.state != Stream.State.LIVE:
            raise StreamError("Only a live stream can go on.", code="not-live")
        clock = log.clock_of(row, now)
        begins = clock + row.delay_seconds if at is None else at
        if begins > clock + MOST_AHEAD:
            raise StreamError(f"A line at {begins:.1f} s is too far ahead.")
        if performance.seconds > LONGEST:
            raise StreamError(
                f"A line of {performance.seconds:.0f} s is too long: {LONGEST:.0f} s fit."
            )
        row.last_line += 1
        number = row.last_line
        row.save(update_fields=["last_line"])
        whole = rounded(performance)
        line = Entry(
            Line,
            {"line": number, "seat": seat, "performance": whole},
            begins,
            number,
            {"line": number, "seat": seat, "performance": whole.to_json()},
        )
        chunks = [
            chunk
            for name, recording in sounds.items()
            for chunk in _chunks(number, begins, name, recording, refs[name])
        ]
        events = log.append(row, now, line, *chunks, fence=fence)
        if step is not None:
            advance(row, clock, step, line=number)
    first = events[0]
    assert isinstance(first, Line)  # noqa: S101  narrows for mypy
    return first


def _stored(recording: Recording) -> str:
    if recording.codec not in CODECS:
        raise StreamError(f"No browser plays {recording.codec!r} here.")
    return blobs.put(recording.data, recording.codec)


def _chunks(
    line: int, at: float, seat: str, recording: Recording, ref: str
) -> Iterator[Entry]:
    data = recording.data
    for offset in range(0, len(data), MAX_CHUNK_BYTES):
        piece = data[offset : offset + MAX_CHUNK_BYTES]
        told = {
            "line": line,
            "seat": seat,
            "codec": recording.codec,
            "offset": offset,
            "last": offset + len(piece) == len(data),
        }
        stored = {**told, "ref": ref, "size": len(piece)}
        yield Entry(AudioChunk, {**told, "data": piece}, at, line, stored)


@transaction.atomic
def cut_line(*, stream: Stream, fence: int | None = None) -> list[LineCut]:
    """Cut in: what is being said, and what was sent ahead, stops now. Empty: nothing
    is."""
    row, now = log.locked(stream.pk)
    if not row.on_air:
        return []
    clock = log.clock_of(row, now)
    recent = row.events.filter(at__gte=clock - LONGEST, line__isnull=False)
    gone = recent.filter(kind__in=(LineCut.kind, LineRemoved.kind))
    done = set(gone.values_list("line", flat=True))
    # Of what was said, its length alone is read: this is what a host waits for.
    lines = recent.filter(kind=Line.kind).values_list(
        "line", "at", "data__performance__seconds"
    )
    entries = [
        Entry(LineCut, {"line": line}, line=line)
        for line, at, seconds in lines
        if line not in done and at + seconds > clock
    ]
    events = log.append(row, now, *entries, fence=fence)
    unheard = [
        line
        for line, at, _ in lines
        if line is not None and line not in done and at > clock
    ]
    if unheard:
        take_back(row, min(unheard))
    return [event for event in events if isinstance(event, LineCut)]


@transaction.atomic
def remove_line(*, event: StreamEvent, level: str) -> None:
    """For moderation: nobody gets the line or its sound any more, and those who have it
    are told to stop. Calling it again changes only the level."""
    row, now = log.locked(event.stream_id)
    lines = row.events.filter(line=event.line, kind__in=(Line.kind, AudioChunk.kind))
    told = row.events.filter(line=event.line, kind=LineRemoved.kind).exists()
    lines.update(withheld=level)
    event.withheld = level
    if row.on_air and not told:
        entry = Entry(LineRemoved, {"line": event.line}, line=event.line)
        log.append(row, now, entry)


@transaction.atomic
def restore_line(*, event: StreamEvent) -> None:
    """It is in the log and the replay again; who watched live does not hear it anew."""
    row, _ = log.locked(event.stream_id)
    row.events.filter(line=event.line).update(withheld="")
    event.withheld = ""


def pose(*, stream: Stream, at: float, part: Part) -> bool:
    """Send what a seat does between lines. Not logged; False when the bus is down."""
    return news.send(stream.pk, [PoseKeys(at, part)])
