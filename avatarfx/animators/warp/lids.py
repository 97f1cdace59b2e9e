"""Lids that close: skin laid over the eye, with the lashes along its edge.

Stretching the few pixels of a lid over the whole eye smears its lashes, so the lid's
skin is painted, in the colours found between eye and brow (`eyes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.warp.eyes import Eye

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

_BITS = 4

LINE = {"photo": 0.045, "paint": 0.045, "flat": 0.075}
"""Of the eye's width: the lashes of a closed lid, at their thickest."""

FADE = 0.16
"""Of the eye's width: over which what lies above a lid fades into its skin."""

THIN = 0.2
"""Of that: how thick they are where they end."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """What is painted of one lid in one frame, over a rectangle of the canvas."""

    left: int
    top: int
    paint: Floats
    """(h, w, 3): skin."""

    share: Floats
    """(h, w, 1): how much of it is seen."""

    dim: Floats
    """(h, w, 1): how much of the lashes' colour lies over that."""

    lash: Floats
    """(3,)"""

    def onto(self, canvas: Picture) -> None:
        height, width = self.share.shape[:2]
        area = canvas[self.top : self.top + height, self.left : self.left + width, :3]
        mixed = area * (1 - self.share) + self.paint * self.share
        mixed = mixed * (1 - self.dim) + self.lash * self.dim
        area[:] = np.clip(mixed, 0, 255)


class LidPaint:
    """Colours and sizes of one lid. Never changes."""

    def __init__(self, eye: Eye, *, style: str) -> None:
        upper = eye.line
        self._width = float(np.linalg.norm(upper[-1] - upper[0]))
        across = (upper[-1] - upper[0]) / max(self._width, 1e-6)
        self._down = np.array([-across[1], across[0]], np.float32)
        self._seam, self._skin, self._lash = eye.seam, eye.skin, eye.lash
        self._rise = eye.rise[:, None] * self._down
        self._flat = style == "flat"
        line = max(1.0, LINE[style] * self._width)
        bow = np.sqrt(np.sin(np.linspace(0, np.pi, len(upper))).clip(0))
        self._line = line
        self._half = ((THIN + (1 - THIN) * bow) * line / 2)[:, None] * self._down

    def paint(self, canvas: Picture, top: Floats, edge: Floats, closed: float) -> None:
        """Between the lid's resting line `top` and its moving `edge`, both (n, 2)."""
        strokes = self.strokes(canvas.shape[:2], top, edge, closed)
        if strokes is not None:
            strokes.onto(canvas)

    def strokes(
        self, within: tuple[int, ...], top: Floats, edge: Floats, closed: float
    ) -> Strokes | None:
        """What `paint` paints on a canvas of the shape `within`; None: it is outside."""
        outline = np.concatenate([top - self._rise, edge[::-1]])
        room = int(self._line) + 4
        low = np.maximum(np.floor(outline.min(0)).astype(int) - room, 0)
        high = np.minimum(np.ceil(outline.max(0)).astype(int) + room, within[1::-1])
        if (high <= low).any():
            return None
        shape = (int(high[1] - low[1]), int(high[0] - low[0]))
        cover = _filled(shape, outline - low, 0.02 * self._width)
        x = np.arange(shape[1], dtype=np.float32) + float(low[0])
        y = np.arange(shape[0], dtype=np.float32)[:, None] + float(low[1])
        spots = np.linspace(top[0, 0], top[-1, 0], len(self._skin))
        order = np.argsort(spots)
        ordered = order, spots[order]
        seam, skin = (_along(c, x, *ordered) for c in (self._seam, self._skin))
        # What lies above goes on into the lid, and fades into its skin.
        begins = np.interp(x, spots[order], (top - self._rise)[order, 1])
        deep = np.clip((y - begins) / max(FADE * self._width, 1.0), 0, 1)[..., None]
        paint = seam + (skin - seam) * (deep * deep * (3 - 2 * deep))
        if not self._flat:
            # The ball of the eye: lit in the middle, darker towards its edge.
            at = (
                np.interp(x, edge[:, 0], edge[:, 1])
                if edge[0, 0] < edge[-1, 0]
                else (np.full_like(x, edge[:, 1].mean()))
            )
            away = np.clip((at[None] - y) / max(0.22 * self._width, 1.0), 0, 1)
            paint = (
                paint * (0.90 + 0.10 * np.sin(np.pi * np.clip(away, 0, 0.8)))[..., None]
            )
        share = (cover * min(1.0, 4 * closed))[..., None]
        lashes = np.concatenate([edge - self._half, (edge + self._half)[::-1]]) - low
        blur = (0.12 if self._flat else 0.3) * self._line
        soft = _filled(shape, lashes, blur)
        dim = (soft * (min(1.0, 2.5 * closed) * 0.8))[..., None]
        return Strokes(int(low[0]), int(low[1]), paint, share, dim, self._lash)


def _along(colours: Floats, x: Floats, order: Any, spots: Floats) -> Floats:
    """(w, 3): colours of the lid's points at columns of the canvas."""
    return np.stack([np.interp(x, spots, colours[order, c]) for c in range(3)], -1)


def _filled(shape: tuple[int, int], points: Floats, sigma: float) -> Floats:
    mask = np.zeros(shape, np.uint8)
    fixed = np.round(points * (1 << _BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _BITS)
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.5, sigma))
    return cast("Floats", soft.astype(np.float32) / 255)
