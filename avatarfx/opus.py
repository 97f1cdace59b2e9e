"""Sound as Opus in WebM, at one loudness."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from avatarfx.sound import limit, loudness

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 48_000
"""What Opus works at, whatever goes in (RFC 6716, section 2)."""

LOUDNESS = -20.0
"""LUFS: under the voices, which are at -16."""

BITS = 40_000
"""A second, of one channel."""

PAD = 0.45
"""Seconds: what is shorter than one gating block is measured with silence behind."""


def encode(
    samples: NDArray[np.float32], *, bits: int = BITS, loud: float = LOUDNESS
) -> bytes:
    """A WebM file of channels x samples at 48 kHz, full scale at 1, brought to `loud`
    LUFS.

    What no peak allows to be so loud stays softer. The length is kept to the sample.
    """
    import av  # noqa: PLC0415  codecs

    samples = level(samples, loud=loud)
    channels = len(samples)
    layout = "mono" if channels == 1 else "stereo"
    out = io.BytesIO()
    # Bit-exact: no random number of the file, no version of the library.
    options = {"fflags": "bitexact"}
    with av.open(out, "w", format="webm", options=options) as container:
        stream = container.add_stream("libopus", rate=RATE, layout=layout)
        stream.bit_rate = bits * channels
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T).reshape(1, -1), format="flt", layout=layout
        )
        frame.sample_rate = RATE
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def level(
    samples: NDArray[np.float32], *, loud: float = LOUDNESS
) -> NDArray[np.float32]:
    mono = samples.mean(axis=0)
    short = np.pad(mono, (0, max(0, round(PAD * RATE) - len(mono))))
    measured = loudness(short, RATE)
    if not np.isfinite(measured):
        return samples
    louder = samples * np.float32(10 ** ((loud - measured) / 20))
    if len(louder) == 1:
        return limit(louder[0], RATE)[np.newaxis]
    # One gain for all channels, or the picture in the ears would move.
    peak = float(np.abs(louder).max())
    return louder / np.float32(max(1.0, peak / 0.891))
