"""Refined faces back into their frames: within the mask, without a seam."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from avatarfx.animators.neural.control import FacePlace

    Pixels = npt.NDArray[np.uint8]

MOST_SHIFT = 24.0
"""Grey levels by which a patch's colour is shifted to meet its surroundings. More is not
a matter of colour, and the quality gate shall see it."""


def crop(frame: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    """(box height, box width, 3); where the box sticks out, the frame's edge goes on."""
    left, top, right, bottom = box
    height, width = frame.shape[:2]
    columns = np.clip(np.arange(left, right), 0, width - 1)
    rows = np.clip(np.arange(top, bottom), 0, height - 1)
    if columns[-1] - columns[0] == right - left - 1 and (
        rows[-1] - rows[0] == bottom - top - 1
    ):
        return frame[top:bottom, left:right].copy()
    return frame[rows[:, None], columns[None]]


def paste(
    frame: Pixels,
    place: FacePlace,
    patch: Pixels,
    mask: npt.NDArray[np.float32] | None = None,
) -> Pixels:
    """A new frame with `patch` (any size, RGB) over the square of `place`.

    `mask` (the shape of the square, 0 to 1): where; the face's own unless another is
    given. Where it is 0 the frame stays as it is, to the bit.
    """
    mask = place.mask if mask is None else mask
    left, top, right, bottom = place.box
    under = crop(frame, place.box).astype(np.float32)
    over = resized(patch, right - left).astype(np.float32)
    over += _shift(under, over, mask)
    mixed = np.clip(np.rint(under + (over - under) * mask[..., None]), 0, 255)
    height, width = frame.shape[:2]
    out = frame.copy()
    rows = slice(max(0, top), min(height, bottom))
    columns = slice(max(0, left), min(width, right))
    if rows.stop > rows.start and columns.stop > columns.start:
        out[rows, columns] = mixed[
            rows.start - top : rows.stop - top,
            columns.start - left : columns.stop - left,
        ].astype(np.uint8)
    return out


def resized(patch: Pixels, side: int) -> Pixels:
    """(side, side, 3), averaged when it shrinks and smooth when it grows."""
    if patch.shape[:2] == (side, side):
        return patch
    shrinks = patch.shape[0] > side
    sampler = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(patch, (side, side), interpolation=sampler), np.uint8)


def _shift(
    under: npt.NDArray[np.float32],
    over: npt.NDArray[np.float32],
    mask: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """(3,) grey levels that the patch differs by on average where its edge is."""
    rim = mask * (1 - mask)
    total = float(rim.sum())
    if total < 1e-3:
        return np.zeros(3, np.float32)
    off = ((under - over) * rim[..., None]).sum((0, 1)) / total
    return np.asarray(np.clip(off, -MOST_SHIFT, MOST_SHIFT), np.float32)
