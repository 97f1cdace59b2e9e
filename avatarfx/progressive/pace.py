"""When may it start so that it does not stop again?"""

from __future__ import annotations

from dataclasses import dataclass

LONE = 2
"""Segments of one second at the start, so that the picture comes soon; the rest have two,
since key frames are most of what a talking head weighs."""

CAUTION = 0.7
"""Of the paces that were measured: the rest may be harder to draw and to speak, and
whoever plays it may draw on the same cores."""

LONGEST = 2.0
"""Seconds of a segment."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """How much of a film can be drawn by now, and when the rest can."""

    until: float
    """Seconds from the start that can be drawn."""

    coming: tuple[float, ...] = ()
    """About how many seconds each of the sentences has that are not spoken yet."""

    rate: float = 0.0
    """Seconds of speech that are spoken in a second."""

    @property
    def total(self) -> float:
        """Seconds of the whole."""
        return self.until + sum(self.coming)


def starts_in(*, ready: float, spoken: Spoken, since: float, pace: float) -> float:
    """Seconds until playing from the start will not catch up with what is made.

    `ready` seconds of the film are there, and `pace` seconds of it are drawn in a
    second. The next sentence has been in the making `since` seconds. A sentence can be
    drawn when all of it is spoken, and played when its first segment is drawn; whoever
    starts now must not get to either before that, nor to its end before it is drawn.
    """
    if ready >= spoken.total:
        return 0.0
    if pace <= 0.0 or (spoken.coming and spoken.rate <= 0.0):
        return spoken.total
    pace, rate = pace * CAUTION, spoken.rate * CAUTION
    drawn = max(0.0, spoken.until - ready) / pace
    late = drawn - spoken.until
    heard, at = -since, spoken.until
    for seconds in spoken.coming:
        heard = max(0.0, heard + seconds / rate)
        begun = max(drawn, heard)
        drawn = begun + seconds / pace
        first = begun + min(LONGEST, seconds) / pace
        late = max(late, first - at, drawn - (at + seconds))
        at += seconds
    return max(0.0, late)


def begins(number: int) -> int:
    """The second in which a segment begins; they are numbered from 0."""
    return number if number <= LONE else 2 * number - LONE
