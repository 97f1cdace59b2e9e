"""Sounds that people bring along for scenes: cleaned, and re-encoded by ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from avatarfx import decoding, opus
from avatarfx.decoding import SoundError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CleanSound", "SoundError", "clean"]

MOST_SECONDS = 60
LEAST_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class CleanSound:
    data: bytes
    """Opus in WebM, at -20 LUFS."""

    seconds: float
    samples: NDArray[np.float32]
    """Channels x samples at 48 kHz, as they came."""


def clean(data: bytes, *, max_bytes: int) -> CleanSound:
    """The same sound, mono or stereo, or SoundError.

    `max_bytes` bounds what is accepted, before anything is decoded.
    """
    samples = decoding.samples_of(
        data,
        max_bytes=max_bytes,
        seconds=MOST_SECONDS,
        way="Cut it and try again; a sound can be played over and over.",
    )
    seconds = samples.shape[1] / opus.RATE
    if seconds < LEAST_SECONDS:
        raise SoundError("This sound is too short to be heard. Choose a longer one.")
    return CleanSound(opus.encode(samples), seconds, samples)
