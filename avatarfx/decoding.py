"""Sounds from strangers, to samples: decoded in a process with limits.

As ``socialapp.lib.images`` does with pictures: what comes back from the process is
samples, and whatever is kept of them we encode ourselves.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 48_000
"""Hertz of the samples."""

TIMEOUT_SECONDS = 15.0
"""A minute of MP3 takes under one; on a machine ten times slower it still fits."""

_CHILD = Path(__file__).with_name("decoding_child.py")
_TURNS = threading.BoundedSemaphore(2)
"""A crowd of uploads waits here instead of filling the memory."""

_UNREADABLE = (
    "We could not read this sound. Save it as MP3, WAV, FLAC or Ogg in a sound editor,"
    " and try again."
)


class SoundError(Exception):
    """The sound is refused; the message is for the person who sent it."""


def samples_of(
    data: bytes, *, max_bytes: int, seconds: int, way: str
) -> NDArray[np.float32]:
    """Channels x samples at RATE, one or two channels, full scale at 1; or SoundError.

    `max_bytes` and `seconds` bound what is accepted; `way`: what to do about a sound
    that is longer, in words.
    """
    if not data:
        raise SoundError("This file is empty. Choose the sound again.")
    if len(data) > max_bytes:
        raise SoundError(
            f"This file has {len(data) / 1024**2:.1f} MB; we take up to"
            f" {max_bytes / 1024**2:.0f} MB. Save it as MP3 or Ogg, or cut it shorter."
        )
    order = {"rate": RATE, "seconds": seconds, "way": way}
    with _TURNS, tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(  # noqa: S603  our own file, fixed arguments
                [sys.executable, "-I", str(_CHILD), json.dumps(order)],
                input=data,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SoundError(
                "This sound took too long to read. Save it as MP3 or WAV and try again."
            ) from None
        answer.seek(0)
        head, _, body = answer.read().partition(b"\n")
    return _read(done.returncode, head, body)


def _read(returncode: int, head: bytes, body: bytes) -> NDArray[np.float32]:
    """The child's answer, believed only as far as it is well formed."""
    try:
        told = json.loads(head)
    except ValueError:
        # Killed by a limit, or by the sound.
        raise SoundError(_UNREADABLE) from None
    if "refused" in told:
        raise SoundError(str(told["refused"]))
    channels, count = int(told["channels"]), int(told["samples"])
    if returncode or channels not in {1, 2} or len(body) != 4 * channels * count:
        raise SoundError(_UNREADABLE)
    samples = np.frombuffer(body, "<f4").reshape(count, channels).T
    if not np.isfinite(samples).all():
        raise SoundError(_UNREADABLE)
    clipped: NDArray[np.float32] = np.clip(samples, -1, 1).astype(np.float32)
    return clipped
