"""The replay of a stream: its lines joined, with idle faces between them. No rows.

Every stretch of the stream's clock is a line as it was sent, or a gap. Which keys a gap
has hangs on the gap and its two neighbours alone, so a part of the replay is the same
whatever else of it is asked for: ``cut(whole, a, b)`` and the range ``a`` to ``b`` agree.

Within a line all poses are the numbers that were sent. A curve through keys bends with
the keys beside it, so each line ends and begins flat: slopes of 0, as by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from socialapp.performance import (
    Blink,
    CameraKey,
    Expression,
    Glance,
    MadeBy,
    Part,
    Performance,
    Pose,
    cut,
    join,
)
from socialapp.performance.motion import BREATH_DEPTH, BREATH_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialapp.performance import Stage

KeyT = TypeVar("KeyT", bound=Expression | Glance | CameraKey)

EDGE = 0.02
"""Seconds at each end of a gap in which nobody moves."""

ADJOINS = 1e-5
"""Seconds: a shorter gap is none."""

JUMP = 1e-6
"""Seconds, the smallest step of a stored time: what a turn takes between two lines with
no gap, just before the first one ends."""

LONG = 1.6
"""Seconds: in a longer gap they go back to rest, in a shorter one they only turn."""

EASE = 0.8
"""Seconds from a line to rest, and from rest to a line."""

STEP = 0.6
"""Seconds between two keys at rest."""

BLINK_SECONDS, BLINK_EVERY = 0.16, 3.6
"""About 17 a minute, as people at rest do; those of ``static/stage/idle.js``."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line as far as it was played."""

    line: int
    seat: str
    at: float
    """Seconds of the stream's clock."""

    until: float
    """Its end, or where it was cut; later than `at`."""

    performance: Performance


def played(lines: Sequence[Spoken], cuts: Mapping[int, float]) -> list[Spoken]:
    """Those that were heard, in order, each until somebody cut in (`cuts`: line to
    moment) or the next one began."""
    heard = [
        replace(one, until=min(one.until, cuts.get(one.line, math.inf)))
        for one in sorted(lines, key=lambda one: (one.at, one.line))
    ]
    heard = [one for one in heard if one.until - one.at > ADJOINS]
    ends = [*(one.at for one in heard[1:]), math.inf]
    trimmed = [
        replace(one, until=min(one.until, end))
        for one, end in zip(heard, ends, strict=False)
    ]
    return [one for one in trimmed if one.until - one.at > ADJOINS]


def joined(
    lines: Sequence[Spoken],
    *,
    seats: Sequence[str],
    stage: Stage,
    start: float,
    end: float,
    over: float,
) -> Performance:
    """What was on stage from `start` to `end`, its clock starting at zero, no sounds.

    `lines`: those that are played in the range, the one before it and the one after.
    `over`: where the last gap ends when no line comes after it. `stage`: who stands
    where, with the camera that holds until a line's own.
    """
    before = bool(lines) and lines[0].at <= start
    origin = lines[0].at if before else 0.0
    whole = _whole(
        lines, seats, stage, origin=origin, over=max(over, end), asked=(start, end)
    )
    camera = whole.stage.camera
    if stage.camera and not (camera and camera[0].at == 0.0):
        camera = (replace(stage.camera[-1], at=0.0, ease=0.0), *camera)
    whole = replace(
        whole,
        parts=tuple(
            replace(
                part,
                expressions=_changes(part.expressions),
                glances=_changes(part.glances),
            )
            for part in whole.parts
        ),
        stage=replace(stage, camera=_changes(camera)),
    )
    first, last = _micro(start - origin), _micro(end - origin)
    return cut(whole, first, min(last, whole.seconds))


