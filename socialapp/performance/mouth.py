"""The mouth of one part: co-articulated lips and jaw, closures, sprite letters.

Lips and jaw follow the dominance model of Cohen and Massaro (1993), "Modeling
Coarticulation in Synthetic Visual Speech": each viseme pulls with a bell of its own
height and reach, and the mouth is the weighted mean of all pulls. Lips round early and
let go late, so their bell reaches further back than the jaw's. Closures stand outside
the mean, because a mean never quite shuts a mouth.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialapp.performance import visemes as tables
from socialapp.performance.curves import bump, smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.performance.timeline import Viseme

CORE = 0.2
"""Share of a viseme at either end where its pull already fades."""

JAW_REACH = 0.08
LIPS_REACH_BEFORE = 0.16
LIPS_REACH_AFTER = 0.1
"""Seconds outside a viseme's core at which its pull has faded to nothing."""

REST_PULL = 0.04
"""How weakly the closed mouth pulls always, so that the mean is defined everywhere."""

LONG_SILENCE = 0.25
"""Seconds of silence that pull with full strength; shorter ones pull less."""

HOLD = 0.044
"""Seconds a closure stays shut at the least: one frame at 25 fps, and a margin."""

CLOSING, OPENING = 0.05, 0.045
"""Seconds in which a closure shuts and lets go."""

SPRITE_HOLD = 0.08
"""Seconds any open sprite stays, lest drawn mouths flicker."""

SPRITE_EASE = 0.04
"""Seconds from one sprite to the next."""

LOOK = 0.3
"""Seconds around a moment that can matter: the longest reach, and a margin."""


class Lips:
    """Jaw, width, rounding, tongue, press and bite over time."""

    def __init__(self, visemes: Sequence[Viseme]) -> None:
        self.visemes = tuple(visemes)
        self.starts = [v.at for v in self.visemes]
        # The longest viseme bounds how far back one that still matters may start.
        self.longest = max((v.until - v.at for v in self.visemes), default=0.0)

    def at(self, t: float) -> tuple[float, float, float, float, float, float]:
        """jaw_open, wide, round, tongue, press, bite; each 0 to 1."""
        jaw = wide = rounded = tongue = press = bite = 0.0
        jaw_pull = lips_pull = REST_PULL
        first = bisect_right(self.starts, t - LOOK - self.longest)
        last = bisect_right(self.starts, t + LOOK)
        for i in range(first, last):
            v = self.visemes[i]
            if v.until < t - LOOK:
                continue
            if v.name in tables.CLOSURES:
                shut = _closure(v, t)
                if v.name == "PP":
                    press = max(press, shut)
                else:
                    bite = max(bite, shut)
            target = tables.TARGETS.get(v.name)
            if target is None:
                continue
            length = v.until - v.at
            core_from, core_until = v.at + CORE * length, v.until - CORE * length
            early, late = core_from - t, t - core_until
            scale = 1.0
            if v.name == "sil":
                scale = min(1.0, length / LONG_SILENCE)
            outside = max(0.0, early, late)
            pull = scale * target.jaw_pull * bump(outside, JAW_REACH)
            jaw += pull * target.jaw * v.weight
            tongue += pull * target.tongue
            jaw_pull += pull
            reach = LIPS_REACH_BEFORE if early > 0.0 else LIPS_REACH_AFTER
            pull = scale * target.lips_pull * bump(outside, reach)
            effort = 0.5 + 0.5 * v.weight
            wide += pull * target.wide * effort
            rounded += pull * target.round * effort
            lips_pull += pull
        return (
            jaw / jaw_pull,
            wide / lips_pull,
            rounded / lips_pull,
            tongue / jaw_pull,
            press,
            bite,
        )


def _closure(viseme: Viseme, t: float) -> float:
    """1 while it is shut, which is never shorter than HOLD."""
    spare = max(0.0, HOLD - (viseme.until - viseme.at)) / 2.0
    at, until = viseme.at - spare, viseme.until + spare
    if t < at:
        return smooth(1.0 - (at - t) / CLOSING)
    if t > until:
        return smooth(1.0 - (t - until) / OPENING)
    return 1.0


