"""Takes of single lines, each of one seat, put on one stage: who is silent listens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from socialapp.acting.dialogue import BETWEEN, SHORT, standing
from socialapp.acting.edit import LEAD_IN, LEAD_OUT
from socialapp.acting.turning import listening, side_of, speaking
from socialapp.performance import CameraKey, MadeBy, Performance, Stage, cut, join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialapp.engines.protocols import Director
    from socialapp.performance import Part


@dataclass(frozen=True, slots=True)
class Taken:
    """One line, as `perform` made it."""

    seat: str
    """On the stage; in the take itself there is one seat, whatever its name."""

    performance: Performance
    pause: float = 0.0
    """Seconds of listening faces before it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a take's sound lies on the reel, in its seconds."""

    seat: str
    at: float
    """Of the first sample, in the quiet before the words: under another line, or before
    the beginning."""

    until: float
    ref: str


@dataclass(frozen=True, slots=True)
class Reel:
    performance: Performance
    """Without sounds."""

    heard: tuple[Heard, ...]


def reel(
    takes: Sequence[Taken],
    *,
    seats: Sequence[str],
    director: Director,
    motions: Mapping[str, str] | None = None,
    shape: str = "9:16",
    background: str = "",
    seed: int = 0,
) -> Reel:
    """The takes one after the other, on `seats` from the left, with the camera on whoever
    speaks. The quiet in which each begins and ends is shortened to that of a talk.

    ValueError without takes, and for a seat that is not among `seats`.
    """
    if not takes:
        raise ValueError("A reel needs a take")
    stage = Stage(background, shape, standing(seats, shape))
    moves = dict(motions or {})
    acts: list[Performance] = []
    heard: list[Heard] = []
    now = 0.0
    for turn, one in enumerate(takes):
        if one.seat not in seats:
            raise ValueError(f"Nobody stands on seat {one.seat}")
        if one.pause > 0.0:
            quiet = _quiet(one.pause, seats, director, moves, stage, seed=seed + turn)
            acts.append(quiet)
            now = round(now + quiet.seconds, 6)
        start, end = _trimmed(one.performance, turn, len(takes))
        act = _acted(
            replace(one, performance=cut(one.performance, start, end)),
            seats,
            director,
            moves,
            replace(stage, camera=_shots(takes, turn, end - start)),
            turn=turn,
            seed=seed,
        )
        acts.append(act)
        sound = one.performance.parts[0].sound
        if sound is not None:
            until = now + act.seconds
            heard.append(Heard(one.seat, now - start, until, sound.ref))
        now = round(now + act.seconds, 6)
    return Reel(reduce(join, acts), tuple(heard))


def seconds_of(takes: Sequence[Taken]) -> list[float]:
    """How long each of them is on a reel of all of them, with the pause before it."""
    found = []
    for turn, one in enumerate(takes):
        start, end = _trimmed(one.performance, turn, len(takes))
        found.append(max(0.0, one.pause) + end - start)
    return found


def _trimmed(performance: Performance, turn: int, count: int) -> tuple[float, float]:
    """What of a take is kept: at both ends of the reel it keeps its quiet."""
    start = 0.0 if turn == 0 else LEAD_IN - BETWEEN
    end = performance.seconds
    if turn + 1 < count:
        end -= LEAD_OUT - BETWEEN
    if end - start <= BETWEEN:
        return 0.0, performance.seconds
    return round(start, 6), round(end, 6)


def _acted(
    one: Taken,
    seats: Sequence[str],
    director: Director,
    motions: Mapping[str, str],
    stage: Stage,
    *,
    turn: int,
    seed: int,
) -> Performance:
    whole = one.performance
    parts: list[Part] = []
    for seat in seats:
        if seat == one.seat:
            others = [other for other in seats if other != seat]
            toward = others[turn % len(others)] if others else seat
            own = replace(whole.parts[0], seat=seat, sound=None)
            parts.append(speaking(own, side_of(stage.places, seat, toward)))
        else:
            part = director.listen(
                whole.seconds,
                seat=seat,
                seed=seed * 1000 + turn,
                motion=motions.get(seat, "subtle"),
            )
            parts.append(listening(part, side_of(stage.places, seat, one.seat)))
    made_by = MadeBy(whole.made_by.voice, whole.made_by.director, seed)
    return Performance(whole.seconds, tuple(parts), stage, made_by)


def _quiet(
    seconds: float,
    seats: Sequence[str],
    director: Director,
    motions: Mapping[str, str],
    stage: Stage,
    *,
    seed: int,
) -> Performance:
    parts = tuple(
        director.listen(
            seconds, seat=seat, seed=seed * 1000, motion=motions.get(seat, "subtle")
        )
        for seat in seats
    )
    made_by = MadeBy("", type(director).__name__, seed)
    return Performance(round(seconds, 6), parts, stage, made_by)


def _shots(takes: Sequence[Taken], turn: int, seconds: float) -> tuple[CameraKey, ...]:
    """Everyone first and last, else whoever speaks; short lines get no cut."""
    edge = turn in {0, len(takes) - 1} and len(takes) > 2
    if turn and not edge and seconds < SHORT:
        return ()
    return (CameraKey(0.0, "all" if edge else takes[turn].seat),)
