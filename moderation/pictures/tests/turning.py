"""One photograph made into what a camera would see: dimmer, softer, tilted, turned.

A real head shows more of one cheek when it turns; this only moves the middle of the
face, which is as far as one photograph goes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

MIDDLE = (162, 118)
"""Of the face in the cut photograph."""


def portrait(photo: bytes) -> Picture:
    """(320, 320, 3): the astronaut's head and shoulders."""
    whole = np.asarray(Image.open(io.BytesIO(photo)).convert("RGB"))
    return whole[0:320, 60:380]


def camera(photo: bytes) -> dict[str, Picture]:
    """``ahead``, ``left`` and ``right``, as she has them."""
    dim = (portrait(photo) * 0.7).astype(np.uint8)
    tilt = cv2.getRotationMatrix2D((160, 120), 6, 1.0)
    seen = cast(
        "Picture",
        cv2.warpAffine(
            cv2.GaussianBlur(dim, (0, 0), 1.2),
            tilt,
            (320, 320),
            borderMode=cv2.BORDER_REFLECT,
        ),
    )
    return {
        "ahead": _pushed(seen, -4, 22),
        "left": _pushed(seen, 16, 20),
        "right": _pushed(seen, -14, 14),
    }


def encoded(picture: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=92)
    return file.getvalue()


def _pushed(picture: Picture, pixels: float, spread: float) -> Picture:
    """The middle of the face moved to the right by `pixels`."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bell = np.exp(
        -(((x - MIDDLE[0]) / spread) ** 2) / 2 - ((y - MIDDLE[1]) / 60) ** 2 / 2
    )
    return cast(
        "Picture",
        cv2.remap(
            picture,
            (x - pixels * bell).astype(np.float32),
            y,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ),
    )
