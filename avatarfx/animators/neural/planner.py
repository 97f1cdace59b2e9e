"""Which neural rungs a clip is tried on: by what each costs, who waits, and the wish.

Plain arithmetic over what earlier clips took: no torch, no rows, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BEST = "best"
FAST = "fast"
WISHES = (BEST, FAST)
"""What whoever orders a clip may ask for; nothing: as the line allows."""

SAMPLES = 3
"""Clips of different lengths from which a fixed cost is told apart from that of frames."""


@dataclass(frozen=True, slots=True)
class Filmed:
    """What one film took."""

    frames: int
    seconds: float
    batch: int = 1
    """Frames at once."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What a rung costs: seconds for a clip, and seconds for each of its frames."""

    fixed: float
    per_frame: Mapping[int, float]
    """By how many frames are drawn at once."""

    def seconds(self, frames: int, batch: int = 1) -> float:
        """For a clip; of a batch that was never measured, as of the nearest one."""
        near = min(self.per_frame, key=lambda known: abs(known - batch))
        return self.fixed + frames * self.per_frame[near]


@dataclass(frozen=True, slots=True)
class Option:
    """A rung of the ladder."""

    name: str
    neural: bool = False
    """It may be passed over; the others are always tried."""

    curve: Curve | None = None
    """None: it has not made a clip here yet."""

    batch: int = 1


@dataclass(frozen=True, slots=True)
class Job:
    frames: int
    deadline: float = 0.0
    """Seconds from now within which somebody waits for it; 0: nobody does."""

    wish: str = ""
    """One of `WISHES`, or nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """Who else waits."""

    waiting: int = 0
    hands: int = 1
    """Workers."""


@dataclass(frozen=True, slots=True)
class Plan:
    names: tuple[str, ...]
    """Rungs in the order in which they are tried."""

    reason: str
    """For the record."""


def fit(filmed: Iterable[Filmed]) -> Curve | None:
    """What films took, as a curve; None: there are none.

    The line through lengths and seconds (least squares), where lengths differ, and never
    with a cost below nothing; else the median of seconds for a frame.
    """
    films = [one for one in filmed if one.frames > 0 and one.seconds > 0]
    if not films:
        return None
    fixed = _fixed(films)
    rates = {
        batch: max(
            0.0,
            median((f.seconds - fixed) / f.frames for f in films if f.batch == batch),
        )
        for batch in sorted({film.batch for film in films})
    }
    return Curve(round(fixed, 4), rates)


def _fixed(films: Sequence[Filmed]) -> float:
    """Seconds that a clip takes whatever its length, of the batch that was used most."""
    batches = [film.batch for film in films]
    usual = max(set(batches), key=batches.count)
    some = [film for film in films if film.batch == usual]
    if len({film.frames for film in some}) < SAMPLES:
        return 0.0
    middle = sum(film.frames for film in some) / len(some)
    mean = sum(film.seconds for film in some) / len(some)
    spread = sum((film.frames - middle) ** 2 for film in some)
    slope = sum((f.frames - middle) * (f.seconds - mean) for f in some) / spread
    least = min(film.seconds for film in some)
    return min(max(0.0, mean - max(0.0, slope) * middle), least)


def choose(options: Sequence[Option], job: Job, line: Line) -> Plan:
    """The rungs for `job`: neural ones that cost more than there is time for are left
    out. Time is the deadline, shared with those who wait behind: as if each of them took
    the same."""
    if job.wish == BEST:
        return Plan(_names(options), "The best was asked for, whatever it takes.")
    if job.wish == FAST:
        left = [option for option in options if not option.neural or _faster(option, options, job)]  # fmt: skip
        return Plan(_names(left), "The fastest was asked for.")
    if job.deadline <= 0:
        return Plan(_names(options), "Nobody waits for it, so it may take its time.")
    return _in_time(options, job, line)


def _in_time(options: Sequence[Option], job: Job, line: Line) -> Plan:
    sharing = 1 + line.waiting / max(1, line.hands)
    left: list[Option] = []
    reasons: list[str] = []
    for option in options:
        reason = _obstacle(option, job, line, sharing) if option.neural else ""
        if reason:
            reasons.append(reason)
        else:
            left.append(option)
    first = left[0] if left else None
    if first is not None and first.neural:
        reasons.append(_praise(first, job))
    return Plan(_names(left), " ".join(reasons))


def _obstacle(option: Option, job: Job, line: Line, sharing: float) -> str:
    if option.curve is None:
        if line.waiting == 0:
            return ""
        return f"{option.name} has made no clip here yet and {_others(line)}."
    costs = option.curve.seconds(job.frames, option.batch)
    if costs * sharing <= job.deadline:
        return ""
    waits = f", and {_others(line)}" if line.waiting else ""
    return (
        f"{option.name} would take about {costs:.0f} s{waits}; there are"
        f" {job.deadline:.0f} s."
    )


def _praise(option: Option, job: Job) -> str:
    if option.curve is None:
        return f"{option.name} is tried for the first time here; nobody waits."
    costs = option.curve.seconds(job.frames, option.batch)
    return (
        f"{option.name} takes about {costs:.0f} s, and there are {job.deadline:.0f} s."
    )


def _others(line: Line) -> str:
    return "another waits" if line.waiting == 1 else f"{line.waiting} others wait"


def _faster(option: Option, options: Sequence[Option], job: Job) -> bool:
    """It is known to be faster than the first rung that is no neural one."""
    plain = next((other for other in options if not other.neural), None)
    if option.curve is None or plain is None or plain.curve is None:
        return False
    mine = option.curve.seconds(job.frames, option.batch)
    return mine < plain.curve.seconds(job.frames, plain.batch)


def _names(options: Iterable[Option]) -> tuple[str, ...]:
    return tuple(option.name for option in options)
