"""Avatars: the face of a portrait, square."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from socialapp.performance.rig import Anchors

SIDE = 256
"""Pixels: twice the largest avatar on a phone."""

ROOM = 1.6
"""Side of the square in face heights: hair and neck are in it, shoulders are not."""


def face_square(
    anchors: Anchors | None, width: int, height: int
) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels: around the face, else the upper middle."""
    if anchors is None:
        side = min(width, height)
        # Heads are at the top of tall pictures.
        left, top = (width - side) // 2, int((height - side) * 0.2)
        return left, top, left + side, top + side
    eyes = (
        (anchors.eye_left[0] + anchors.eye_right[0]) / 2,
        (anchors.eye_left[1] + anchors.eye_right[1]) / 2,
    )
    reach = ((anchors.chin[0] - eyes[0]) ** 2 + (anchors.chin[1] - eyes[1]) ** 2) ** 0.5
    apart = (
        (anchors.eye_right[0] - anchors.eye_left[0]) ** 2
        + (anchors.eye_right[1] - anchors.eye_left[1]) ** 2
    ) ** 0.5
    # Eyes to chin is half a face. A bowed head shortens it; then the eyes tell more.
    face = max(2 * reach, 2.6 * apart) * width
    side = int(min(max(face * ROOM, 32), width, height))
    centre_x = (eyes[0] + anchors.chin[0]) / 2 * width
    centre_y = (eyes[1] * 0.75 + anchors.chin[1] * 0.25) * width
    left = int(min(max(centre_x - side / 2, 0), width - side))
    top = int(min(max(centre_y - side / 2, 0), height - side))
    return left, top, left + side, top + side


def make(picture: bytes, anchors: Anchors | None) -> bytes:
    """A WebP of SIDE pixels of a picture that we encoded ourselves."""
    with Image.open(io.BytesIO(picture)) as image:
        square = image.crop(face_square(anchors, image.width, image.height))
        small = square.convert("RGBA").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=82)
    return out.getvalue()
