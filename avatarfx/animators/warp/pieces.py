"""Layers that are drawn over the picture they are cut from: where they lie, what of the
texture they show, and how that is sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators.warp.motion import (
    Block,
    Motion,
    enlarge,
    sampled,
)
from avatarfx.animators.warp.texture import grow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.warp.texture import Texture

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

_AROUND = 8
"""Cells around a block in which its pixels may come to lie, or come from."""


@dataclass(frozen=True, slots=True)
class Part:
    """A block of the lattice that has a layer of its own, with the motion around it."""

    block: Block
    """In cells of what moves."""

    motion: Motion
    inner: Block
    """The same block, in cells of its motion."""

    nodes: tuple[slice, slice]
    """Of its motion, in nodes of what moves."""

    @classmethod
    def of(cls, motion: Motion, low: Floats, high: Floats) -> Part:
        """Of a rectangle of canvas pixels."""
        block = motion.block_around(low, high)
        around = block.wider(_AROUND, motion.whole)
        return cls(block, motion.within(around), block.inside(around), around.nodes)


class Piece:
    """A part of the texture that is drawn as a layer of its own, and where: its alpha
    is 255 where it is seen."""

    def __init__(self, texture: Texture, low: Floats, alpha: Floats) -> None:
        """`low`: texture pixel of the upper left corner; `alpha` (h, w), 0 to 1, at rest.
        Nothing is drawn beyond it."""
        self.corner = low
        rows, columns = alpha.shape
        x = np.arange(columns) + int(low[0])
        y = np.arange(rows) + int(low[1])
        pixels = texture.pixels
        self.pixels = pixels[
            np.clip(y, 0, pixels.shape[0] - 1)[:, None],
            np.clip(x, 0, pixels.shape[1] - 1)[None],
        ]
        self.pixels[..., 3] = np.round(alpha * 255)
        self.texture = texture
        self.box = (low, low)
        """Canvas pixels at rest that hold all of it."""

    @classmethod
    def of_polygon(
        cls, texture: Texture, polygon: Floats, low: Floats, high: Floats
    ) -> Piece:
        """What lies in `polygon`, and between `low` and `high`, in canvas pixels."""
        corner, (rows, columns) = _rectangle(texture, low, high)
        big = np.zeros((max(2, rows) * 2, max(2, columns) * 2), np.uint8)
        points = (texture.index(polygon) - corner + 0.5) * 2 - 0.5
        fixed = np.round(points * 16).astype(np.int32)
        cv2.fillPoly(big, [fixed], 255, cv2.LINE_AA, 4)
        mask = cv2.resize(
            big, (big.shape[1] // 2, big.shape[0] // 2), interpolation=cv2.INTER_AREA
        )
        soft = cv2.GaussianBlur(
            mask.astype(np.float32) / 255, (0, 0), 0.7 * texture.fine
        )
        # Fade towards the rectangle's border.
        rows, columns = mask.shape
        fade = np.minimum.outer(_ramp(rows), _ramp(columns))
        piece = cls(texture, corner, np.asarray(soft * fade, np.float32))
        piece.box = (low, high)
        return piece

    @classmethod
    def of_mask(cls, texture: Texture, mask: Picture, places: Floats) -> Piece:
        """What a mask of its own shows; `places` (2, 3): canvas pixels of its columns and
        rows."""
        high, wide = mask.shape
        corners = np.array([[0, 0], [wide, 0], [0, high], [wide, high]])
        around = corners @ places[:, :2].T + places[:, 2]
        low, end = around.min(0), around.max(0)
        corner, shape = _rectangle(texture, low, end)
        alpha = _brought(texture, mask, places, corner, shape)
        piece = cls(texture, corner, alpha)
        piece.box = (low, end)
        return piece

    def without(self, mask: Picture, places: Floats) -> None:
        """Fill what a mask shows from what lies around it in this piece, before anything
        is drawn of it."""
        shape = self.pixels.shape[0], self.pixels.shape[1]
        hidden = _brought(self.texture, mask, places, self.corner, shape) > 0.05
        hidden = cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        own = self.pixels[..., 3] > 127
        if not (hidden & own).any():
            return
        known = (own & ~hidden).astype(np.uint8) * np.uint8(255)
        filled = grow(np.ascontiguousarray(self.pixels[..., :3]), known)
        self.pixels[..., :3] = np.where(hidden[..., None], filled, self.pixels[..., :3])

    def sampled(self, nodes: Floats) -> Picture:
        """RGBA of the layer at every pixel of a block, from its nodes' sources."""
        index = enlarge(self.texture.index(nodes) - self.corner)
        return cast("Picture", sampled(self.pixels, index, cv2.BORDER_CONSTANT))

    def seen(self, nodes: Floats) -> Floats:
        """0 to 1 at rest positions of lattice nodes."""
        index = self.texture.index(nodes) - self.corner
        alpha = cv2.extractChannel(self.pixels, 3)
        return sampled(alpha, index, cv2.BORDER_CONSTANT).astype(np.float32) / 255


def _brought(
    texture: Texture,
    mask: Picture,
    places: Floats,
    corner: Floats,
    shape: tuple[int, int],
) -> Floats:
    """(rows, columns), 0 to 1: a mask at the texture's pixels from `corner` on."""
    start = texture.index(places[:, 2]) - corner
    found = cv2.warpAffine(
        mask.astype(np.float32) / 255,
        np.column_stack([places[:, :2] * texture.scale[:, None], start]),
        shape[::-1],
        flags=cv2.INTER_LINEAR,
    )
    return np.asarray(found, np.float32)


def _rectangle(
    texture: Texture, low: Floats, high: Floats
) -> tuple[Floats, tuple[int, int]]:
    """Of canvas pixels in the texture: its corner, rows and columns."""
    corner = np.floor(texture.index(low))
    width, height = (int(v) for v in np.ceil(texture.index(high) - corner) + 1)
    return corner, (height, width)


def _ramp(count: int) -> Floats:
    edge = np.minimum(np.arange(count), np.arange(count)[::-1]) / max(1.0, 0.05 * count)
    return np.clip(edge, 0, 1).astype(np.float32)
