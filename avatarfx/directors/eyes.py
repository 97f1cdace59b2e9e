"""Where the eyes go, and when the lids fall."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from socialapp.performance import Blink, Glance

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from socialapp.engines.protocols import Beat, Speech

FIRST_BLINK = 0.45
"""Seconds in which nobody blinks: the poster and the first look."""

BETWEEN = (2.0, 4.6)
"""Seconds from one blink to the next: 13 to 30 a minute. People at rest blink about 17
times a minute, talking about 26 (Bentivoglio et al., 1997)."""

APART = 0.85
"""Seconds that two blinks keep apart."""

AT_END = 0.55
"""A blink moves this many seconds to fall on the end of a phrase."""

SHORTEST = 2.0
"""Seconds of a part below which it need not blink: one blink would be too many."""

LASTS = (0.14, 0.19)
"""Seconds of a blink, lids leaving to lids back."""

DIALS = {"still": 0.0, "subtle": 0.6, "lively": 1.0}
"""How much of what could move does, by the motion setting."""


def dial(motion: str) -> float:
    return DIALS.get(motion, DIALS["subtle"])


def blinks(
    seconds: float, rng: random.Random, *, ends: Sequence[float]
) -> tuple[Blink, ...]:
    """8 to 30 a minute of the whole, however short it is from two seconds on.

    `ends`: where phrases end, in seconds; most blinks fall there.
    """
    fewest = math.ceil(seconds * 8 / 60) if seconds >= SHORTEST else 0
    most = max(fewest, int(seconds * 29 / 60)) if fewest else 0
    starts: list[float] = []
    now = FIRST_BLINK + rng.uniform(0.3, 1.6)
    while len(starts) < most and now < seconds - LASTS[1] - 0.1:
        at = min(ends, key=lambda end: abs(end - now), default=now)
        if abs(at - now) > AT_END or at > seconds - LASTS[1] - 0.1:
            at = now
        at = max(at, FIRST_BLINK, starts[-1] + LASTS[1] + APART if starts else 0.0)
        if at > seconds - LASTS[1] - 0.1:
            break
        starts.append(at)
        now = at + rng.uniform(*BETWEEN)
    while len(starts) < fewest:
        # The middle of the longest stare.
        edges = [FIRST_BLINK, *starts, seconds - LASTS[1] - 0.1]
        gap, left = max((b - a, a) for a, b in pairwise(edges))
        starts = sorted([*starts, left + gap / 2])
    return tuple(
        Blink(round(at, 3), round(at + rng.uniform(*LASTS), 3)) for at in starts
    )


def speaking_glances(
    beats: Sequence[Beat], speech: Speech, rng: random.Random, motion: str
) -> tuple[Glance, ...]:
    """At the viewer, away for a moment while thinking, aside when nervous."""
    amount = dial(motion)
    keys = [Glance(0.0, 0.0, 0.0)]
    rests = _rests(speech)
    for beat in beats:
        if beat.delivery == "deadpan" or not amount:
            continue
        if beat.delivery == "nervous":
            at = beat.at + 0.25
            side = rng.choice((-1.0, 1.0))
            while at < beat.until - 0.6:
                keys += _away(at, 0.35, side * 0.6 * amount, -0.1, rng)
                at += rng.uniform(0.9, 1.5)
                side = -side
    for at, lasts in rests:
        if amount and lasts > 0.3 and rng.random() < 0.6:
            keys += _away(
                at + 0.05,
                min(lasts, 0.7),
                rng.uniform(-0.5, 0.5) * amount,
                0.3 * amount,
                rng,
            )
    return _ordered(keys, speech.seconds)


def listening_glances(
    seconds: float, rng: random.Random, motion: str
) -> tuple[Glance, ...]:
    amount = dial(motion)
    keys = [Glance(0.0, 0.0, 0.0)]
    at = rng.uniform(1.5, 3.0)
    while amount and at < seconds - 0.8:
        keys += _away(at, 0.4, rng.uniform(-0.35, 0.35) * amount, -0.1 * amount, rng)
        at += rng.uniform(2.0, 4.0)
    return _ordered(keys, seconds)


def _away(
    at: float, lasts: float, x: float, y: float, rng: random.Random
) -> list[Glance]:
    held = lasts * rng.uniform(0.8, 1.1)
    return [
        Glance(round(at, 3), round(x, 3), round(y, 3)),
        Glance(round(at + held, 3), 0.0, 0.0),
    ]


def _rests(speech: Speech) -> list[tuple[float, float]]:
    """(at, seconds) of the silences between phrases."""
    found = []
    for one, two in pairwise(speech.phones):
        if two.at - one.until > 0.2:
            found.append((one.until, two.at - one.until))
    return found


def _ordered(keys: list[Glance], seconds: float) -> tuple[Glance, ...]:
    kept: list[Glance] = []
    for key in sorted(keys, key=lambda k: k.at):
        if key.at >= seconds or (kept and key.at - kept[-1].at < 0.1):
            continue
        kept.append(key)
    if (kept[-1].x, kept[-1].y) != (0.0, 0.0):
        # Two looks away overlapped: come back to the viewer in any case.
        kept.append(Glance(round(min(seconds, kept[-1].at + 0.3), 3), 0.0, 0.0))
    return tuple(kept)
