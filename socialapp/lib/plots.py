"""Lines as SVG paths. Plain Python: numbers in, attributes out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 20.0, 40.0
"""Room for the labels around the plot, in its own units."""


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    """x or y."""

    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Plot:
    width: int
    height: int
    line: str
    """The ``d`` of a path."""

    area: str
    before: str
    """A second line under the same scale; empty when there is none."""

    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    peak: tuple[float, float]
    """Where the highest value is."""

    left: float = LEFT

    @property
    def right(self) -> float:
        return self.width - RIGHT

    @property
    def foot(self) -> float:
        return self.height - BOTTOM + 28.0


def nice_top(highest: float) -> float:
    """The next 1, 2 or 5 times a power of ten; at least 2, so that half is whole."""
    if highest <= 2:
        return 2.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(n * power for n in (1.0, 2.0, 5.0, 10.0) if n * power >= highest)


def plot(
    values: Sequence[float | None],
    *,
    labels: Sequence[str],
    before: Sequence[float | None] = (),
    top: float | None = None,
    width: int = 900,
    height: int = 260,
    percent: bool = False,
) -> Plot:
    """A line through `values`, one for each of `labels`; a few of them are written.

    `before` has as many values and the same scale. Where there is no value the line is
    broken. ValueError for none at all, or for lists of different lengths.
    """
    if not values or len(labels) != len(values) or len(before) not in {0, len(values)}:
        raise ValueError("As many labels as values, and at least one.")
    known = [number for number in (*values, *before) if number is not None]
    top = top or nice_top(max(known, default=0.0))
    low, span = height - BOTTOM, height - BOTTOM - TOP

    def x_of(at: int) -> float:
        share = at / (len(values) - 1) if len(values) > 1 else 0.5
        return round(LEFT + share * (width - LEFT - RIGHT), 1)

    def y_of(number: float) -> float:
        return round(low - span * number / top, 1)

    def drawn(run: Sequence[tuple[int, float]]) -> str:
        points = [f"{x_of(at)} {y_of(number)}" for at, number in run]
        # A line to itself is a dot.
        return "M" + " L".join(points if len(points) > 1 else points * 2)

    def under(run: Sequence[tuple[int, float]]) -> str:
        return f"{drawn(run)} L{x_of(run[-1][0])} {low} L{x_of(run[0][0])} {low} Z"

    runs = _runs(values)
    highest, most = max(
        ((at, number) for run in runs for at, number in run),
        key=lambda point: point[1],
        default=(0, 0.0),
    )
    rows = tuple(
        Tick(round(low - span * share, 1), _label(top * share, percent=percent))
        for share in (0.0, 0.5, 1.0)
    )
    return Plot(
        width=width,
        height=height,
        line=" ".join(map(drawn, runs)),
        area=" ".join(map(under, runs)),
        before=" ".join(map(drawn, _runs(before))),
        rows=rows,
        columns=_columns(labels, x_of, most=5 if width > 500 else 3),
        peak=(x_of(highest), y_of(most)),
    )


def _runs(numbers: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Places and values, parted where there is none."""
    runs: list[list[tuple[int, float]]] = []
    for at, number in enumerate(numbers):
        if number is None:
            continue
        if at == 0 or numbers[at - 1] is None:
            runs.append([])
        runs[-1].append((at, number))
    return runs


def _columns(
    labels: Sequence[str], x_of: Callable[[int], float], *, most: int
) -> tuple[Tick, ...]:
    last = len(labels) - 1
    wanted = sorted({round(last * n / (most - 1)) for n in range(most)})
    anchors = {0: "start", last: "end"}
    return tuple(Tick(x_of(at), labels[at], anchors.get(at, "middle")) for at in wanted)


def _label(value: float, *, percent: bool) -> str:
    if percent:
        return f"{value:.0f}%"
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
