"""Encoded pictures to arrays, and the part of one that a view shows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.puppets import View
    from socialapp.engines.protocols import Actor


KEPT_BYTES = 4_000_000
"""A larger file is decoded each time: what is kept of it would be too much."""


def decode(data: bytes) -> NDArray[np.uint8]:
    """(h, w, 4) RGBA with straight alpha, read-only: a scene asks for the same picture
    several times. EngineError for what is not a picture."""
    return _kept(data) if len(data) <= KEPT_BYTES else _decoded(data)


@lru_cache(maxsize=3)
def _kept(data: bytes) -> NDArray[np.uint8]:
    return _decoded(data)


def _decoded(data: bytes) -> NDArray[np.uint8]:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise EngineError("The picture cannot be read.", permanent=True)
    if pixels.dtype == np.uint16:
        pixels = (pixels // 256).astype(np.uint8)
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGBA)
    elif pixels.shape[2] == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGBA)
    else:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA)
    pixels.setflags(write=False)
    return cast("NDArray[np.uint8]", pixels)


def decode_grey(data: bytes) -> NDArray[np.uint8]:
    """(h, w), for mattes."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise EngineError("The matte of the picture cannot be read.", permanent=True)
    return cast("NDArray[np.uint8]", pixels)


def has_holes(picture: NDArray[np.uint8]) -> bool:
    """True when some of it is transparent: it was drawn to stand before something."""
    return bool((picture[..., 3] < 128).mean() > 0.01)


def cut(actor: Actor) -> NDArray[np.uint8]:
    """The portrait with its matte as alpha; as it is when it has none."""
    picture = decode(actor.portrait)
    if not actor.rig.matte or has_holes(picture):
        return picture
    matte = decode_grey(actor.blobs[actor.rig.matte])
    size = (picture.shape[1], picture.shape[0])
    alpha = cv2.resize(matte, size, interpolation=cv2.INTER_LINEAR)
    return np.dstack([picture[..., :3], alpha])


def show(
    picture: NDArray[np.uint8], view: View, width: int, height: int, *, edge: bool
) -> NDArray[np.uint8]:
    """The `view` of a picture as (height, width, channels).

    Outside of the picture it is transparent black, or with `edge` a mirror image.
    """
    scale = picture.shape[1] * view.width / width  # picture pixels a canvas pixel
    alpha = picture.shape[2] == 4 and not edge
    if alpha:
        # Mixed with its neighbours, the colour of a clear pixel must not count.
        picture = _premultiplied(picture)
    if scale > 1.25:
        # A linear sampler skips pixels when it shrinks; average them first.
        size = (
            max(1, round(picture.shape[1] / scale)),
            max(1, round(picture.shape[0] / scale)),
        )
        picture = cast(
            "NDArray[np.uint8]", cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        )
    across = picture.shape[1] * view.width / width
    down = picture.shape[1] * view.height / height
    # Pixel centres lie at half coordinates.
    matrix = np.array(
        [
            [across, 0, picture.shape[1] * view.x + across / 2 - 0.5],
            [0, down, picture.shape[1] * view.y + down / 2 - 0.5],
        ]
    )
    sampler = cv2.INTER_CUBIC if scale < 0.8 else cv2.INTER_LINEAR
    shown = cv2.warpAffine(
        picture,
        matrix,
        (width, height),
        flags=sampler | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101 if edge else cv2.BORDER_CONSTANT,
    )
    pixels = cast("NDArray[np.uint8]", shown)
    return _straight(pixels) if alpha else pixels


def cover(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The middle of a picture, as large as fills the canvas: (height, width, 3)."""
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (
        max(width, round(picture.shape[1] * scale)),
        max(height, round(picture.shape[0] * scale)),
    )
    sampler = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    large = cv2.resize(picture[..., :3], size, interpolation=sampler)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return cast(
        "NDArray[np.uint8]",
        np.ascontiguousarray(large[top : top + height, left : left + width]),
    )


def _premultiplied(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = picture[..., 3:].astype(np.uint16)
    done = picture.copy()
    done[..., :3] = (picture[..., :3] * share + 127) // 255
    return done


def _straight(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = np.maximum(picture[..., 3:], 1).astype(np.uint16)
    done = picture.copy()
    done[..., :3] = np.minimum(255, (picture[..., :3].astype(np.uint16) * 255) // share)
    return done
