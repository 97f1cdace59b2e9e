"""How the head moves: keys a tenth of a second apart, smooth between."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from avatarfx.directors.eyes import dial
from socialapp.performance import Pose

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from socialapp.engines.protocols import Beat, Speech

STEP = 0.1
"""Seconds between keys: enough for a nod, and little to send."""

NOD = 2.6
"""Degrees down on a stressed word at full motion."""

NOD_LASTS = 0.3
"""Seconds from level to down, and from down to level."""

CHIN = 3.0
"""Degrees up when proud, down when sad, at full motion."""

TILT = 3.5
"""Degrees of roll in a question at full motion."""

BREATH = 0.006
"""Face widths up and down with the breath."""


class _Drift:
    """A slow wander: sines whose rates share no period, phases from the seed."""

    def __init__(self, rng: random.Random, amount: float) -> None:
        self.amount = amount
        self.phases = [rng.uniform(0.0, 2.0 * math.pi) for _ in range(7)]

    def at(self, t: float) -> tuple[float, float, float, float, float]:
        """yaw, pitch, roll, x, y."""
        p = self.phases

        def wave(rate: float, phase: float) -> float:
            return math.sin(2.0 * math.pi * rate * t + phase)

        a = self.amount
        return (
            a * (2.6 * wave(0.19, p[0]) + 1.2 * wave(0.43, p[1])),
            a * (1.1 * wave(0.23, p[2]) + 0.5 * wave(0.51, p[3])),
            a * (1.3 * wave(0.17, p[4]) + 0.6 * wave(0.37, p[5])),
            a * 0.008 * wave(0.13, p[6]),
            max(a, 0.3) * BREATH * wave(0.26, p[0]),
        )


def speaking(
    beats: Sequence[Beat], speech: Speech, rng: random.Random, motion: str
) -> tuple[Pose, ...]:
    """Drift, nods on stressed words, a tilt through questions, chin up when proud."""
    amount = dial(motion)
    drift = _Drift(rng, amount)
    nods = _nods(speech, rng, amount)
    side = rng.choice((-1.0, 1.0))
    keys = []
    for i in range(int(speech.seconds / STEP) + 1):
        t = i * STEP
        yaw, pitch, roll, x, y = drift.at(t)
        beat = next((b for b in beats if b.at <= t < b.until), None)
        level = 1.0
        if beat:
            inside = _inside(beat, t)
            if beat.delivery == "deadpan":
                level = 1.0 - 0.85 * inside
            if beat.text.rstrip("\"'”’)").endswith("?"):
                roll += side * amount * TILT * inside
            if beat.delivery == "proud":
                pitch += amount * CHIN * inside
            if beat.mood == "sad":
                pitch -= amount * CHIN * beat.weight * inside
        pitch -= _nodding(nods, t)
        yaw, pitch, roll, x = level * yaw, level * pitch, level * roll, level * x
        keys.append(_pose(t, (yaw, pitch, roll, x, y)))
    return tuple(keys)


def listening(seconds: float, rng: random.Random, motion: str) -> tuple[Pose, ...]:
    """Drift and now and then a small nod: I hear you."""
    amount = dial(motion)
    drift = _Drift(rng, 0.7 * amount)
    nods, at = [], rng.uniform(0.8, 2.0)
    while at < seconds - 0.5:
        nods += [(at, 2.0 * amount), (at + 0.45, 1.2 * amount)]
        at += rng.uniform(2.2, 4.5)
    keys = []
    for i in range(int(seconds / STEP) + 1):
        t = i * STEP
        yaw, pitch, roll, x, y = drift.at(t)
        keys.append(_pose(t, (yaw, pitch - _nodding(nods, t), roll, x, y)))
    return tuple(keys)


def _nods(
    speech: Speech, rng: random.Random, amount: float
) -> list[tuple[float, float]]:
    """(seconds, degrees) on some of the stressed words, at least 0.7 s apart."""
    found: list[tuple[float, float]] = []
    for phone in speech.phones:
        if not phone.name.startswith("ˈ"):
            continue
        at = (phone.at + phone.until) / 2
        if (not found or at - found[-1][0] > 0.7) and rng.random() < 0.7:
            found.append((at, amount * NOD * rng.uniform(0.6, 1.1)))
    return found


def _nodding(nods: Sequence[tuple[float, float]], t: float) -> float:
    """Degrees that the head is down at `t`."""
    down = 0.0
    for at, depth in nods:
        away = abs(t - at) / NOD_LASTS
        if away < 1.0:
            down += depth * (1.0 - away * away) ** 2
    return down


def _inside(beat: Beat, t: float) -> float:
    """0 at the edges of a beat, 1 well inside it."""
    edge = min(0.5, (beat.until - beat.at) / 2)
    u = min(1.0, max(0.0, min(t - beat.at, beat.until - t) / max(edge, 1e-6)))
    return u * u * (3.0 - 2.0 * u)


def _pose(t: float, values: tuple[float, float, float, float, float]) -> Pose:
    yaw, pitch, roll, x, y = values
    return Pose(
        round(t, 3),
        round(yaw, 3),
        round(pitch, 3),
        round(roll, 3),
        round(x, 5),
        round(y, 5),
    )
