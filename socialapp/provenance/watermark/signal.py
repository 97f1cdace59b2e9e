"""From frames to the spectrum of a tile: what embedder and detector both compute."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Floats = NDArray[np.float32]

TILES = 4
"""Tiles along the short side of a frame."""

TILE = 64
"""Pixels of a tile where it is analysed, so that the short side has 256 there."""

SHORT = TILES * TILE
WIDE = 4.5
"""Pixels, sigma: what is smoother than this is no carrier."""

NEIGHBOURHOOD = 2.5
"""Sigma on half the pixels: over which the energy of the picture is taken."""

QUIET = 4.0
"""Squared levels: a neighbourhood with less energy than this counts in full."""

LOUDEST = 12.0
"""Levels after the band pass; more than this is an edge of the picture."""


def luma(rgb: Picture) -> Picture:
    """(height, width) of (height, width, 3) RGB, or of a grey picture itself."""
    if rgb.ndim == 2:
        return rgb
    return cast("Picture", cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def resized(grey: Picture, short: int) -> Picture:
    """So that the short side has `short` pixels."""
    height, width = grey.shape
    scale = short / min(height, width)
    if scale == 1:
        return grey
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("Picture", cv2.resize(grey, size, interpolation=how))


def residual(grey: Picture) -> tuple[Floats, Floats]:
    """What may be watermark in a grey picture, and how much each pixel counts (0 to 1).

    A band pass divided by the local energy: edges and texture of the picture itself are
    noise to the detector, and must not drown the quiet places.
    """
    level = grey.astype(np.float32)
    band = level - cv2.GaussianBlur(level, (0, 0), WIDE)
    half = cv2.resize(band * band, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    energy = cv2.resize(
        cv2.GaussianBlur(half, (0, 0), NEIGHBOURHOOD), (grey.shape[1], grey.shape[0])
    )
    counts = QUIET / (energy + QUIET)
    return (
        cast("Floats", np.clip(band, -LOUDEST, LOUDEST) * counts),
        cast("Floats", counts),
    )


def folded(seen: Floats, tile: int = TILE) -> Floats:
    """(tile, tile): all tiles laid over each other, noise kept at the level of one."""
    height, width = seen.shape
    rows, columns = -(-height // tile), -(-width // tile)
    padded = np.zeros((rows * tile, columns * tile), np.float32)
    padded[:height, :width] = seen
    total = padded.reshape(rows, tile, columns, tile).sum((0, 2))
    down = np.full(tile, height // tile) + (np.arange(tile) < height % tile)
    across = np.full(tile, width // tile) + (np.arange(tile) < width % tile)
    return cast(
        "Floats",
        (total / np.sqrt(np.maximum(np.outer(down, across), 1))).astype(np.float32),
    )


@lru_cache(maxsize=1)
def radius() -> NDArray[np.floating[Any]]:
    """(tile, tile) cycles a tile of each coefficient."""
    cycles = np.fft.fftfreq(TILE, 1 / TILE)
    return np.asarray(np.hypot(cycles[:, None], cycles[None, :]), np.float32)


@lru_cache(maxsize=1)
def response() -> NDArray[np.floating[Any]]:
    """(tile, tile) what halving and the band pass leave of each coefficient."""
    cycles = np.fft.fftfreq(TILE, 1 / TILE) / TILE
    halved = np.cos(np.pi * cycles / 2)
    smooth = np.exp(-2 * (np.pi * WIDE * radius() / TILE) ** 2)
    return np.asarray(np.outer(halved, halved) * (1 - smooth), np.float32)
