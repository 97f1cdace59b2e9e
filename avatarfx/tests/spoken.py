"""Sounds that people could send in as their voice."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np

RATE = 24_000


def hum(seconds: float = 2.0, *, level: float = 0.3) -> np.ndarray:
    """A voice-like buzz that swells and fades four times a second."""
    at = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 130 * n * at) / n for n in range(1, 9))
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * at)
    sound = buzz * swell
    made: np.ndarray = (level * sound / np.abs(sound).max()).astype(np.float32)
    return made


def encoded(
    samples: np.ndarray,
    container: str = "wav",
    codec: str = "pcm_s16le",
    *,
    title: str = "",
) -> bytes:
    """A file of it, with a title that must not travel on."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        file.metadata["title"] = title
        stream: Any = file.add_stream(codec, rate=RATE, layout="mono")
        whole = np.clip(samples, -1, 1) * 32767
        frame = av.AudioFrame.from_ndarray(
            whole.astype("<i2")[None], format="s16", layout="mono"
        )
        frame.sample_rate = RATE
        frame.pts = 0
        resampler = av.AudioResampler(
            format=stream.codec_context.format.name, layout="mono", rate=RATE
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return out.getvalue()
