"""The encoded file against what went into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np

from avatarfx.quality import measures
from avatarfx.quality.watch import few
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from avatarfx.pipeline import Heard

    Floats = NDArray[np.floating[Any]]

COARSE = 4
"""Samples that are averaged before sounds are compared: at 24 kHz a sixth of a ms."""


def sound_late_ms(path: Path, track: Heard) -> float:
    """By how much the sound of a film comes later than it was given; negative: earlier.
    EngineError when it cannot be read."""
    heard, rate = _heard(path)
    if rate != track.rate:
        raise EngineError(f"The sound has {rate} samples a second, not {track.rate}.")
    if not heard.any():
        raise EngineError("The film is silent.")
    late = measures.sound_delay(_coarse(heard), _coarse(track.samples), 1)
    return 1000 * late * COARSE / rate


def worst_difference(path: Path, kept: Mapping[int, NDArray[np.int16]]) -> float:
    """Of the frames at which the encoder starts anew: how far one is from what was
    drawn, in grey levels of the pixels in `kept`, by number, see `Watch.see`."""
    worst = 0.0
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            rate = float(stream.average_rate or 25)
            for frame in container.decode(stream):
                drawn = kept.get(round((frame.time or 0.0) * rate))
                if drawn is not None:
                    shown = few(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
                    worst = max(worst, float(np.abs(shown - drawn).mean()))
    except (av.FFmpegError, IndexError) as error:
        raise EngineError("The finished film cannot be read.") from error
    return round(worst, 2)


def _heard(path: Path) -> tuple[Floats, int]:
    """Mono sound with its timestamps applied, and its rate."""
    parts: list[Floats] = []
    at = 0
    try:
        with av.open(str(path)) as container:
            rate = int(container.streams.audio[0].rate)
            for block in container.decode(audio=0):
                start = round((block.time or 0.0) * rate)
                samples = block.to_ndarray()[0].astype(np.float32)
                if start > at:
                    parts.append(np.zeros(start - at, np.float32))
                parts.append(samples[max(0, at - start) :])
                at = start + len(samples)
    except (av.FFmpegError, IndexError) as error:
        raise EngineError("The finished film's sound cannot be read.") from error
    return np.concatenate(parts or [np.zeros(0, np.float32)]), rate


def _coarse(samples: Floats) -> Floats:
    whole = samples[: len(samples) // COARSE * COARSE]
    return np.asarray(whole.reshape(-1, COARSE).mean(axis=1))
