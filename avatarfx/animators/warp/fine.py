"""Faces that are small on their canvas, drawn larger in a canvas of their own.

A lattice of six pixels is coarse for an eye of ten, and no tooth is thinner than a pixel.
So what lies around such a face is drawn at twice to four times its size once more, brought
down, and laid over the rest with a soft edge: both move alike.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.animators.puppets import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from avatarfx.animators.warp.grids import Lattice
    from avatarfx.animators.warp.puppet import WarpPuppet
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

SMALL = 48.0
"""Canvas pixels of the eye distance: a face below it is drawn in its own canvas."""

ENOUGH, MOST = 80.0, 4
"""The eye distance in that canvas, in its pixels, and how many times larger it may be."""

_SOFT = 0.35
"""Eye distances over which the face's canvas gives way to the rest."""


class FinePuppet:
    """Safe to draw from several threads, as what it is made of."""

    def __init__(
        self,
        whole: WarpPuppet,
        near: WarpPuppet,
        area: tuple[slice, slice],
        soft: float,
    ) -> None:
        """`near` draws the `area` of `whole`, larger; `soft`: pixels of its edge."""
        self.opaque = whole.opaque
        self.whole = whole
        self.near = near
        self.area = area
        rows, columns = area
        height, width = whole.still.shape[:2]
        self._share = np.minimum.outer(
            _ramp(rows, height, soft), _ramp(columns, width, soft)
        )[..., None]

    def draw(self, face: Face) -> Picture:
        out = self.whole.draw(face)
        under = out[self.area]
        high, wide = under.shape[:2]
        over = cv2.resize(
            self.near.draw(face), (wide, high), interpolation=cv2.INTER_AREA
        )
        mixed = under + (over.astype(np.float32) - under) * self._share
        under[:] = np.round(mixed)
        return out

    def folds(self, face: Face) -> int:
        return self.near.folds(face)

    def gap(self, face: Face) -> float:
        return self.whole.gap(face)


def finer(
    whole: WarpPuppet,
    around: Lattice,
    view: View,
    size: tuple[int, int],
    build: Callable[[View, int, int], WarpPuppet],
) -> WarpPuppet | FinePuppet:
    """`whole`, or where its face is small both it and the face in a canvas of its own, made
    by `build` of a view, a width and a height. `around`: the face's lattice; `size`: of the
    canvas."""
    unit = whole.cavity.unit
    if unit >= SMALL:
        return whole
    width, height = size
    pixel = view.width / width
    low = [(around.x - view.x) / pixel, (around.y - view.y) / pixel]
    high = [low[0] + around.width / pixel, low[1] + around.height / pixel]
    left, top = (max(0, math.floor(v)) for v in low)
    right, bottom = min(width, math.ceil(high[0])), min(height, math.ceil(high[1]))
    if right - left < unit or bottom - top < unit:
        return whole
    times = min(MOST, max(2, math.ceil(ENOUGH / unit)))
    wide, tall = right - left, bottom - top
    part = View(view.x + left * pixel, view.y + top * pixel, wide * pixel, tall * pixel)
    near = build(part, wide * times, tall * times)
    area = slice(top, bottom), slice(left, right)
    return FinePuppet(whole, near, area, _SOFT * unit)


def _ramp(span: slice, end: int, soft: float) -> Floats:
    """0 to 1 over the ends of a span that are not those of the canvas."""
    at = np.arange(span.start, span.stop, dtype=np.float32) + 0.5
    begins = (at - span.start) / soft if span.start > 0 else np.ones_like(at)
    stops = (span.stop - at) / soft if span.stop < end else np.ones_like(at)
    share = np.clip(np.minimum(begins, stops), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)
