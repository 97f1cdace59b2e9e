"""What happens to films on their way through other people's hands."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import av
import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Frames = Sequence[Picture]
    Attack = Callable[[Frames, np.random.Generator], list[Picture]]

FPS = 25
PRESETS = {"libx264": "fast", "libx265": "fast"}
TARGET = "crop10+0.5x+crf28"


def encoded(
    frames: Frames, crf: int, codec: str = "libx264", preset: str = ""
) -> bytes:
    """An MP4 of (height, width, 3) RGB frames; odd sides lose a pixel."""
    file = io.BytesIO()
    height, width = (side // 2 * 2 for side in frames[0].shape[:2])
    with av.open(file, "w", format="mp4") as container:
        stream = cast("Any", container.add_stream(codec, rate=FPS))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.options = {"crf": str(crf), "preset": preset or PRESETS[codec]}
        if codec == "libx265":
            stream.options |= {"x265-params": "log-level=none:pools=1"}
        for number, frame in enumerate(frames):
            pixels = np.ascontiguousarray(frame[:height, :width])
            planes = cast("Picture", cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV_I420))
            picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return file.getvalue()


def decoded(data: bytes) -> list[Picture]:
    """(height, width, 3) RGB."""
    with av.open(io.BytesIO(data), "r") as container:
        planes = [f.to_ndarray(format="yuv420p") for f in container.decode(video=0)]
    return [
        cast("Picture", cv2.cvtColor(plane, cv2.COLOR_YUV2RGB_I420)) for plane in planes
    ]


def picture_bytes(data: bytes) -> int:
    """Of the packets of the picture in a file."""
    with av.open(io.BytesIO(data), "r") as container:
        return sum(packet.size for packet in container.demux(video=0))


def opened(path: Path, count: int) -> list[Picture]:
    """The first frames of a film, (height, width, 3) RGB with even sides."""
    frames = []
    with av.open(str(path), "r") as container:
        for frame in container.decode(video=0):
            pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            height, width = (side // 2 * 2 for side in pixels.shape[:2])
            frames.append(np.ascontiguousarray(pixels[:height, :width]))
            if len(frames) == count:
                break
    return frames


def _sized(frame: Picture, width: int, height: int) -> Picture:
    smaller = width < frame.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return cast("Picture", cv2.resize(frame, (width, height), interpolation=how))


def _scaled(frame: Picture, factor: float) -> Picture:
    height, width = (round(side * factor / 2) * 2 for side in frame.shape[:2])
    return _sized(frame, width, height)


def _cropped(frames: Frames, share: float, rng: np.random.Generator) -> list[Picture]:
    """All of them by the same window, at a random place."""
    height, width = frames[0].shape[:2]
    down, across = (round(side * (1 - share) / 2) * 2 for side in (height, width))
    top, left = rng.integers(height - down + 1), rng.integers(width - across + 1)
    return [f[top : top + down, left : left + across] for f in frames]


def _jpeg(frame: Picture, quality: int) -> Picture:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    data = cv2.imencode(".jpg", np.ascontiguousarray(frame[..., ::-1]), options)[1]
    back = cast("Picture", cv2.imdecode(data, cv2.IMREAD_COLOR))
    return np.ascontiguousarray(back[..., ::-1])


def _noisy(frame: Picture, rng: np.random.Generator) -> Picture:
    """Blurred by sigma 1; grain of 4.6 levels, as ``noise=alls=8`` of FFmpeg gives."""
    soft = cv2.GaussianBlur(frame, (0, 0), 1)
    grain = rng.normal(0, 8 / 3**0.5, frame.shape[:2])[..., None]
    return np.asarray(np.clip(soft + grain, 0, 255), np.uint8)


def _brighter(frame: Picture) -> Picture:
    return cast("Picture", cv2.convertScaleAbs(frame, alpha=1.3))


def _coded(crf: int, codec: str = "libx264") -> Attack:
    return lambda frames, _: decoded(encoded(frames, crf, codec))


def _each(change: Callable[[Picture], Picture], crf: int) -> Attack:
    return lambda frames, _: decoded(encoded([change(f) for f in frames], crf))


def _crop(share: float, crf: int, then: Callable[[Picture], Picture]) -> Attack:
    return lambda frames, rng: decoded(
        encoded([then(f) for f in _cropped(frames, share, rng)], crf)
    )


def _back(frame: Picture) -> Picture:
    """To 512 pixels on the short side."""
    return _scaled(frame, 512 / min(frame.shape[:2]))


ATTACKS: dict[str, Attack] = {
    "crf23": _coded(23),
    "crf28": _coded(28),
    "crf33": _coded(33),
    "0.5x+crf28": _each(lambda f: _scaled(f, 0.5), 28),
    "crop10+crf28": _crop(0.1, 28, lambda f: f),
    "crop25+crf28": _crop(0.25, 28, lambda f: f),
    TARGET: _crop(0.1, 28, lambda f: _scaled(f, 0.5)),
    "crop10+512+crf28": _crop(0.1, 28, _back),
    "jpeg50": lambda frames, _: [_jpeg(f, 50) for f in frames],
    "bright1.3": _each(_brighter, 26),
    "mirror+crf28": _each(lambda f: np.ascontiguousarray(f[:, ::-1]), 28),
    "x265": _coded(30, "libx265"),
    "0.7x+crf30": _each(lambda f: _scaled(f, 0.7), 30),
    "blur+noise+crf28": lambda frames, rng: decoded(
        encoded([_noisy(f, rng) for f in frames], 28)
    ),
}
"""From published frames to those of the copy, (height, width, 3) RGB both."""

if "libx265" not in av.codecs_available:
    del ATTACKS["x265"]