def _whole(
    lines: Sequence[Spoken],
    seats: Sequence[str],
    stage: Stage,
    *,
    origin: float,
    over: float,
    asked: tuple[float, float],
) -> Performance:
    pieces: list[Performance] = []
    moment, poses = origin, dict[str, Pose]()
    for i, one in enumerate(lines):
        if one.at > moment:
            coming = _poses(one.performance, seats, 0)
            pieces.append(_gap(moment, one.at, seats, poses, coming, asked=asked))
        following = lines[i + 1] if i + 1 < len(lines) else None
        onto = (
            _poses(following.performance, seats, 0)
            if following and following.at - one.until <= ADJOINS
            else {}
        )
        sealed = _sealed(one, seats, onto)
        pieces.append(sealed)
        moment, poses = one.until, _poses(sealed, seats, -1)
    if over > moment:
        pieces.append(_gap(moment, over, seats, poses, {}, asked=asked))
    made_by = _makers(lines)
    bare = replace(stage, camera=())
    return _join_all(
        [
            replace(
                piece, made_by=made_by, stage=replace(bare, camera=piece.stage.camera)
            )
            for piece in pieces
        ]
    )


def _changes(keys: tuple[KeyT, ...]) -> tuple[KeyT, ...]:
    """Without those that say what holds already, of which `join` drops some: which
    ones must not hang on the range."""
    return tuple(
        key
        for i, key in enumerate(keys)
        if i == 0 or replace(keys[i - 1], at=key.at) != key
    )


