"""When may it start so that it does not stop again?"""

from __future__ import annotations

LONE = 2
"""Segments of one second at the start, so that the picture comes soon; the rest have two,
since key frames are most of what a talking head weighs."""

CAUTION = 0.9
"""Of the pace that was measured: the rest of the film may be harder to draw."""


def starts_in(*, ready: float, total: float, pace: float) -> float:
    """Seconds until playing from the start will not catch up with what is made.

    `ready` of `total` seconds of the clip are there, and `pace` seconds of it are made
    in a second. Playing takes as long as the clip, so the last part must be made by
    then: ``(total - ready) / pace <= total`` at the start.
    """
    if ready >= total:
        return 0.0
    if pace <= 0.0:
        return total
    return max(0.0, (total - ready) / (pace * CAUTION) - total)


def begins(number: int) -> int:
    """The second in which a segment begins; they are numbered from 0."""
    return number if number <= LONE else 2 * number - LONE
