"""From a file to the frames and the sound that fingerprints are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from socialapp.engines.errors import EngineError
from socialapp.provenance.fingerprints import Prints, pictures, sounds

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MOST_SECONDS = 120
"""What lies beyond is not looked at."""


@dataclass(frozen=True, slots=True)
class Sample:
    frames: tuple[NDArray[np.uint8], ...]
    """(height, width, 3) RGB, the one in the middle of each second."""

    sound: NDArray[np.float32]
    """Mono at ``sounds.RATE``; empty without a track."""


def sample(source: Path | IO[bytes]) -> Sample:
    """EngineError when the file cannot be read."""
    import av  # noqa: PLC0415  codecs

    opened: Any = source if hasattr(source, "read") else str(source)
    try:
        with av.open(opened, "r") as container:
            container.streams.video[0].thread_type = "AUTO"
            frames = tuple(_frames(container))
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise EngineError("The finished film cannot be read.") from error
    if hasattr(source, "read"):
        cast("IO[bytes]", source).seek(0)
    return Sample(frames, sound_of(source))


def sound_of(source: Path | IO[bytes]) -> NDArray[np.float32]:
    """Of a `Sample`, alone. EngineError when the file cannot be read."""
    import av  # noqa: PLC0415  codecs

    opened: Any = source if hasattr(source, "read") else str(source)
    try:
        with av.open(opened, "r") as container:
            return _sound(container)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise EngineError("The finished film cannot be read.") from error


def in_the_middle(number: int, fps: int) -> bool:
    """Whether `sample` would take this frame, the first of which has the number 0."""
    return number % fps == -(-fps // 2)


def prints_of(taken: Sample) -> Prints:
    """The fingerprints of a whole clip, to be stored."""
    return Prints(
        pictures=pictures.hashes_of(taken.frames),
        crops=pictures.crops_of(taken.frames),
        sound=sounds.words_of(taken.sound),
    )


def _frames(container: Any) -> list[NDArray[np.uint8]]:
    found, wanted, last = list[Any](), 0.5, None
    for frame in container.decode(video=0):
        seconds = float(frame.time or 0)
        if seconds > MOST_SECONDS:
            break
        last = frame
        if seconds >= wanted:
            found.append(frame.to_ndarray(format="rgb24"))
            wanted += 1
    if not found and last is not None:  # shorter than half a second
        found.append(last.to_ndarray(format="rgb24"))
    return found


def _sound(container: Any) -> NDArray[np.float32]:
    import av  # noqa: PLC0415  codecs

    if not container.streams.audio:
        return np.empty(0, np.float32)
    resampler = av.AudioResampler("flt", "mono", sounds.RATE)
    pieces, count = list[Any](), 0
    for frame in container.decode(audio=0):
        for piece in resampler.resample(frame):
            pieces.append(piece.to_ndarray().ravel())
            count += len(pieces[-1])
        if count > MOST_SECONDS * sounds.RATE:
            break
    pieces += [piece.to_ndarray().ravel() for piece in resampler.resample(None)]
    return np.concatenate(pieces) if pieces else np.empty(0, np.float32)
