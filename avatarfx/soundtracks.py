"""Recordings of lines put in their places on one track."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from avatarfx import flac, sound
from socialapp.acting import sound as acting_sound
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Sequence

FADE_SECONDS = 0.005
"""At a cut: too short to be heard as a fade, long enough not to click."""


def track(
    takes: Sequence[tuple[float, float, str]], *, seconds: float
) -> tuple[bytes, int] | None:
    """`takes`: from when to when a recording is heard, in seconds that may lie before
    the beginning or after the end, and its blob. A mono FLAC file of `seconds` and its
    rate, that of the finest recording; None when nothing is left of any of them.

    One recording is decoded at a time. EngineError for one that cannot be read.
    """
    parts: list[tuple[float, sound.Samples, int]] = []
    for at, until, ref in takes:
        try:
            samples, rate = sound.read(blobs.get(ref))
        except FileNotFoundError:
            continue
        piece, begins = _inside(samples, rate, at, until, seconds)
        if len(piece):
            parts.append((begins, piece, rate))
    if not parts:
        return None
    rate = max(own for _, _, own in parts)
    whole = np.zeros(round(seconds * rate), np.float32)
    for begins, piece, own in parts:
        fitted = sound.resample(piece, own, rate)
        first = round(begins * rate)
        fitted = fitted[: len(whole) - first]
        whole[first : first + len(fitted)] += fitted
    return flac.from_wav(acting_sound.wav(acting_sound.encode(whole), rate)), rate


def _inside(
    samples: sound.Samples, rate: int, at: float, until: float, seconds: float
) -> tuple[sound.Samples, float]:
    """What of a recording that begins at `at` is heard between zero and `seconds`, and
    when that begins."""
    first = max(0, round(-at * rate))
    last = min(len(samples), round((min(until, seconds) - at) * rate))
    if last <= first:
        return samples[:0], 0.0
    piece = samples[first:last].copy()
    fade = min(len(piece), round(FADE_SECONDS * rate))
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    if first > 0:
        piece[:fade] *= ramp
    if last < len(samples):
        piece[len(piece) - fade :] *= ramp[::-1]
    return piece, max(0.0, at)
