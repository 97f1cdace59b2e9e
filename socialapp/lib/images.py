"""Pictures from strangers: decoded in a limited process, re-encoded, nothing kept.

Decoders are where hostile files strike, so none runs in the server: each picture goes
to a fresh ``images_child`` with little memory, no environment and ten seconds. What
comes back is pixels that we encoded ourselves: no EXIF, no GPS, no second file inside.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 10.0
"""A 25 megapixel JPEG takes under one; on a machine ten times slower it still fits."""

_CHILD = Path(__file__).with_name("images_child.py")
_MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
_TURNS = threading.BoundedSemaphore(2)
"""A crowd of uploads waits here instead of filling the memory."""

_UNREADABLE = (
    "We could not read this picture. Open it in a picture editor, save it as PNG"
    " or JPEG, and try again."
)


class PictureError(Exception):
    """The picture is refused; the message is for the person who sent it."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    data: bytes
    """PNG or JPEG, sRGB, 8 bits a channel; PNG with alpha where the source had some."""

    width: int
    """Pixels."""

    height: int
    """Pixels."""

    extension: str
    """``png`` or ``jpg``, or of what it was turned into since."""


def clean(
    data: bytes,
    *,
    max_bytes: int,
    max_pixels: int,
    max_side: int = 2048,
    min_side: int = 64,
) -> CleanPicture:
    """The same picture, upright, at most `max_side` pixels long, or PictureError.

    `max_bytes` and `max_pixels` bound what is accepted, before anything is decoded.
    """
    if not data:
        raise PictureError("This file is empty. Choose the picture again.")
    if len(data) > max_bytes:
        raise PictureError(
            f"This file has {_megabytes(len(data))} MB; we take up to"
            f" {_megabytes(max_bytes)} MB. Save it smaller and try again."
        )
    order = {"max_pixels": max_pixels, "max_side": max_side, "min_side": min_side}
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
            raise PictureError(
                "This picture took too long to read. Save it as PNG or JPEG and try"
                " again."
            ) from None
        answer.seek(0)
        head, _, body = answer.read().partition(b"\n")
    return _read(done.returncode, head, body)


def _read(returncode: int, head: bytes, body: bytes) -> CleanPicture:
    """The child's answer, believed only as far as it is well formed."""
    try:
        told = json.loads(head)
    except ValueError:
        # Killed by a limit, or by the picture.
        raise PictureError(_UNREADABLE) from None
    if "refused" in told:
        raise PictureError(str(told["refused"]))
    extension = str(told["extension"])
    if returncode or not body.startswith(_MAGIC[extension]):
        raise PictureError(_UNREADABLE)
    return CleanPicture(body, int(told["width"]), int(told["height"]), extension)


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f}" if size >= 1024 * 1024 else "under 1"
