"""The square that mouth models are shown: the nose in its middle, the chin at its end.

It is cut out of the square around a face that every neural animator gets, at the same
place in every frame, so that a falling jaw does not pump the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatarfx.animators.neural import composite
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.neural.faces import FaceShape

    Pixels = NDArray[np.uint8]

RIDGE = 0.45
"""On the way from the eyes to the mouth: the ridge of the nose, landmark 29 of the 68 of
iBUG 300-W, where MuseTalk's mask begins."""

BELOW = 1.08
"""Of the way from there to the chin: version 1.5 sees a little more than the chin."""


@dataclass(frozen=True, slots=True)
class Square:
    """In parts of the side of the square around the face."""

    left: float
    top: float
    side: float

    def pixels(self, side: int) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in a picture of the whole square; may stick out."""
        size = max(2, round(self.side * side))
        left, top = round(self.left * side), round(self.top * side)
        return left, top, left + size, top + size


def square_of(shape: FaceShape) -> Square:
    """Of a face at rest."""
    ridge = shape.eyes + RIDGE * (shape.mouth - shape.eyes)
    middle = float(ridge[1] - shape.centre[1]) / shape.side + 0.5
    chin = float(shape.outline[:, 1].max() - shape.centre[1]) / shape.side + 0.5
    half = max(0.05, (chin - middle) * BELOW)
    return Square(0.5 - half, middle - half, 2 * half)


def cut(face: Pixels, square: Square, size: int) -> Pixels:
    """(size, size, 3) of the picture of a whole face; what sticks out repeats its edge."""
    return composite.resized(composite.crop(face, square.pixels(face.shape[0])), size)


def put(
    face: Pixels, square: Square, patch: NDArray[np.float32], *, share: float = 1.0
) -> NDArray[np.float32]:
    """The picture of the whole face with `patch` over the square, as much as `share`."""
    left, top, right, bottom = square.pixels(face.shape[0])
    sized = resized(patch, right - left)
    out = face.astype(np.float32)
    rows = slice(max(0, top), min(face.shape[0], bottom))
    columns = slice(max(0, left), min(face.shape[1], right))
    new = sized[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    out[rows, columns] += (new - out[rows, columns]) * np.float32(share)
    return out


def resized(patch: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """As `composite.resized`, of numbers that may turn out to be none."""
    if patch.shape[0] == side:
        return patch
    sampler = cv2.INTER_AREA if patch.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(
        cv2.resize(patch, (side, side), interpolation=sampler), np.float32
    )


def check(shown: Pixels, drawn: NDArray[np.float32]) -> None:
    """EngineError when a drawn lower half is black, or holds what are no numbers, while
    the one it was drawn from is lit: around a mouth nobody would notice later."""
    half = shown.shape[1] // 2
    for was, now in zip(shown[:, half:], drawn[:, half:], strict=True):
        if not np.isfinite(now).all():
            raise EngineError("The model drew values that are no numbers (NaN).")
        if now.mean() < DARK and was.mean() > LIT:
            raise EngineError("The model drew a black mouth.")


DARK, LIT = 4.0, 12.0
"""Grey levels, as for whole faces."""
