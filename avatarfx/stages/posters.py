"""Which frame of a film makes its poster: mouth well open, eyes open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.pipeline import FPS
from avatarfx.stages.shoot import frame_count

if TYPE_CHECKING:
    from avatarfx.stages.shoot import Shoot
    from socialapp.performance import Performance

FALLBACK = 0.35
"""Where the poster is in a film in which no vowel is open, as a share of it."""


class Posters:
    """Which frames would make a better poster than those before.

    The best: the first strongest open vowel outside of a blink, away from both ends.
    """

    def __init__(self, shoot: Shoot) -> None:
        self._shoot = shoot
        self._performance: Performance | None = None
        self._best = -1.0
        self._wanted: set[int] = set()
        self._fallback = round(shoot.expected * FALLBACK)

    def wants(self, number: int) -> bool:
        """Asked of every frame in order, when it is there. Of a film that is still being
        spoken, more is known now and then."""
        shoot = self._shoot
        if shoot.performance is not self._performance:
            self._performance = shoot.performance
            among = range(number, frame_count(shoot.performance))
            found = most_telling(shoot.performance, shoot.expected / FPS, among)
            # What an earlier sentence promised is drawn, or will be before this one.
            if found and found[0] > self._best:
                self._best = found[0]
                self._wanted.add(found[1])
        if self._best < 0:
            return number in {0, min(self._fallback, shoot.expected - 1)}
        return number in self._wanted


def most_telling(
    performance: Performance, seconds: float, among: range
) -> tuple[float, int] | None:
    """How telling the best of these frames is, and which it is; None when no vowel is
    well open in them. `seconds`: of the whole film, or about."""
    best: tuple[float, int] | None = None
    for part in performance.parts:
        for viseme in part.visemes:
            middle = (viseme.at + viseme.until) / 2
            number = round(middle * FPS)
            if viseme.name not in {"aa", "E", "ih", "oh"} or number not in among:
                continue
            if any(b.at - 0.1 <= middle <= b.until + 0.1 for b in part.blinks):
                continue
            centred = 1 - abs(middle / max(seconds, 0.01) - 0.4)
            score = viseme.weight * centred
            if best is None or score > best[0] + 1e-6:
                best = score, number
    return best
