"""Where the eyes go, and when the lids fall."""

from __future__ import annotations

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

LASTS = (0.14, 0.19)
"""Seconds of a blink, lids leaving to lids back."""

DIALS = {"still": 0.0, "subtle": 0.6, "lively": 1.0}
"""How much of what could move does, by the motion setting."""


def dial(motion: str) -> float:
    return DIALS.get(motion, DIALS["subtle"])


def blinks(
    seconds: float, rng: random.Random, *, ends: Sequence[float]
) -> tuple[Blink, ...]:
    """8 to 30 a minute over the whole, whatever `seconds` is, for 2.5 s and more."""
    fewest = _at_least(seconds)
    most = max(fewest, int(seconds * 29 / 60))
    chosen: list[Blink] = []
    now = FIRST_BLINK + rng.uniform(0.3, 1.6)
    while len(chosen) < most:
        at = min(ends, key=lambda end: abs(end - now), default=now)
        if abs(at - now) > AT_END:
            at = now
        lasts = rng.uniform(*LASTS)
        at = max(at, FIRST_BLINK, chosen[-1].until + APART if chosen else 0.0)
        if at + lasts > seconds - 0.1:
            break
        chosen.append(Blink(round(at, 3), round(at + lasts, 3)))
        now = at + rng.uniform(*BETWEEN)
    if not chosen and fewest:
        at = max(FIRST_BLINK, seconds * 0.5)
        chosen.append(Blink(round(at, 3), round(at + LASTS[0], 3)))
    return tuple(chosen)


def _at_least(seconds: float) -> int:
    """The fewest blinks that make eight a minute; none fit into a moment."""
    return max(1, round(seconds * 9 / 60)) if seconds > FIRST_BLINK + 0.6 else 0


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
    for one, two in zip(speech.phones, speech.phones[1:], strict=False):
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
