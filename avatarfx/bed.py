"""Music under what is spoken: where it makes way, and what is heard of it.

The speech is the side chain: where it is loud, the bed steps back by 10 dB, from 0.15 s
before a word until 0.35 s after it, and comes back within 0.6 s. Under words it then
lies 20 dB below them, as WCAG 2.2 asks of background sound (1.4.7).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from avatarfx import beds, sound
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs
from socialapp.performance import Bed, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.performance import Performance

    Stretch = tuple[float, float]

DUCK_DB = 10.0
"""How far it steps back under speech."""

AHEAD_SECONDS = 0.15
"""It begins to step back this long before a word: we know when one comes."""

ATTACK_SECONDS = 0.12
HOLD_SECONDS = 0.35
"""After a word; the gaps inside of a sentence are shorter."""

RELEASE_SECONDS = 0.6
RISE_SECONDS = 0.4
"""At the very start, from silence; and at the very end, to it."""

BLOCK_SECONDS = 0.02
THRESHOLD_DB = -24.0
"""Under the loudest block: what counts as speech. A breath is below it."""


def laid(
    performance: Performance,
    name: str,
    *,
    sounds: Sequence[tuple[sound.Samples, int]] | None = None,
) -> Performance:
    """The same with the bed `name` under it; as it is for no name, or without a voice.

    `sounds`: what the parts sound like, when that is not stored yet. EngineError when a
    stored sound is gone.
    """
    if not name:
        return performance
    heard = sounds if sounds is not None else _spoken(performance)
    if not heard:
        return performance
    mixed, rate = sound.mix(heard, seconds=performance.seconds)
    measured = sound.loudness(mixed, rate)
    if not np.isfinite(measured):
        return performance
    # Beside the recording as it is: both are brought to one loudness together.
    gain = 10 ** ((measured - sound.LOUDNESS) / 20)
    levels = envelope(speech_in(mixed, rate), performance.seconds, gain)
    return replace(performance, bed=Bed(name, levels))


def speech_in(samples: sound.Samples, rate: int) -> list[Stretch]:
    """Where somebody speaks, from and until, in order, gaps that are held closed."""
    size = max(1, round(BLOCK_SECONDS * rate))
    whole = samples[: len(samples) // size * size].reshape(-1, size)
    if not len(whole):
        return []
    power = np.square(whole, dtype=np.float64).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (THRESHOLD_DB / 10))
    found: list[Stretch] = []
    closed = AHEAD_SECONDS + ATTACK_SECONDS + HOLD_SECONDS + RELEASE_SECONDS
    for block in loud:
        at, until = block * size / rate, (block + 1) * size / rate
        if found and at - found[-1][1] <= closed:
            found[-1] = (found[-1][0], until)
        else:
            found.append((at, until))
    return found


def envelope(
    speech: Sequence[Stretch], seconds: float, gain: float
) -> tuple[Level, ...]:
    """The gain of the bed by time: `gain` where it is alone, less under speech, from
    and to silence at both ends."""
    under = gain * 10 ** (-DUCK_DB / 20)
    keys = [(0.0, gain)]
    for at, until in speech:
        keys += [
            (at - AHEAD_SECONDS - ATTACK_SECONDS, gain),
            (at - AHEAD_SECONDS, under),
            (until + HOLD_SECONDS, under),
            (until + HOLD_SECONDS + RELEASE_SECONDS, gain),
        ]
    keys.append((seconds, gain))
    times = np.array([at for at, _ in keys])
    gains = np.array([value for _, value in keys])
    # Words at the very edge leave no time to step back: it starts there already.
    order = np.argsort(times, kind="stable")
    times, gains = times[order], gains[order]
    rise = min(RISE_SECONDS, seconds / 2)
    edges = np.array([0.0, rise, seconds - rise, seconds])
    inside = times[(times > 0) & (times < seconds)]
    places = np.unique(np.round(np.concatenate([edges, inside]), 3))
    fade = np.interp(places, edges, [0.0, 1.0, 1.0, 0.0])
    value = np.interp(places, times, gains) * fade
    return tuple(
        Level(float(t), round(float(v), 6)) for t, v in zip(places, value, strict=True)
    )


def heard(bed: Bed | None, count: int, rate: int) -> sound.Samples | None:
    """`count` samples of it at `rate`, as loud as its levels say; None without one.

    A bed that this copy does not have is silence, and says nothing.
    """
    if bed is None or bed.name not in beds.names():
        return None
    turn = _turn(bed.name, rate)
    first = round(bed.start * rate)
    music = turn[(first + np.arange(count)) % len(turn)]
    times = np.arange(count) / rate
    at = [level.at for level in bed.levels]
    gains = np.interp(times, at, [level.gain for level in bed.levels])
    return (music * gains).astype(np.float32)


@lru_cache(maxsize=8)
def _turn(name: str, rate: int) -> sound.Samples:
    """One turn of the music, its end faded over into its beginning."""
    samples, own = sound.read(beds.file_of(name).read_bytes())
    samples = sound.resample(samples, own, rate)
    overlap = round(beds.OVERLAP * rate)
    turn = samples[: len(samples) - overlap].copy()
    ramp = np.linspace(0, 1, overlap, dtype=np.float32)
    turn[:overlap] = turn[:overlap] * ramp + samples[-overlap:] * (1 - ramp)
    return turn


def _spoken(performance: Performance) -> list[tuple[sound.Samples, int]]:
    try:
        return [
            sound.read(blobs.get(part.sound.ref))
            for part in performance.parts
            if part.sound is not None
        ]
    except FileNotFoundError:
        raise EngineError(
            "What was spoken is missing from the storage.", permanent=True
        ) from None
