"""The replay of a stream: what was logged as one performance, for any range of it.

Only the asked range is read and decoded: an hour of show costs no more memory than the
minute somebody looks at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from socialapp.lib import blobs
from socialapp.performance import CameraKey, Performance, Sound
from streams import replaying, selectors
from streams.errors import StreamError
from streams.protocol.events import AudioChunk, Line, LineCut, StreamEnded
from streams.replaying import Spoken
from streams.services.lines import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from streams.models import Stream, StreamEvent

MOST_SECONDS = 600.0
"""Of sound at once: 29 MB of samples a seat at 24 kHz."""

MOST_SEGMENTS = 500
MOST_SEATS = 3

LOOK_BACK_LINES = 12
"""Lines that are searched for the shot which holds when a range begins."""


@dataclass(frozen=True, slots=True)
class Extent:
    """From where to where there is a replay."""

    seconds: float
    """Of the stream's clock, until now or until the last line was over."""

    silenced: float
    """From here on nothing was heard: it was stopped. Infinite: it was not."""


def extent_of(stream: Stream) -> Extent:
    """How long the replay is by now; 0 s before it began."""
    clock = selectors.heads([stream.pk])[stream.pk].clock
    ended = stream.events.filter(kind=StreamEnded.kind).first()
    if ended is None:
        return Extent(round(clock, 6), math.inf)
    if stream.started is None:
        return Extent(0.0, 0.0)
    if ended.data["reason"] != "finished":
        return Extent(ended.at, ended.at)
    late = list(_lines(stream).filter(at__gte=ended.at - LONGEST))
    spoken = _spoken(late, _cuts(stream, [row.line for row in late]))
    last = max((one.until for one in spoken), default=0.0)
    return Extent(max(ended.at, last), math.inf)


