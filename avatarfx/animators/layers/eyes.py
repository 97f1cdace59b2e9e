"""One drawn eye: iris behind the white's rim, lid in stages, all in a small patch."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatarfx.animators.layers import cels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from avatarfx.animators.layers.cels import Pixels

STAGES = 16
"""Lid positions between open and closed. A blink passes through in three frames; a
half-closed mood eases in over a dozen."""

_GAZE_STEPS = 8
"""Iris positions a pixel: finer than the eye sees, coarse enough to be found again."""


class Eye:
    """Draws an eye for a gaze and a lid; remembers the patches it made.

    The lid is the drawn upper lid, each column of it lowered by its share of the way to
    the closed line, over the skin of the drawn closed lid: the lash line keeps its
    corners, as a lid does, and meets the closed drawing at the end.
    """

    def __init__(self, parts: Mapping[str, Pixels], closed: Pixels | None) -> None:
        """`parts` by name (under, white, iris, shade, over, lid-lower, lid-upper) and
        `closed`, all in one patch of one shape."""
        clear = np.zeros_like(next(iter(parts.values())))
        self._white = parts.get("white", clear)
        self._iris = parts.get("iris", clear)
        self._shade = parts.get("shade", clear)
        self._base = parts.get("under", clear).copy()
        cels.lay(self._base, self._white)
        lower = parts.get("lid-lower", clear)
        upper = parts.get("lid-upper", clear)
        self._closed = closed
        self._lids = [
            _lowered(upper, lower, self._white, closed, n / STAGES)
            for n in range(STAGES)
        ]
        over = parts.get("over")
        if over is not None:
            for lid in self._lids:
                cels.lay(lid, over)
        self._patch = lru_cache(maxsize=256)(self._make)

    def draw(self, lid: float, dx: float, dy: float) -> Pixels:
        """The patch, not to be changed. `dx`, `dy`: the iris, in pixels from its rest."""
        stage = round(min(max(lid, 0.0), 1.0) * STAGES)
        if stage == STAGES and self._closed is not None:
            return self._closed
        return self._patch(
            min(stage, STAGES - 1), round(dx * _GAZE_STEPS), round(dy * _GAZE_STEPS)
        )

    def _make(self, stage: int, x: int, y: int) -> Pixels:
        patch = self._base.copy()
        iris = cels.shift(self._iris, x / _GAZE_STEPS, y / _GAZE_STEPS)
        cels.lay(patch, cels.clip(iris, self._white))
        cels.lay(patch, self._shade)
        cels.lay(patch, self._lids[stage])
        return patch


def _lowered(
    upper: Pixels, lower: Pixels, white: Pixels, closed: Pixels | None, lid: float
) -> Pixels:
    """Lower and upper lid, the upper one `lid` of the way down."""
    patch = lower.copy()
    if lid == 0 or closed is None or not white[..., 3].any():
        cels.lay(patch, upper)
        return patch
    height, width = white.shape[:2]
    rows = np.arange(height, dtype=np.float32)[:, None]
    line, floor = _lash_line(upper, white), _floor(white)
    way = np.maximum(floor - line, 0).astype(np.float32) * lid
    # The skin that comes down with the lid: the closed drawing down to the lash line.
    skin = cels.clip(closed, white)
    edge = np.clip(line + way - rows, 0, 1)
    skin = (skin * edge[..., None]).astype(np.uint8)
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
    moved = cv2.remap(upper, columns, rows - way[None, :], cv2.INTER_LINEAR)
    cels.lay(patch, skin)
    cels.lay(patch, np.asarray(moved, np.uint8))
    return patch


def _lash_line(upper: Pixels, white: Pixels) -> NDArray[np.float32]:
    """By column, the lowest row of the upper lid within the eye."""
    solid = (upper[..., 3] > 127) & (cv2.dilate(white[..., 3], np.ones((5, 5))) > 127)
    return _by_column(solid, last=True)


def _floor(white: Pixels) -> NDArray[np.float32]:
    """By column, the lowest row of the white."""
    return _by_column(white[..., 3] > 127, last=True)


def _by_column(solid: NDArray[np.bool_], *, last: bool) -> NDArray[np.float32]:
    """First or last set row of each column, smoothed; columns without one take the
    nearest that has."""
    height, width = solid.shape
    found = np.flatnonzero(solid.any(axis=0))
    if not found.size:
        return np.zeros(width, np.float32)
    picked = solid[:, found]
    rows = (
        height - 1 - picked[::-1].argmax(axis=0) if last else picked.argmax(axis=0)
    ).astype(np.float32)
    line = np.interp(np.arange(width), found, rows).astype(np.float32)
    smooth = cv2.GaussianBlur(line[None, :], (0, 0), max(width / 40, 0.5))
    return np.asarray(smooth[0], np.float32)
