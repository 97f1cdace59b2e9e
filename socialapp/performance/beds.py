"""Music under a performance, cut and joined with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socialapp.performance.timeline import Bed, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME = 2e-6
"""Gains closer than this are the same: cut and join round to a millionth."""


def gain_at(levels: Sequence[Level], t: float) -> float:
    """On straight lines from key to key; before the first and after the last, theirs."""
    if not levels:
        return 0.0
    before, after = levels[0], levels[-1]
    for level in levels:
        if level.at <= t:
            before = level
        else:
            after = level
            break
    if not before.at <= t < after.at:
        return before.gain if t >= before.at else levels[0].gain
    share = (t - before.at) / (after.at - before.at)
    return before.gain + (after.gain - before.gain) * share


def cut_bed(bed: Bed | None, start: float, end: float) -> Bed | None:
    """It goes on in the slice where it was in the whole."""
    if bed is None:
        return None
    inside = [
        Level(round(level.at - start, 6), level.gain)
        for level in bed.levels
        if start < level.at < end
    ]
    edges = [round(gain_at(bed.levels, t), 6) for t in (start, end)]
    return replace(
        bed,
        start=round(bed.start + start, 6),
        levels=(
            Level(0.0, edges[0]),
            *inside,
            Level(round(end - start, 6), edges[1]),
        ),
    )


def join_beds(first: Bed | None, second: Bed | None, seam: float) -> Bed | None:
    """One after the other; what `cut_bed` put at the seam goes again.

    Another piece of music after it is not heard: a performance has one.
    """
    if first is None or second is None or first.name != second.name:
        return first
    later = [Level(round(level.at + seam, 6), level.gain) for level in second.levels]
    keys: list[Level] = []
    for level in (*first.levels, *later):
        if keys and keys[-1] == level:
            continue
        keys.append(level)
    return replace(
        first,
        levels=tuple(
            level
            for i, level in enumerate(keys)
            if abs(level.at - seam) > SAME or not _on_the_line(keys, i)
        ),
    )


def _on_the_line(keys: Sequence[Level], i: int) -> bool:
    """Whether a key says nothing that its neighbours do not."""
    if not 0 < i < len(keys) - 1:
        return False
    between = gain_at((keys[i - 1], keys[i + 1]), keys[i].at)
    return abs(between - keys[i].gain) <= SAME
