"""H.264 and AAC in an MP4 that starts to play before it is loaded."""

from __future__ import annotations

import errno
import queue
import threading
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import av
import cv2
import numpy as np
from av.video.frame import PictureType

from avatarfx import encoders
from avatarfx.errors import DiskFullError
from avatarfx.progressive.fragments import Fragments
from avatarfx.progressive.pace import LONE, begins
from avatarfx.tracks import Track
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray


WAITING_FRAMES = 12
"""How far the drawing may run ahead of the encoder: 0.5 s, about 16 MB."""

LOOKAHEAD = 6
"""Frames that x264 knows before it gives one out: what is watched while it is made waits
for them."""

KEY_EVERY_SECONDS = 2
"""A seek lands at most this far from where it was asked to, and a segment begins here."""

BT_601 = 6
"""SMPTE 170M in ISO/IEC 23091-2: the matrix OpenCV's conversion to YUV uses."""

BT_709 = 1
"""Primaries and transfer of ordinary screens, same table."""

LIMITED = 1
"""Luma from 16 to 235."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to encode.

    On drawn faces at 512 x 512 x264's veryfast at 19 is as large as medium at 21, within
    0.5 dB of its PSNR, at twice its speed (two cores, 321 frames of a photograph and of
    a painting). 18 with LOOKAHEAD is as large as 19 with x264's ten frames (330 and 328
    kB, 280 and 283 kB), within 0.06 dB, and each packet comes four frames earlier
    (183 frames of a painting and of a layered portrait).
    """

    codec: str = "libx264"
    """``libx264``, ``libopenh264`` or ``h264_nvenc``, if PyAV's FFmpeg has it; or a wish
    of ``encoders.WISHES``."""

    preset: str = "veryfast"
    quality: int = 18
    """CRF of x264, CQ of NVENC; lower is better."""

    bit_rate: int = 1_600_000
    """For openh264, which has no constant quality."""

    threads: int = 2
    sound_bit_rate: int = 96_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in a finished file."""

    frames: int
    seconds: float
    sound_seconds: float
    """0 without sound."""


class Writer:
    """Encodes frames in a thread of its own, as they come.

    Used as a context: leaving it normally finishes the file, an exception removes it.
    DiskFullError when there is no room, EngineError when the codec is missing.
    """

    def __init__(
        self,
        path: Path,
        *,
        width: int,
        height: int,
        fps: int,
        track: Track | None,
        options: Options,
        segment: Callable[[bytes, bytes], None] | None = None,
    ) -> None:
        """`segment`: gets the init segment and each second of the film as it is
        encoded, from the encoder's thread."""
        self._path = path
        self._segment = segment
        self._keys = {fps * begins(segment) for segment in range(LONE + 1)}
        self._size = (width, height)
        self._fps = fps
        self._track = track
        self._options = replace(options, codec=encoders.choose(options.codec).codec)
        self._frames: queue.Queue[NDArray[np.uint8] | Track | None] = queue.Queue(
            WAITING_FRAMES
        )
        self._error: BaseException | None = None
        self._dropped = False
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._dropped = kind is not None
        self._put(None)
        self._thread.join()
        if kind is not None or self._error is not None:
            self._path.unlink(missing_ok=True)
        if kind is None:
            self._raise()

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """(height, width, 3) RGB; the array must not change afterwards."""
        self._put(pixels)
        self._raise()

    def hear(self, track: Track) -> None:
        """The track is longer than it was known to be. Its beginning must be the same,
        as far as the frames that were written go."""
        self._put(track)

    def _put(self, coming: NDArray[np.uint8] | Track | None) -> None:
        while self._thread.is_alive():
            try:
                self._frames.put(coming, timeout=0.2)
            except queue.Full:
                continue
            return

    def _raise(self) -> None:
        if self._error is None:
            return
        error = self._error
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError from error
        if isinstance(error, av.FFmpegError):
            raise EngineError(f"The encoder gave up: {error}.") from error
        raise error

    def _run(self) -> None:
        try:
            self._encode()
        except BaseException as error:
            self._error = error

    def _encode(self) -> None:
        with av.open(
            str(self._path), "w", format="mp4", options={"movflags": "+faststart"}
        ) as container:
            video = self._video(container)
            mux = _Mux(container)
            sound = _Sound(container, self._track, self._options, mux)
            container.start_encoding()
            if self._segment is not None:
                mux.twice(fps=self._fps, emit=self._segment)
            number = 0
            while (coming := self._frames.get()) is not None:
                if isinstance(coming, Track):
                    sound.hear(coming)
                    continue
                planes = cv2.cvtColor(coming, cv2.COLOR_RGB2YUV_I420)
                frame = av.VideoFrame.from_ndarray(
                    cast("NDArray[np.uint8]", planes), format="yuv420p"
                )
                frame.pts = number
                frame.time_base = Fraction(1, self._fps)
                if number and number in self._keys:
                    frame.pict_type = PictureType.I
                mux(video.encode(frame))
                number += 1
                sound.follow(number / self._fps)
            if self._dropped:
                mux.drop()
                return
            mux(video.encode(None))
            sound.end()
            mux.end()

    def _video(self, container: Any) -> Any:
        options = self._options
        if options.codec not in av.codecs_available:
            raise EngineError(
                f"The encoder {options.codec} is not part of this copy's PyAV.",
                permanent=True,
            )
        stream = container.add_stream(options.codec, rate=self._fps)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, self._fps)
        context = stream.codec_context
        context.thread_count = options.threads
        context.gop_size = KEY_EVERY_SECONDS * self._fps
        context.color_range = LIMITED
        context.colorspace = BT_601
        context.color_primaries = BT_709
        context.color_trc = BT_709
        stream.options = _codec_options(options)
        if options.codec == "libopenh264":
            stream.bit_rate = options.bit_rate
        return stream