class Sprites:
    """Which drawn mouth shows, which one before it, and how far the change has come."""

    def __init__(self, visemes: Sequence[Viseme]) -> None:
        keys = _sprite_keys(visemes)
        self.times = [at for at, _ in keys]
        self.letters = [letter for _, letter in keys]

    def at(self, t: float) -> tuple[str, str, float]:
        """The letter, the letter before it, and the mix from 0 to 1."""
        i = bisect_right(self.times, t) - 1
        if i < 0:
            return "X", "X", 1.0
        before = self.letters[i - 1] if i else "X"
        return self.letters[i], before, smooth((t - self.times[i]) / SPRITE_EASE)


def sprite_of(viseme: Viseme) -> str:
    letter = tables.SPRITES.get(viseme.name, "X")
    if viseme.weight < tables.QUIET:
        return tables.QUIET_SPRITES.get(letter, letter)
    return letter


@dataclass(slots=True)
class _Shown:
    """A letter from the moment it starts to come until the next one does."""

    letter: str
    at: float
    until: float
    """Where its sound ends; the next letter may come sooner or later."""

    @property
    def closure(self) -> bool:
        return self.letter in {"A", "G"}

    @property
    def free(self) -> float:
        """From when on a neighbour may take over: a closure is held first."""
        return self.at + SPRITE_EASE + HOLD if self.closure else self.at


def _sprite_keys(visemes: Sequence[Viseme]) -> list[tuple[float, str]]:
    """(seconds, letter) at each change; open letters last SPRITE_HOLD at least.

    A closure's key comes SPRITE_EASE early, so that the mouth is shut by the time the
    sound needs it; then it is held for HOLD. It lends the rest of its time to an open
    neighbour that would otherwise be too short to see.
    """
    shown: list[_Shown] = []
    for v in visemes:
        letter = sprite_of(v)
        if shown and shown[-1].letter == letter:
            shown[-1].until = v.until
            continue
        spare = max(0.0, HOLD - (v.until - v.at)) / 2.0
        at = v.at - spare - SPRITE_EASE if letter in {"A", "G"} else v.at
        if shown:
            at = max(at, shown[-1].free)
        shown.append(_Shown(letter, at, v.until))
    while (i := _too_short(shown)) is not None:
        _borrow(shown, i)
        if _lasts(shown, i) < SPRITE_HOLD - 1e-9:
            _drop(shown, i)
    return [(s.at, s.letter) for s in shown]


def _lasts(shown: list[_Shown], i: int) -> float:
    end = shown[i + 1].at if i + 1 < len(shown) else shown[i].until
    return end - shown[i].at


def _too_short(shown: list[_Shown]) -> int | None:
    """The open letter that lasts shortest, if it lasts too short."""
    if len(shown) < 2:
        return None
    lasts = [
        (_lasts(shown, i), i) for i, letter in enumerate(shown) if not letter.closure
    ]
    shortest, i = min(lasts, default=(SPRITE_HOLD, 0))
    return i if shortest < SPRITE_HOLD - 1e-9 else None


def _borrow(shown: list[_Shown], i: int) -> None:
    """Take what is missing from closures before and after that can spare it."""
    missing = SPRITE_HOLD - _lasts(shown, i)
    if i and shown[i - 1].closure:
        taken = max(0.0, min(missing, shown[i].at - shown[i - 1].free))
        shown[i].at -= taken
        missing -= taken
    if missing > 0.0 and i + 1 < len(shown) and shown[i + 1].closure:
        after = shown[i + 1]
        end = shown[i + 2].at if i + 2 < len(shown) else after.until
        spare = end - HOLD - SPRITE_EASE - after.at
        after.at += max(0.0, min(missing, spare))


def _drop(shown: list[_Shown], i: int) -> None:
    """Leave a letter out; an open neighbour fills its time, else a closure does."""
    if (
        i + 1 < len(shown)
        and not shown[i + 1].closure
        and (i == 0 or shown[i - 1].closure)
    ):
        shown[i + 1].at = shown[i].at
    del shown[i]
    if 0 < i < len(shown) and shown[i - 1].letter == shown[i].letter:
        shown[i - 1].until = shown[i].until
        del shown[i]
