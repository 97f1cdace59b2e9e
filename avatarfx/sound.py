"""Spoken sound: read, mixed, and brought to one loudness.

Samples are float32, mono, full scale at 1.
"""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

import av
import numpy as np
from numpy.typing import NDArray

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

Samples = NDArray[np.float32]

LOUDNESS = -16.0
"""LUFS: what podcasts and phone players use for mono speech (AES TD1008, 2021)."""

PEAK = 10 ** (-1 / 20)
"""-1 dBFS: room for the overshoot of a lossy codec (EBU R 128, section on peaks)."""

MOST_GAIN = 10 ** (24 / 20)
"""Near silence is not blown up to a roar."""

BLOCK_SECONDS, STEP_SECONDS = 0.4, 0.1
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0
"""Gating blocks, LUFS and LU: ITU-R BS.1770-5, annex 1."""


def read(data: bytes) -> tuple[Samples, int]:
    """The samples of a WAV or FLAC file and their rate; channels are averaged."""
    if data.startswith(b"RIFF"):
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != 2:
                raise EngineError("The sound is not 16 bits deep.", permanent=True)
            raw = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            raw = raw.reshape(-1, file.getnchannels())
            return (raw.mean(axis=1) / 32768).astype(np.float32), file.getframerate()
    try:
        with av.open(io.BytesIO(data), "r") as container:
            rate = container.streams.audio[0].rate
            mono = av.AudioResampler(format="fltp", layout="mono", rate=rate)
            pieces = [
                piece.to_ndarray()[0]
                for frame in container.decode(audio=0)
                for piece in mono.resample(frame)
            ]
    except (av.FFmpegError, IndexError) as error:
        raise EngineError("The sound cannot be read.", permanent=True) from error
    return np.concatenate(pieces or [np.zeros(0)]).astype(np.float32), rate


def mix(
    sounds: Sequence[tuple[Samples, int]], *, seconds: float
) -> tuple[Samples, int]:
    """All of them from the start, exactly `seconds` long, at the highest rate."""
    rate = max(rate for _, rate in sounds)
    mixed = np.zeros(round(seconds * rate), np.float32)
    for samples, own in sounds:
        fitted = resample(samples, own, rate)[: len(mixed)]
        mixed[: len(fitted)] += fitted
    return mixed, rate


def resample(samples: Samples, rate: int, to: int) -> Samples:
    """Band-limited, by cutting or padding the spectrum."""
    if rate == to or not len(samples):
        return samples
    length = round(len(samples) * to / rate)
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(length // 2 + 1, spectrum.dtype)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    return (np.fft.irfft(kept, length) * (to / rate)).astype(np.float32)


def loudness(samples: Samples, rate: int) -> float:
    """Integrated loudness in LUFS, K-weighted and gated as in ITU-R BS.1770-5.

    -inf for silence and for what is shorter than one gating block.
    """
    power = np.square(_k_weighted(samples, rate))
    block, step = round(BLOCK_SECONDS * rate), round(STEP_SECONDS * rate)
    if len(power) < block:
        return float("-inf")
    summed = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    starts = np.arange(0, len(power) - block + 1, step)
    blocks = (summed[starts + block] - summed[starts]) / block
    blocks = blocks[_lufs(blocks) > ABSOLUTE_GATE]
    if not len(blocks):
        return float("-inf")
    gate = float(_lufs(blocks.mean())) + RELATIVE_GATE
    return float(_lufs(blocks[_lufs(blocks) > gate].mean()))


def gain_for(samples: Samples, rate: int) -> float:
    """What brings them to -16 LUFS; 1 for silence."""
    measured = loudness(samples, rate)
    if not np.isfinite(measured):
        return 1.0
    return float(min(MOST_GAIN, 10 ** ((LOUDNESS - measured) / 20)))


def normalise(
    samples: Samples,
    rate: int,
    *,
    under: Samples | None = None,
    gain: float | None = None,
) -> Samples:
    """At -16 LUFS and never above -1 dBFS; silence stays silence.

    `under`, equally long: music that goes along. Only `samples` are measured, or what
    plays in the pauses would decide how loud the words are. `gain`: of their beginning,
    which was heard before the rest was known.
    """
    gain = gain_for(samples, rate) if gain is None else gain
    both = samples if under is None else samples + under
    return limit(both * np.float32(gain), rate)


def limit(samples: Samples, rate: int) -> Samples:
    """Turn down around every peak over -1 dBFS, 6 ms before and after it.

    Each millisecond has a gain; the smallest of 13 neighbours, averaged over 11, is
    never above what the loudest sample near it allows, also between two of them.
    """
    if not len(samples) or float(np.abs(samples).max()) <= PEAK:
        return samples
    size = max(1, rate // 1000)
    count = -(-len(samples) // size)
    padded = np.zeros(count * size, np.float32)
    padded[: len(samples)] = np.abs(samples)
    peaks = padded.reshape(count, size).max(axis=1)
    gains = np.minimum(1.0, PEAK / np.maximum(peaks, 1e-9))
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(gains, 6, constant_values=1.0), 13
    ).min(axis=1)
    smooth = np.convolve(np.pad(around, 5, mode="edge"), np.full(11, 1 / 11), "valid")
    centres = (np.arange(count) + 0.5) * size - 0.5
    curve = np.interp(np.arange(len(samples)), centres, smooth)
    return np.clip(samples * curve, -PEAK, PEAK).astype(np.float32)


def _lufs(power: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-20))


def _k_weighted(samples: Samples, rate: int) -> NDArray[np.float64]:
    """BS.1770's two filters, applied to the spectrum.

    The standard tabulates them at 48 kHz only. These are the analogue prototypes
    behind that table (a shelf of +4 dB above 1.7 kHz and a high-pass at 38 Hz), put
    through the bilinear transform at any rate; at 48 kHz they give the table back.
    """
    shelf_k = np.tan(np.pi * 1681.974450955533 / rate)
    shelf_q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    square = shelf_k**2
    first = (
        [
            high + band * shelf_k / shelf_q + square,
            2 * (square - high),
            high - band * shelf_k / shelf_q + square,
        ],
        [
            1 + shelf_k / shelf_q + square,
            2 * (square - 1),
            1 - shelf_k / shelf_q + square,
        ],
    )
    pass_k = np.tan(np.pi * 38.13547087602444 / rate)
    pass_q, square = 0.5003270373238773, pass_k**2
    whole = 1 + pass_k / pass_q + square
    second = (
        [whole, -2 * whole, whole],
        [whole, 2 * (square - 1), 1 - pass_k / pass_q + square],
    )
    # A quarter second of silence lets the high-pass die away before the ends meet.
    # Rounded up: a length with a large prime factor takes ten times as long.
    length = -(-(len(samples) + rate // 4) // 4096) * 4096
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(length))
    spectrum = np.fft.rfft(samples, length)
    for above, below in (first, second):
        spectrum *= np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)
    return np.fft.irfft(spectrum, length)[: len(samples)]