class _Mux:
    """Takes packets to the film, and a copy of each to its segments."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self._fragments: Fragments | None = None

    def twice(self, *, fps: int, emit: Callable[[bytes, bytes], None]) -> None:
        """From here on; the container must have begun, which opens its codecs."""
        streams = tuple(self._container.streams)
        self._fragments = Fragments(streams, fps=fps, emit=emit)

    def __call__(self, packets: list[Any]) -> None:
        for packet in packets:
            if self._fragments is not None:
                self._fragments.mux(packet)
            self._container.mux(packet)

    def end(self) -> None:
        if self._fragments is not None:
            self._fragments.end()

    def drop(self) -> None:
        if self._fragments is not None:
            self._fragments.drop()


class _Sound:
    """Encodes the track in step with the picture, so that a player can stream both."""

    def __init__(
        self, container: Any, track: Track | None, options: Options, mux: _Mux
    ) -> None:
        self._mux = mux
        self._track = track
        self._done = 0
        if track is None:
            return
        self._stream = container.add_stream("aac", rate=track.rate, layout="mono")
        self._stream.bit_rate = options.sound_bit_rate
        self._stream.time_base = Fraction(1, track.rate)

    def hear(self, track: Track) -> None:
        """Go on with a longer track."""
        self._track = track

    def follow(self, seconds: float) -> None:
        """Encode what is heard before `seconds`."""
        if self._track is not None:
            self._until(min(len(self._track.samples), int(seconds * self._track.rate)))

    def end(self) -> None:
        if self._track is None:
            return
        self._until(len(self._track.samples), last=True)
        self._mux(self._stream.encode(None))

    def _until(self, end: int, *, last: bool = False) -> None:
        track = self._track
        if track is None:
            return
        size = 1024  # samples in a frame of AAC
        while self._done < end and (last or end - self._done >= size):
            piece = track.samples[self._done : min(self._done + size, end)]
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(piece[None, :]), format="fltp", layout="mono"
            )
            frame.rate = track.rate
            # Without a time of its own each frame keeps the encoder's priming of 1024
            # samples, and the voice comes 46 ms late.
            frame.pts = self._done
            frame.time_base = Fraction(1, track.rate)
            self._mux(self._stream.encode(frame))
            self._done += len(piece)


def write_sound(path: Path, *, track: Track, options: Options, comment: str) -> None:
    """The track alone, as AAC in an M4A; EngineError when it cannot be encoded."""
    try:
        with av.open(
            str(path), "w", format="ipod", options={"movflags": "+faststart"}
        ) as container:
            container.metadata["comment"] = comment
            _Sound(container, track, options, _Mux(container)).end()
    except av.FFmpegError as error:
        raise EngineError(f"The encoder gave up: {error}.") from error


def inspect(path: Path) -> Seen:
    """Count what is in a file and decode its first frame; EngineError if it is broken."""
    try:
        with av.open(str(path)) as container:
            video = container.streams.video[0]
            next(container.decode(video))
        with av.open(str(path)) as container:
            video = container.streams.video[0]
            frames = sum(p.size > 0 for p in container.demux(video))
            seconds = float((video.duration or 0) * (video.time_base or 0))
            sound_seconds = 0.0
            if container.streams.audio:
                sound = container.streams.audio[0]
                sound_seconds = float((sound.duration or 0) * (sound.time_base or 0))
    except (av.FFmpegError, StopIteration, IndexError) as error:
        raise EngineError("The finished film cannot be read.") from error
    return Seen(frames, seconds, sound_seconds)


def samples(path: Path, *, every: float = 1.0) -> list[bytes]:
    """JPEGs of a film's frames, the first, one each `every` seconds, and the
    last. EngineError if it is broken."""
    found: list[bytes] = []
    due, last = 0.0, None
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(container.streams.video[0]):
                last = frame
                if (frame.time or 0.0) + 1e-6 >= due:
                    found.append(jpeg(_rgb(frame)))
                    due += every
                    last = None
            if last is not None:
                found.append(jpeg(_rgb(last)))
    except (av.FFmpegError, IndexError) as error:
        raise EngineError("The finished film cannot be read.") from error
    return found


def _rgb(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return cast("NDArray[np.uint8]", frame.to_ndarray(format="rgb24"))


def jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """(height, width, 3) RGB as whoever screens it wants it."""
    turned = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    good, data = cv2.imencode(".jpg", turned, [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not good:
        raise EngineError("A frame could not be looked at.")
    return bytes(data)


def _codec_options(options: Options) -> dict[str, str]:
    if options.codec == "h264_nvenc":
        return {
            "preset": "p5",
            "rc": "vbr",
            "cq": str(options.quality),
            "b": "0",
            "forced-idr": "1",
        }
    if options.codec == "libopenh264":
        return {}
    return {
        "preset": options.preset,
        "crf": str(options.quality),
        "profile": "high",
        # Key frames come by the clock: each begins a segment.
        "sc_threshold": "0",
        "forced-idr": "1",
        "rc-lookahead": str(LOOKAHEAD),
    }
