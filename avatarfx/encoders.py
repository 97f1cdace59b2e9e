"""Which H.264 encoder this machine can use: the graphics card's, or x264."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

X264, NVENC = "libx264", "h264_nvenc"

WISHES = {"auto": NVENC, "nvenc": NVENC, "x264": X264}
"""What ``VIDEO_ENCODER`` may be; other words are names of FFmpeg's and are not tried."""

TRIED_FRAMES, TRIED_SIDE = 10, 256
"""NVENC refuses pictures that are much smaller."""


@dataclass(frozen=True, slots=True)
class Choice:
    codec: str
    reason: str = ""
    """Why it is not the card's, where that was wished for."""


def choose(wish: str) -> Choice:
    """The codec for `wish`. The card's is tried once in each process, with frames: that
    FFmpeg knows it says nothing of the card, its driver, or how many sessions are open.
    """
    # A context of CUDA does not outlive a fork, so neither does what was found out.
    return _chosen(wish, os.getpid())


@functools.cache
def _chosen(wish: str, _pid: int) -> Choice:
    codec = WISHES.get(wish, wish)
    if codec != NVENC or wish == NVENC:
        return Choice(codec)
    reason = refusal(codec)
    return Choice(X264, reason) if reason else Choice(codec)


def refusal(codec: str) -> str:
    """Why `codec` cannot encode ten frames here; empty: it can."""
    import av  # noqa: PLC0415  only who encodes needs it
    import numpy as np  # noqa: PLC0415  as above

    if codec not in av.codecs_available:
        return f"This copy's PyAV has no {codec}."
    try:
        context: Any = av.CodecContext.create(codec, "w")
        context.width = context.height = TRIED_SIDE
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, 25)
        packets = []
        for number in range(TRIED_FRAMES):
            planes = np.full((TRIED_SIDE * 3 // 2, TRIED_SIDE), 16 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts = number
            frame.time_base = context.time_base
            packets += context.encode(frame)
        packets += context.encode(None)
    except (av.FFmpegError, OSError, ValueError) as error:
        return f"The graphics card does not encode here ({error})."
    if sum(packet.size > 0 for packet in packets) != TRIED_FRAMES:
        return "The graphics card lost frames while it was tried."
    return ""
