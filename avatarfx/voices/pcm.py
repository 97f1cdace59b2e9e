"""Samples as engines compute them and as `Speech` carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CEILING = 0.97
"""Peak that nothing exceeds; louder sound is turned down as a whole."""


def encode(samples: NDArray[np.float32]) -> bytes:
    """Signed 16-bit little-endian."""
    peak = float(np.abs(samples).max()) if len(samples) else 0.0
    scale = CEILING / peak if peak > CEILING else 1.0
    return np.round(samples * (scale * 32767.0)).astype("<i2").tobytes()


def decode(samples: bytes) -> NDArray[np.float32]:
    return np.frombuffer(samples, "<i2").astype(np.float32) / 32768.0


def resample(samples: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The same sound in `count` samples, band-limited, by cutting or padding its FFT."""
    if count <= 0 or not len(samples):
        return np.zeros(max(0, count), np.float32)
    # An FFT sees a loop: silence around the sound keeps its end out of its start.
    pad = 1024
    padded_count = round((len(samples) + 2 * pad) * count / len(samples))
    padded = np.concatenate([np.zeros(pad), samples, np.zeros(pad)])
    spectrum = np.fft.rfft(padded)
    bins = padded_count // 2 + 1
    if bins <= len(spectrum):
        spectrum = spectrum[:bins]
    else:
        spectrum = np.concatenate([spectrum, np.zeros(bins - len(spectrum), complex)])
    moved = np.fft.irfft(spectrum, padded_count) * (padded_count / len(padded))
    start = (padded_count - count) // 2
    return moved[start : start + count].astype(np.float32)
