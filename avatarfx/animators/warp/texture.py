"""What is sampled: the portrait cut to the view, its matte, and the plate behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators import pictures
from avatarfx.animators.puppets import View
from avatarfx.animators.warp.bands import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

_MARGIN = 0.06
"""Of the view on each side: what a sway brings into the frame."""

_FINEST = 1.5
"""Texture pixels a canvas pixel: more would only alias under linear sampling."""


class Texture:
    """RGBA pixels of the portrait around a view, and how canvas pixels map to them."""

    def __init__(
        self,
        picture: Picture,
        matte: Picture | None,
        *,
        view: View,
        width: int,
        height: int,
        cut_out: bool,
    ) -> None:
        holes = pictures.has_holes(picture)
        self.opaque = not cut_out and not holes
        sharpness = picture.shape[1] * view.width / width
        self.fine = min(max(sharpness, 1.0), _FINEST)
        """Texture pixels for one canvas pixel."""

        self.border = np.array([round(width * _MARGIN), round(height * _MARGIN)])
        """Canvas pixels that the texture reaches beyond the canvas."""

        self.size = (width, height)
        wide, high = width + 2 * self.border[0], height + 2 * self.border[1]
        unit = view.width / width
        around = View(
            view.x - self.border[0] * unit,
            view.y - self.border[1] * unit,
            wide * unit,
            high * unit,
        )
        across, down = round(wide * self.fine), round(high * self.fine)
        self.pixels = pictures.show(picture, around, across, down, edge=self.opaque)
        self.scale = np.array([across / wide, down / high], np.float32)
        self.plate: Picture | None = None
        """(height, width, 3): what shows where the person moved away."""

        if matte is None:
            if self.opaque:
                self.pixels[..., 3] = 255
            return
        shape = (picture.shape[1], picture.shape[0])
        if matte.shape[1::-1] != shape:
            matte = cast(
                "Picture", cv2.resize(matte, shape, interpolation=cv2.INTER_LINEAR)
            )
        alpha = pictures.show(matte[..., None], around, across, down, edge=self.opaque)
        if holes:
            alpha = np.minimum(alpha, self.pixels[..., 3])
        self.pixels[..., 3] = alpha
        if self.opaque:
            behind = _without_person(self.pixels)
            self.plate = self._canvas(behind)
        else:
            self.pixels[..., :3] = _own_colours(self.pixels)

    def index(self, canvas: Floats) -> Floats:
        """Texture coordinates of canvas pixels (..., 2)."""
        return np.asarray((canvas + 0.5 + self.border) * self.scale - 0.5, np.float32)

    def still(self) -> Picture:
        """The view at rest: (height, width, 3) when opaque, else RGBA."""
        rest = self._canvas(self.pixels)
        if not self.opaque:
            return rest
        if self.plate is None:
            return np.ascontiguousarray(rest[..., :3])
        out = np.empty_like(self.plate)
        mix(rest, self.plate, out)
        return out

    def alpha(self) -> Picture:
        """(height, width) of the view at rest."""
        return self._canvas(np.ascontiguousarray(self.pixels[..., 3]))

    def _canvas(self, pixels: Picture) -> Picture:
        """Cut to the canvas and sampled at its pixels."""
        fine_x, fine_y = (float(v) for v in self.scale)
        matrix = np.array(
            [
                [fine_x, 0, (0.5 + self.border[0]) * fine_x - 0.5],
                [0, fine_y, (0.5 + self.border[1]) * fine_y - 0.5],
            ]
        )
        return cast(
            "Picture",
            cv2.warpAffine(
                pixels, matrix, self.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            ),
        )


def _without_person(pixels: Picture) -> Picture:
    """The background, grown inwards over the person from its edge."""
    alpha = pixels[..., 3]
    reach = max(3, round(0.012 * max(alpha.shape))) | 1
    person = cv2.dilate(
        _where(alpha > 20),
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)),
    )
    return grow(pixels[..., :3], _where(person == 0))


def _own_colours(pixels: Picture) -> Picture:
    """Colours of a cut-out whose soft edge no longer holds the old background."""
    solid = _where(pixels[..., 3] > 235)
    if not solid.any():
        return pixels[..., :3]
    return grow(pixels[..., :3], solid)


def _where(true: NDArray[np.bool_]) -> Picture:
    return true.astype(np.uint8) * np.uint8(255)


def grow(rgb: Picture, known: Picture) -> Picture:
    """Fill unknown pixels from the known ones around them: averages down a pyramid,
    then back up, each level filling what the finer one lacks."""
    levels: list[tuple[Floats, Floats]] = []
    colour = cv2.copyTo(rgb, known).astype(np.float32)
    weight = (known > 0).astype(np.float32)
    size = (known.shape[1], known.shape[0])
    while min(weight.shape) > 4:
        levels.append((colour, weight))
        colour = cast("Floats", cv2.pyrDown(colour))
        weight = cast("Floats", cv2.pyrDown(weight))
    filled: NDArray[Any] = colour / np.maximum(weight, 1e-4)[..., None]
    for fine, share in reversed(levels[1:]):
        guess = cv2.pyrUp(filled, dstsize=(share.shape[1], share.shape[0]))
        # What is known of a level is already multiplied by its share.
        rest = np.maximum(1 - share, 0)
        filled = cv2.add(cv2.multiply(guess, cv2.merge([rest, rest, rest])), fine)
    if levels:
        filled = cv2.pyrUp(filled, dstsize=size)
    out = np.clip(filled, 0, 255, out=filled).astype(np.uint8)
    return cast("Picture", cv2.copyTo(rgb, known, out))
