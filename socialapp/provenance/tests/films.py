"""Small films and pictures for tests."""

from __future__ import annotations

import io
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image


def frames(
    count: int = 50, *, side: int = 96, seed: int = 1
) -> list[np.ndarray[Any, Any]]:
    """A smooth picture that drifts: (side, side, 3) RGB, another one for each seed."""
    chance = np.random.default_rng(seed)
    small = Image.fromarray(chance.integers(0, 255, (7, 7, 3), dtype=np.uint8))
    wide = np.asarray(small.resize((side + count, side), Image.Resampling.BICUBIC))
    return [np.ascontiguousarray(wide[:, i : i + side]) for i in range(count)]


def film(
    pictures: list[np.ndarray[Any, Any]],
    *,
    fps: int = 25,
    sound: np.ndarray[Any, Any] | None = None,
    rate: int = 24000,
    crf: int = 20,
) -> bytes:
    """H.264, and AAC from mono floats, in an MP4 with its index first."""
    with (
        # Moving the index to the front reads the file again, by its name.
        tempfile.NamedTemporaryFile(suffix=".mp4") as file,
        av.open(file.name, "w", options={"movflags": "+faststart"}) as container,
    ):
        video: Any = container.add_stream("libx264", rate=fps)
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "veryfast", "crf": str(crf)}
        audio: Any = None
        if sound is not None:
            audio = container.add_stream("aac", rate=rate, layout="mono")
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            for at in range(0, len(sound), 1024):
                piece = np.ascontiguousarray(sound[None, at : at + 1024], np.float32)
                heard = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
                heard.rate, heard.pts, heard.time_base = rate, at, Fraction(1, rate)
                container.mux(audio.encode(heard))
            container.mux(audio.encode(None))
        container.close()
        return Path(file.name).read_bytes()


def picture(kind: str = "PNG", *, seed: int = 1, alpha: bool = False) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(frames(1, side=128, seed=seed)[0])
    if alpha:
        image.putalpha(128)
    image.save(file, kind)
    return file.getvalue()


def voice(
    seed: int, *, seconds: float = 6, rate: int = 24000, pitch: float = 120
) -> np.ndarray[Any, Any]:
    """Babble: syllables of 30 harmonics under three formants, with pauses between."""
    chance = np.random.default_rng(seed)
    heard = np.zeros(int(seconds * rate), np.float32)
    at = int(0.2 * rate)
    while at < len(heard) - rate // 3:
        count = int(chance.uniform(0.08, 0.25) * rate)
        time = np.arange(count) / rate
        hertz = pitch * chance.uniform(0.8, 1.3)
        formants = chance.uniform(300, 2800, 3)
        syllable = np.zeros(count)
        for k in range(1, 30):
            weight = np.exp(-(((k * hertz - formants) / 200) ** 2)).sum()
            syllable += weight * np.sin(2 * np.pi * k * hertz * time)
        heard[at : at + count] += syllable * np.hanning(count)
        at += count + int(chance.uniform(0, 0.15) * rate)
    return np.asarray(heard / np.abs(heard).max() * 0.7, np.float32)