def replay(
    *,
    stream: Stream,
    start: float = 0.0,
    end: float | None = None,
    sounds: bool = False,
) -> Performance:
    """What was on stage from `start` to `end` (None: all of it), as one performance.

    Lines as they were sent, cut where somebody cut in, with idle faces between them and
    where a line was taken away. `sounds`: with one file a seat that has them all in
    their places, stored as a blob. StreamError for a range that is not in the replay or
    too long for sound; EngineError for sound that cannot be read.
    """
    extent = extent_of(stream)
    last = extent.seconds if end is None else end
    start, last = round(start, 6), round(last, 6)
    if not 0.0 <= start < last <= extent.seconds:
        raise StreamError(
            f"The show has {extent.seconds:.1f} seconds so far; choose a stretch of"
            " those.",
            code="no-such-range",
        )
    if sounds and last - start > MOST_SECONDS:
        raise StreamError(
            f"Sound is made for {MOST_SECONDS / 60:.0f} minutes at once. Choose less.",
            code="no-such-range",
        )
    seats = [seat.seat for seat in stream.seats.all()]
    lines = lines_around(stream, start, last, extent)
    whole = replaying.joined(
        lines,
        seats=seats,
        stage=replace(stream.as_stage(), camera=_camera_before(stream, lines)),
        start=start,
        end=last,
        over=extent.seconds,
    )
    if not sounds:
        return whole
    heard = _soundtracks(stream, lines, start, last)
    return replace(
        whole,
        parts=tuple(replace(part, sound=heard.get(part.seat)) for part in whole.parts),
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """A line of the replay, for timelines."""

    line: int
    seat: str
    at: float
    seconds: float
    """As far as it was played."""

    text: str


def segments_of(
    stream: Stream, *, since: float = 0.0, most: int = MOST_SEGMENTS
) -> list[Segment]:
    """The lines that are played after `since`, in order: who, when and what, read
    without the rest of their performances."""
    extent = extent_of(stream)
    captions = [f"data__performance__parts__{i}__captions" for i in range(MOST_SEATS)]
    rows = list(
        _lines(stream)
        .filter(at__gte=since - LONGEST)
        .order_by("at", "line")
        .values_list(
            "line", "at", "data__seat", "data__performance__seconds", *captions
        )[: most + LOOK_BACK_LINES]
    )
    texts = {
        line: " ".join(word["text"] for words in said if words for word in words)
        for line, _, _, _, *said in rows
    }
    bare = [
        Spoken(
            line,
            seat,
            at,
            min(round(at + seconds, 6), extent.silenced),
            Performance(seconds, ()),
        )
        for line, at, seat, seconds, *_ in rows
    ]
    cuts = _cuts(stream, [one.line for one in bare])
    return [
        Segment(
            one.line, one.seat, one.at, round(one.until - one.at, 6), texts[one.line]
        )
        for one in replaying.played(bare, dict(cuts))
        if one.until > since
    ][:most]


def lines_around(
    stream: Stream, start: float, end: float, extent: Extent
) -> list[Spoken]:
    """The lines that are played between the two moments, the one that was played before
    them and the one after, in order."""
    rows = _lines(stream)
    # Nothing that begins earlier is still played at `start`.
    near = list(rows.filter(at__gte=start - LONGEST, at__lt=end).order_by("at", "line"))
    coming = rows.filter(at__gte=end).order_by("at", "line").first()
    # A few: the nearest may have been cut before it began.
    earlier = rows.filter(at__lt=start - LONGEST).order_by("-at", "-line")[:4]
    found = [*reversed(earlier), *near, *([coming] if coming else [])]
    lines = _spoken(found, _cuts(stream, [row.line for row in found]), extent.silenced)
    before = [one for one in lines if one.until <= start]
    return [*before[-1:], *(one for one in lines if one.until > start)]


def _lines(stream: Stream) -> QuerySet[StreamEvent]:
    return stream.events.filter(kind=Line.kind, withheld="")


def _cuts(stream: Stream, numbers: Iterable[int | None]) -> list[tuple[int, float]]:
    rows = stream.events.filter(kind=LineCut.kind, line__in=list(numbers))
    return [(line, at) for line, at in rows.values_list("line", "at") if line]


def _spoken(
    rows: Iterable[StreamEvent],
    cuts: Iterable[tuple[int, float]],
    silenced: float = math.inf,
) -> list[Spoken]:
    lines = []
    for row in rows:
        performance = Performance.from_json(row.data["performance"])
        until = min(round(row.at + performance.seconds, 6), silenced)
        lines.append(
            Spoken(row.line or 0, row.data["seat"], row.at, until, performance)
        )
    return replaying.played(lines, dict(cuts))


def _camera_before(stream: Stream, lines: Sequence[Spoken]) -> tuple[CameraKey, ...]:
    """The shot in force when these lines begin, as one key."""
    if not lines:
        return ()
    rows = _lines(stream).filter(at__lt=lines[0].at).order_by("-at", "-line")
    shots = rows.values_list("data__performance__stage__camera", flat=True)
    for camera in shots[:LOOK_BACK_LINES]:
        if camera:
            return (CameraKey(**{**camera[-1], "at": 0.0}),)
    return ()


# Sound ---------------------------------------------------------------------------


def _soundtracks(
    stream: Stream, lines: Sequence[Spoken], start: float, end: float
) -> dict[str, Sound]:
    """By seat: all that is heard of it in the range, in one file as long as the range."""
    inside = {one.line: one for one in lines if one.until > start and one.at < end}
    chunks = stream.events.filter(
        kind=AudioChunk.kind, line__in=inside, withheld="", data__offset=0
    ).order_by("seq")
    takes: dict[str, list[tuple[Spoken, str]]] = {}
    for chunk in chunks:
        takes.setdefault(chunk.data["seat"], []).append(
            (inside[chunk.line or 0], chunk.data["ref"])
        )
    found = {}
    for seat, recordings in takes.items():
        file = _tools().track(
            [(one.at - start, one.until - start, ref) for one, ref in recordings],
            seconds=end - start,
        )
        if file is not None:
            data, rate = file
            found[seat] = Sound(blobs.put(data, "flac"), rate)
    return found


def _tools() -> Any:
    # By name: it loads FFmpeg, which pages do without until somebody cuts a clip.
    return import_module("avatarfx.soundtracks")
