"""Attempts as a picture: numbers in, places of bars out. Plain Python.

Time runs to the right from the moment an attempt began; all attempts share one scale,
so that a longer bar took longer. What was waited in line is a bar of its own above the
attempt, cut short when it would leave no room for the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from avatarfx.traces.attempts import WITHIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avatarfx.traces.attempts import Attempt, Step

ROW, HEAD, BAR, FOOT = 26.0, 34.0, 14.0, 30.0
"""Heights of a step, of an attempt's name, of a bar, and of the scale."""

LEAST = 2.0
"""Width of the shortest bar: what took no time happened all the same."""

CHOSEN = ("voice", "movement")
"""Stages for which there is a ladder of engines."""

SHORTEST_WAIT = 0.05
"""Seconds in line that are worth a bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    y: float
    """Middle of the row."""

    label: str
    value: str
    x: float
    width: float
    kind: str
    """``wait``, ``step``, ``within``, ``fell`` or ``stopped``."""

    cut: bool = False
    """It took longer than the picture is wide."""

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def height(self) -> float:
        return BAR / 2 if self.kind == "within" else BAR

    @property
    def end(self) -> float:
        return round(self.x + self.width, 1)


@dataclass(frozen=True, slots=True)
class Heading:
    y: float
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    width: int
    height: float
    left: float
    """Where second 0 is."""

    right: float
    headings: tuple[Heading, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]

    @property
    def foot(self) -> float:
        """Where the grid ends."""
        return self.height - FOOT

    @property
    def head(self) -> float:
        """Where it begins."""
        return HEAD

    @property
    def scale_y(self) -> float:
        """Base line of the numbers under it."""
        return self.height - 8

    @property
    def marks(self) -> frozenset[str]:
        """Kinds of bars in it, for the legend."""
        return frozenset(bar.kind for bar in self.bars)


def draw(attempts: Sequence[Attempt], *, width: int = 860) -> Timeline:
    """ValueError without an attempt. Widths under 500 leave less room for words."""
    if not attempts:
        raise ValueError("There is no attempt to draw.")
    narrow = width < 500
    left, right = (80.0, width - 72.0) if narrow else (150.0, width - 80.0)
    longest = max(_ends(one) for one in attempts)
    step, top = _scale(longest, most=3 if narrow else 6)
    per_second = (right - left) / top
    headings, bars, y = list[Heading](), list[Bar](), 0.0
    for attempt in attempts:
        headings.append(_heading(attempt, y))
        y += HEAD
        if attempt.waited >= SHORTEST_WAIT:
            bars.append(_wait(attempt, y + ROW / 2, left, right, per_second))
            y += ROW
        for one in attempt.steps:
            bar = _step(one, y + ROW / 2, left, right, per_second)
            bars.append(bar if narrow else replace(bar, label=_with_engine(one)))
            y += ROW
    return Timeline(
        width=width,
        height=y + FOOT,
        left=left,
        right=right,
        headings=tuple(headings),
        bars=tuple(bars),
        ticks=tuple(
            Tick(round(left + n * step * per_second, 1), seconds_label(n * step))
            for n in range(round(top / step) + 1)
        ),
    )


def seconds_label(seconds: float) -> str:
    """``0.04 s``, ``3.2 s``, ``48 s``, ``12 min 3 s``, ``2 h 5 min``."""
    if seconds < 10:
        digits = 2 if 0 < seconds < 1 else 1
        return f"{seconds:.{digits}f}".rstrip("0").rstrip(".") + " s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _ends(attempt: Attempt) -> float:
    return max([attempt.seconds, *(step.until for step in attempt.steps), 0.1])


def _scale(longest: float, *, most: int) -> tuple[float, float]:
    """The distance of ticks, 1, 2 or 5 times a power of ten, and the end of the scale."""
    rough = longest / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(n * power for n in (1.0, 2.0, 5.0, 10.0) if n * power >= rough)
    return step, step * math.ceil(longest / step - 1e-9)


def _heading(attempt: Attempt, y: float) -> Heading:
    value = seconds_label(attempt.seconds) if attempt.ended else ""
    label = f"Attempt {attempt.number}: {attempt.outcome_label}"
    return Heading(y + HEAD - 12, label, value)


def _wait(
    attempt: Attempt, y: float, left: float, right: float, per_second: float
) -> Bar:
    wanted = attempt.waited * per_second
    width = min(max(LEAST, wanted), right - left)
    label = seconds_label(attempt.waited)
    return Bar(y, "In line", label, left, round(width, 1), "wait", wanted > width)


def _step(step: Step, y: float, left: float, right: float, per_second: float) -> Bar:
    from_left = min(step.at * per_second, right - left - LEAST)
    width = min(max(LEAST, step.seconds * per_second), right - left - from_left)
    kind = step.ending or ("within" if step.name in WITHIN else "step")
    return Bar(
        y,
        step.label,
        seconds_label(step.seconds),
        round(left + from_left, 1),
        round(width, 1),
        kind,
    )


def _with_engine(step: Step) -> str:
    """Who did it, where several could have."""
    return (
        f"{step.label}: {step.engine}"
        if step.name in CHOSEN and step.engine
        else step.label
    )
