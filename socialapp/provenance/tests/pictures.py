"""Frames and attacks for the tests of the watermark."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import av
import cv2
import numpy as np

from avatarfx.bench import portraits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]


@lru_cache(maxsize=2)
def talking(
    count: int = 24, width: int = 512, height: int = 512
) -> tuple[Picture, ...]:
    """A photograph whose mouth region moves on a still background."""
    sample = next(s for s in portraits.defaults() if s.name == "photo close")
    encoded = np.frombuffer(sample.data, np.uint8)
    photo = cv2.cvtColor(
        cast("Picture", cv2.imdecode(encoded, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB
    )
    side = max(width, height)
    photo = cv2.resize(photo, (side, side), interpolation=cv2.INTER_AREA)
    top, left = (side - height) // 2, (side - width) // 2
    photo = photo[top : top + height, left : left + width]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    mouth = np.exp(
        -(((x - width / 2) / 60) ** 2) - ((y - height * 0.6) / 40) ** 2
    ).astype(np.float32)
    frames = []
    for number in range(count):
        lift = 5 * np.sin(number / 2)
        moved = cv2.remap(
            photo,
            x,
            y + mouth * np.float32(lift),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        frames.append(np.asarray(moved, np.uint8))
    return tuple(frames)


@lru_cache(maxsize=1)
def painting() -> Picture:
    """512 pixels square: strokes and grain that hide a pattern, and nothing moves."""
    sample = next(s for s in portraits.untouched() if s.name == "painted mezzanine")
    encoded = np.frombuffer(sample.data, np.uint8)
    picture = cv2.cvtColor(
        cast("Picture", cv2.imdecode(encoded, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB
    )
    side = min(picture.shape[:2])
    square = cv2.resize(picture[:side, :side], (512, 512), interpolation=cv2.INTER_AREA)
    return cast("Picture", square)


def through_x264(frames: Sequence[Picture], crf: int) -> list[Picture]:
    """Encoded and decoded."""
    return decoded(encoded(frames, crf))


def encoded(frames: Sequence[Picture], crf: int) -> bytes:
    file = io.BytesIO()
    height, width = (side // 2 * 2 for side in frames[0].shape[:2])
    with av.open(file, "w", format="mp4") as container:
        stream = cast("Any", container.add_stream("libx264", rate=25))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(crf), "preset": "veryfast"}
        for frame in frames:
            pixels = np.ascontiguousarray(frame[:height, :width])
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
            )
        container.mux(stream.encode(None))
    return file.getvalue()


def decoded(data: bytes) -> list[Picture]:
    with av.open(io.BytesIO(data), "r") as container:
        return [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            for frame in container.decode(video=0)
        ]


def cropped(frame: Picture, share: float) -> Picture:
    """Less `share` of both sides, off the centre."""
    height, width = frame.shape[:2]
    down, across = int(height * (1 - share)), int(width * (1 - share))
    top, left = int((height - down) * 0.3), int((width - across) * 0.8)
    return np.ascontiguousarray(frame[top : top + down, left : left + across])


def scaled(frame: Picture, factor: float) -> Picture:
    size = (round(frame.shape[1] * factor), round(frame.shape[0] * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(frame, size, interpolation=how), np.uint8)


def jpeg(frame: Picture, quality: int) -> Picture:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    data = cv2.imencode(".jpg", np.ascontiguousarray(frame[..., ::-1]), options)[1]
    back = cast("Picture", cv2.imdecode(data, cv2.IMREAD_COLOR))
    return np.ascontiguousarray(back[..., ::-1])
