"""A director of plain rules: the script's tags and punctuation, the sound, and a seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.directors import eyes, head
from socialapp.performance import Expression, Part
from socialapp.performance.timeline import MOODS
from socialapp.performance.visemes import from_phones

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.engines.protocols import Beat, Speech

FLOOR, SPAN = 0.25, 0.75
"""The weight of the softest sound, and what the loudest adds."""

LOUD = 90
"""Percentile of the speech's level that counts as full effort."""


class RulesDirector:
    """The same beats, speech and seed always give the same part."""

    def direct(
        self,
        beats: Sequence[Beat],
        speech: Speech,
        *,
        seat: str,
        seed: int,
        motion: str = "subtle",
    ) -> Part:
        rng = random.Random(f"{seed} {seat} speaking")  # noqa: S311  a look, not a secret
        seconds = speech.seconds
        return Part(
            seat=seat,
            phones=speech.phones,
            visemes=from_phones(speech.phones, seconds, loudness=_loudness(speech)),
            expressions=_expressions(beats),
            poses=head.speaking(beats, speech, rng, motion),
            glances=eyes.speaking_glances(beats, speech, rng, motion),
            blinks=eyes.blinks(seconds, rng, ends=_phrase_ends(speech)),
            captions=speech.captions,
        )

    def listen(
        self, seconds: float, *, seat: str, seed: int, motion: str = "subtle"
    ) -> Part:
        rng = random.Random(f"{seed} {seat} listening")  # noqa: S311  a look, not a secret
        return Part(
            seat=seat,
            expressions=_reactions(seconds, rng),
            poses=head.listening(seconds, rng, motion),
            glances=eyes.listening_glances(seconds, rng, motion),
            blinks=eyes.blinks(seconds, rng, ends=()),
        )


def _loudness(speech: Speech) -> Callable[[float, float], float] | None:
    """How loud a stretch is against the speech's own loud moments; None for silence."""
    samples = np.frombuffer(speech.samples, "<i2").astype(np.float32)
    step = speech.rate // 100
    count = len(samples) // step
    if not count or not samples.any():
        return None
    level = np.sqrt((samples[: count * step].reshape(count, step) ** 2).mean(1))
    full = float(np.percentile(level[level > 0], LOUD))

    def loudness(at: float, until: float) -> float:
        low = min(count - 1, int(at * 100))
        high = max(low + 1, min(count, int(until * 100) + 1))
        # A vowel opens as wide as its loudest moment asks.
        return FLOOR + SPAN * min(1.0, float(level[low:high].max()) / full)

    return loudness


def _phrase_ends(speech: Speech) -> tuple[float, ...]:
    """Where speech rests: blinks fall there."""
    ends = []
    for i, phone in enumerate(speech.phones):
        following = speech.phones[i + 1].at if i + 1 < len(speech.phones) else None
        if following is None or following - phone.until > 0.12:
            ends.append(phone.until)
    return tuple(ends)


def _reactions(seconds: float, rng: random.Random) -> tuple[Expression, ...]:
    """A listener's face: attentive, and amused for a moment if there is time."""
    calm = Expression(0.0, "calm", 0.0)
    if seconds < 3.0 or rng.random() < 0.4:
        return (calm,)
    at = seconds * rng.uniform(0.4, 0.65)
    back = min(seconds - 0.3, at + rng.uniform(1.0, 1.8))
    return (
        calm,
        Expression(round(at, 3), "happy", round(rng.uniform(0.15, 0.35), 3)),
        Expression(round(back, 3), "calm", 0.0),
    )


def _expressions(beats: Sequence[Beat]) -> tuple[Expression, ...]:
    """A key where the mood changes; a mood the face does not know is calm."""
    keys: list[Expression] = []
    for beat in beats:
        mood = beat.mood if beat.mood in MOODS else "calm"
        key = Expression(beat.at if keys else 0.0, mood, round(beat.weight, 3))
        if not keys or (keys[-1].mood, keys[-1].weight) != (key.mood, key.weight):
            keys.append(key)
    return tuple(keys) or (Expression(0.0, "calm", 0.0),)
