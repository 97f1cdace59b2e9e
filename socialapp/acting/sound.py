"""Sound between the voice and the file: levels, breath, sighs, laughs, WAV.

Samples are float32, mono, (n,), -1 to 1.
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SPEECH_LEVEL = 10 ** (-21 / 20)
"""RMS of the loud half of plain speech. The encoder sets a clip's final loudness."""

CEILING = 0.97


@dataclass(frozen=True, slots=True)
class Recording:
    """What is heard of one line, as a file."""

    data: bytes
    codec: str
    """``opus``, ``flac`` or ``wav``; also the extension of its blob."""


def decode(samples: bytes) -> Samples:
    """From signed 16-bit little-endian."""
    return np.frombuffer(samples, "<i2").astype(np.float32) / 32768.0


def encode(samples: Samples) -> bytes:
    """To signed 16-bit little-endian."""
    return np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def wav(samples: bytes, rate: int) -> bytes:
    """A WAV file: every browser plays it and a stream can cut it anywhere."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples)
    return file.getvalue()


def silence(seconds: float, rate: int) -> Samples:
    return np.zeros(max(0, round(seconds * rate)), np.float32)


def level(samples: Samples, rate: int) -> float:
    """RMS of the louder half of its 20-ms blocks; 0 for silence."""
    width = rate // 50
    count = len(samples) // width
    if not count:
        return 0.0
    blocks = samples[: count * width].reshape(count, width)
    power = np.sort((blocks.astype(np.float64) ** 2).mean(1))[count // 2 :]
    return float(np.sqrt(power.mean()))


def at_level(samples: Samples, rate: int, decibels: float) -> Samples:
    """The same speech at SPEECH_LEVEL plus `decibels`, its peaks held softly."""
    now = level(samples, rate)
    if now < 1e-5:
        return samples
    louder = samples * (SPEECH_LEVEL / now * 10 ** (decibels / 20))
    # Up to 0.7 as it is; above, ever flatter towards CEILING.
    over = np.abs(louder) > 0.7
    room = CEILING - 0.7
    held = np.sign(louder) * (0.7 + room * np.tanh((np.abs(louder) - 0.7) / room))
    return np.where(over, held, louder).astype(np.float32)


def whisper(samples: Samples, rate: int, share: float, seed: int) -> Samples:
    """Speech whose voice is replaced by breath: `share` 0 keeps it, 1 replaces it all.

    Each 21-ms frame keeps its spectral envelope (the first cepstral coefficients) and
    gets random phases; that is what a whisper is: the mouth's filter without the pitch.
    """
    width = 512 if rate <= 26000 else 1024
    hop = width // 4
    if len(samples) < width or share <= 0.0:
        return samples
    window = np.hanning(width + 1)[:-1]
    padded = np.concatenate([np.zeros(width), samples, np.zeros(width)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, width)[::hop] * window
    log = np.log(np.abs(np.fft.rfft(frames, axis=1)) + 1e-6)
    cepstrum = np.fft.irfft(log, axis=1)
    keep = rate // 400  # quefrencies above 400 Hz hold no pitch
    cepstrum[:, keep : width - keep + 1] = 0.0
    envelope = np.exp(np.fft.rfft(cepstrum, axis=1).real)
    rng = np.random.default_rng(seed)
    phases = np.exp(2j * np.pi * rng.random(envelope.shape))
    # Whispers lack the low end: the voice bar below 500 Hz goes.
    hertz = np.fft.rfftfreq(width, 1.0 / rate)
    thin = np.clip(hertz / 500.0, 0.1, 1.0)
    noise = np.fft.irfft(envelope * phases * thin, axis=1) * window
    out = np.zeros(len(padded))
    for i, frame in enumerate(noise):
        out[i * hop : i * hop + width] += frame
    breath = out[width : width + len(samples)]
    breath *= level(samples, rate) / max(1e-6, level(breath.astype(np.float32), rate))
    return (samples * (1.0 - share) + breath * share).astype(np.float32)


def effect(name: str, rate: int, seed: int) -> Samples:
    """A sigh, a gasp or a short laugh; empty for any other name."""
    rng = np.random.default_rng(seed)
    if name == "sigh":
        return _breath(0.75, rate, rng, centres=(1100.0, 650.0), peak=0.22, loud=0.16)
    if name == "gasp":
        return _breath(0.4, rate, rng, centres=(1500.0, 2300.0), peak=0.75, loud=0.2)
    if name == "laugh":
        bursts = [
            _breath(0.13, rate, rng, centres=(c, c * 0.85), peak=0.3, loud=0.2 * g)
            for c, g in ((1500.0, 1.0), (1400.0, 0.8), (1300.0, 0.55))
        ]
        gap = silence(0.055, rate)
        return np.concatenate([x for b in bursts for x in (b, gap)])
    return silence(0.0, rate)


def _breath(
    seconds: float,
    rate: int,
    rng: np.random.Generator,
    *,
    centres: tuple[float, float],
    peak: float,
    loud: float,
) -> Samples:
    """Noise through a throat whose resonance glides from one centre (Hz) to another.

    `peak`: when it is loudest, 0 to 1 of its length. `loud`: its RMS there.
    """
    count = round(seconds * rate)
    width, hop = 512, 128
    starts = range(0, count, hop)
    window = np.hanning(width + 1)[:-1]
    hertz = np.fft.rfftfreq(width, 1.0 / rate)
    out = np.zeros(count + width)
    for start in starts:
        u = start / count
        centre = centres[0] * (centres[1] / centres[0]) ** u
        shape = sum(
            gain / (1.0 + ((hertz - centre * times) / (260.0 * times)) ** 2)
            for times, gain in ((1.0, 1.0), (2.4, 0.5), (4.1, 0.22))
        )
        spectrum = shape * np.exp(2j * np.pi * rng.random(len(hertz)))
        grown = min(u / peak, (1.0 - u) / (1.0 - peak))
        out[start : start + width] += (
            np.fft.irfft(spectrum) * window * np.sin(0.5 * np.pi * grown) ** 2
        )
    out = out[:count]
    top = level(out.astype(np.float32), rate)
    return (out * (loud / max(top, 1e-9))).astype(np.float32)