def _join_all(pieces: list[Performance]) -> Performance:
    """Neighbours first: one after the other would read the beginning again and again."""
    while len(pieces) > 1:
        pairs = [pieces[i : i + 2] for i in range(0, len(pieces), 2)]
        pieces = [join(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return pieces[0]


def _makers(lines: Sequence[Spoken]) -> MadeBy:
    made = [one.performance.made_by for one in lines]
    voices = dict.fromkeys(one.voice for one in made if one.voice)
    directors = dict.fromkeys(one.director for one in made if one.director)
    return MadeBy(", ".join(voices), ", ".join(directors), made[0].seed if made else 0)


# A line --------------------------------------------------------------------------


def _sealed(one: Spoken, seats: Sequence[str], onto: Mapping[str, Pose]) -> Performance:
    """The line as it was played: each seat with a state at its first moment, and with
    poses that end flat. `onto`: where the next line begins when there is no gap."""
    whole = one.performance
    seconds = min(_micro(one.until - one.at), whole.seconds)
    if seconds < whole.seconds:
        whole = cut(whole, 0.0, seconds)
    here = {part.seat: part for part in whole.parts}
    return replace(
        whole,
        parts=tuple(
            replace(
                part,
                sound=None,
                expressions=_from_zero(part.expressions, Expression(0.0, "calm")),
                glances=_from_zero(part.glances, Glance(0.0)),
                poses=_flat(part.poses, seconds, onto.get(part.seat)),
            )
            for part in (here.get(seat, Part(seat)) for seat in seats)
        ),
    )


def _from_zero(keys: tuple[KeyT, ...], otherwise: KeyT) -> tuple[KeyT, ...]:
    """The first key holds before its moment too; what came before does not."""
    first: KeyT = replace(keys[0], at=0.0) if keys else otherwise
    return (first, *keys[1:])


def _flat(poses: Sequence[Pose], seconds: float, onto: Pose | None) -> tuple[Pose, ...]:
    keys = list(poses) or _breathing(seconds)
    if keys[0].at > 0.0:
        keys.insert(0, replace(keys[0], at=0.0))
    last = keys[-1]
    if onto is None or seconds <= 8 * JUMP:
        return (*keys, *([replace(last, at=seconds)] if last.at < seconds else []))
    kept = [key for key in keys if key.at < seconds - 4 * JUMP]
    turn = ((last, 4), (last, 3), (onto, 1))
    ends = [replace(pose, at=_micro(seconds - n * JUMP)) for pose, n in turn]
    return (*kept, *ends)


def _breathing(seconds: float) -> list[Pose]:
    """What moves a part that has no pose keys at all, as keys."""
    count = max(1, math.ceil(seconds * 4))
    return [
        Pose(
            _micro(min(i / 4, seconds)),
            y=_micro(BREATH_DEPTH * math.sin(2.0 * math.pi * BREATH_RATE * i / 4)),
        )
        for i in range(count + 1)
    ]


# A gap ---------------------------------------------------------------------------


def _gap(
    at: float,
    until: float,
    seats: Sequence[str],
    before: Mapping[str, Pose],
    after: Mapping[str, Pose],
    *,
    asked: tuple[float, float],
) -> Performance:
    """Silence. `before` and `after`: how the lines beside it end and begin; empty:
    there is none. A pause may last for hours: of it, only what is `asked` for has its
    keys, and a few on either side, by which its curve bends."""
    seconds = _micro(until - at)
    room = 3 * STEP + BLINK_EVERY
    near = (max(0.0, asked[0] - at - room), min(seconds, asked[1] - at + room))
    rests = seconds > LONG or not (before or after)
    at_once = min(EDGE, seconds) if before else 0.0
    parts = []
    for number, seat in enumerate(seats):
        part = Part(
            seat,
            poses=_between(
                at, seconds, number, before.get(seat), after.get(seat), near=near
            ),
        )
        if rests:
            part = replace(
                part,
                expressions=(Expression(at_once, "calm"),),
                glances=(Glance(at_once),),
                blinks=_blinks(at, seconds, number, near),
            )
        parts.append(part)
    return Performance(seconds, tuple(parts))


def _between(
    at: float,
    seconds: float,
    number: int,
    before: Pose | None,
    after: Pose | None,
    *,
    near: tuple[float, float],
) -> tuple[Pose, ...]:
    if seconds <= ADJOINS:
        return ()
    edge = _micro(min(EDGE, seconds / 4))
    keys = [replace(before, at=edge)] if before else []
    if seconds > LONG or not (before or after):
        first = max(near[0], EASE if before else 0.0)
        last = min(near[1], seconds - EASE if after else seconds)
        steps = range(math.ceil(first / STEP), math.floor(last / STEP) + 1)
        keys += [_rest(_micro(n * STEP), at + n * STEP, number) for n in steps]
    if after:
        keys.append(replace(after, at=_micro(seconds - edge)))
    return tuple(keys)


def _rest(at: float, clock: float, number: int) -> Pose:
    """Swaying a little, by the stream's clock; `number` tells neighbours apart."""
    turn, seed = 2.0 * math.pi * clock, 1.7 * number
    return Pose(
        at,
        yaw=_micro(1.4 * math.sin(turn / 7.3 + seed)),
        pitch=_micro(0.7 * math.sin(turn / 5.9 + 1.0 + seed)),
        roll=_micro(0.6 * math.sin(turn / 9.7 + 2.0 + seed)),
        y=_micro(0.006 * math.sin(turn / 4.2 + seed)),
    )


def _blinks(
    at: float, seconds: float, number: int, near: tuple[float, float]
) -> tuple[Blink, ...]:
    """Away from the lines beside the gap, which have their own."""
    first = math.floor((at + near[0]) / BLINK_EVERY)
    last = math.ceil((at + near[1]) / BLINK_EVERY)
    found = []
    for slot in range(first, last):
        wave = math.sin(slot * 127.1 + number * 311.7) * 43758.5453
        start = (slot + 0.15 + 0.6 * (wave - math.floor(wave))) * BLINK_EVERY - at
        if EASE <= start <= seconds - EASE:
            begin = _micro(start)
            found.append(Blink(begin, _micro(begin + BLINK_SECONDS)))
    return tuple(found)


def _poses(whole: Performance, seats: Sequence[str], which: int) -> dict[str, Pose]:
    """How everybody stands at the first (0) or the last (-1) moment."""
    here = {part.seat: part for part in whole.parts}
    found = {}
    for seat in seats:
        poses = here[seat].poses if seat in here else ()
        found[seat] = poses[which] if poses else Pose(0.0)
    return found


def _micro(seconds: float) -> float:
    """Whole microseconds, as lines are sent and stored."""
    return round(seconds, 6)
