"""Takes from a file the few frames in which a mark is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from socialapp.provenance.watermark.signal import Picture

PLACES = (0.0, 0.45, 0.8, 0.2, 0.65)
"""Shares of the length at which a stretch is taken: ours may be only a part of it."""

FRAMES = 32
"""Of a stretch."""

EVERY = 2
MOST_PIXELS = 40_000_000
LARGEST_SHORT = 1024
"""Pixels of the short side; larger frames are made smaller at once."""

OPTIONS = {"protocol_whitelist": "file"}
"""A playlist that poses as a film must not fetch anything."""


class UnreadableError(Exception):
    """The file holds no picture that can be looked at; its text says why."""


def stretches(path: Path) -> Iterator[list[Picture]]:
    """Luma frames, (height, width), of one stretch of the file after the other.

    A still is one stretch of one frame. UnreadableError: no picture, or too large.
    """
    import av  # noqa: PLC0415 - codecs, which the detector does without

    try:
        with av.open(str(path), "r", options=OPTIONS) as container:
            if not container.streams.video:
                raise UnreadableError("There is no picture in this file.")
            stream = container.streams.video[0]
            if stream.width * stream.height > MOST_PIXELS:
                raise UnreadableError(
                    f"{stream.width} x {stream.height} is too large to look at:"
                    f" {MOST_PIXELS // 1_000_000} megapixels are allowed."
                )
            length = container.duration or 0
            yield _taken(container, stream)
            for place in PLACES[1:] if length > 2_000_000 else ():  # microseconds
                container.seek(int(length * place))
                yield _taken(container, stream)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise UnreadableError(f"This file cannot be read: {_said(error)}.") from error


def _said(error: Exception) -> str:
    words = getattr(error, "strerror", None) or str(error)
    return words[:1].lower() + words[1:]


def _taken(container: Any, stream: Any) -> list[Picture]:
    found: list[Picture] = []
    for number, frame in enumerate(container.decode(stream)):
        if number % EVERY:
            continue
        if frame.width * frame.height > MOST_PIXELS:
            raise UnreadableError("A frame in this file is too large to look at.")
        seen = grey_of(frame)
        if found and seen.shape != found[0].shape:
            break
        found.append(seen)
        if len(found) == FRAMES:
            break
    return found


def grey_of(frame: Any) -> Picture:
    """The luma of a decoded frame, made smaller if it is large."""
    shrink = max(1.0, min(frame.width, frame.height) / LARGEST_SHORT)
    small = frame.reformat(
        width=max(1, round(frame.width / shrink)),
        height=max(1, round(frame.height / shrink)),
        format="gray",
        interpolation="AREA",
    )
    return cast("Picture", np.ascontiguousarray(small.to_ndarray()))
