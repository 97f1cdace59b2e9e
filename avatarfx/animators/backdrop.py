"""What is behind the actors: a picture, the portrait's own surroundings, or velvet."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from avatarfx.animators import pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.framing import Box

    Pixels = NDArray[np.uint8]

VELVET = ((58, 22, 44), (24, 10, 26))
"""RGB at the lamp and at the edge: the curtain of the house, by night."""

FOLDS = 11
"""Of the curtain, across the width of a stage."""

DIMMED = 0.55
"""Brightness of an extended picture: it must not compete with the picture itself."""

FOREMOST_ZOOM = 1.35
"""Nearer than this, what is behind the actors falls out of focus."""


def from_picture(data: bytes, width: int, height: int) -> Pixels:
    """The middle of an encoded picture, filling the stage."""
    return pictures.cover(pictures.decode(data), width, height)


def extended(picture: Pixels, width: int, height: int) -> Pixels:
    """What surrounds a picture that is too small for the stage: itself, far away."""
    few = pictures.cover(picture, max(8, width // 16), max(8, height // 16))
    blurred = cv2.GaussianBlur(few, (0, 0), 3.0)
    large = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_CUBIC)
    return _grained(large.astype(np.float32) * DIMMED)


def velvet(width: int, height: int) -> Pixels:
    """A curtain in soft folds with a pool of light, for who has nothing behind them."""
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    light = np.exp(
        -(((across - 0.5) / 0.48) ** 2) - ((down - 0.42) / 0.55) ** 2, dtype=np.float32
    )
    # Folds hang unevenly: the phase wanders a little from one to the next.
    phase = across * FOLDS + 0.35 * np.sin(across * 5.1) + 0.06 * np.sin(down * 3)
    fold = 0.5 + 0.5 * np.cos(2 * np.pi * phase)
    shade = 0.72 + 0.28 * fold**1.5
    lamp, edge = (np.array(colour, np.float32) for colour in VELVET)
    colour = edge + (lamp - edge) * light[..., None]
    return _grained(colour * shade[..., None])


def behind(stage: Pixels, box: Box, width: int, height: int) -> Pixels:
    """The part of a stage-sized backdrop that a shot sees, in the shot's pixels."""
    across, down = box.width / width, box.height / height
    matrix = np.array(
        [
            [across, 0, box.x + across / 2 - 0.5],
            [0, down, box.y + down / 2 - 0.5],
        ]
    )
    seen = cv2.warpAffine(
        stage,
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    zoom = 1 / across
    if zoom > FOREMOST_ZOOM:
        seen = cv2.GaussianBlur(seen, (0, 0), 1.2 * zoom)
    return cast("Pixels", seen)


def _grained(colour: NDArray[np.float32]) -> Pixels:
    """To 8 bits, with a grain that keeps soft gradients from turning into bands."""
    grain = _grain(colour.shape[1], colour.shape[0])
    return np.asarray(np.clip(colour + grain[..., None], 0, 255), np.uint8)


@lru_cache(maxsize=4)
def _grain(width: int, height: int) -> NDArray[np.float32]:
    grain = np.random.default_rng(7).normal(0, 1.1, (height, width))
    return grain.astype(np.float32)
