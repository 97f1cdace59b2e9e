"""Mouths of flat cartoons: the picture's own is covered with skin, a drawn one set in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators import mouths
from avatarfx.animators.layers.cels import premultiply
from avatarfx.animators.layers.mouth import Mouth
from avatarfx.animators.warp.texture import grow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from avatarfx.animators.warp.texture import Texture
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

_DETAIL = 1.5
"""Pixels of the drawing for one of the canvas."""

_SMALLEST, _LARGEST = 0.34, 0.62
"""Width of a drawn mouth in eye distances: a line of two pixels cannot speak, and a grin
from ear to ear would leave the face when it does."""

_CORNER = 0.05
"""How far a full smile lifts the corners, in eye distances."""

_UNLIKE = 16.0
"""Lab distance from the skin around it at which a pixel belongs to the old mouth."""


_SKIN = 22.0
"""Lab distance from the palette's skin, lightness halved, of what is still skin."""

_SOME, _HAIRY, _MASS = 0.12, 0.2, 0.06
"""Of the mouth's surroundings that must be skin; of their border that must not be, where
hair grows; and of all, what a beard or a moustache takes."""


_THIN = 0.05
"""Eye distances across: thinner is a line."""


class DrawnMouth:
    """Safe to share between threads."""

    def __init__(
        self, palette: Mapping[str, str], *, width: float, unit: float
    ) -> None:
        """`width` of the picture's own mouth and `unit` in canvas pixels."""
        self.width = float(np.clip(width, _SMALLEST * unit, _LARGEST * unit))
        across = max(24, round(mouths.SPAN * self.width * _DETAIL))
        drawn = {
            letter: premultiply(mouths.drawn_mouth(letter, palette, across))
            for letter in mouths.LETTERS
        }
        self._mouth = Mouth(drawn, corner=_CORNER * unit * _DETAIL)

    def paint(self, canvas: Picture, face: Face, skull: Floats) -> None:
        """Onto the RGB(A) canvas; `skull`: left corner, middle, right corner, (3, 2)."""
        found = self.placed(canvas.shape[:2], face, skull)
        if found is None:
            return
        left, top, placed = found
        height, width = placed.shape[:2]
        area = canvas[top : top + height, left : left + width, :3]
        clear = 255 - placed[..., 3:].astype(np.uint16)
        area[:] = placed[..., :3] + ((area * clear + 127) // 255).astype(np.uint8)

    def placed(
        self, within: tuple[int, ...], face: Face, skull: Floats
    ) -> tuple[int, int, Picture] | None:
        """Left, top and the premultiplied RGBA that lies there on a canvas of the shape
        `within`; None: the mouth is outside."""
        patch = self._mouth.draw(face)
        reach = skull[2] - skull[0]
        across = reach / max(float(np.linalg.norm(reach)), 1e-6)
        down = np.array([-across[1], across[0]])
        height, width = patch.shape[:2]
        matrix = np.column_stack([across, down]) / _DETAIL
        line = np.array([mouths.LINE[0] * width, mouths.LINE[1] * height])
        corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) - line
        box = skull[1] + corners @ matrix.T
        low = np.maximum(np.floor(box.min(0)).astype(int), 0)
        high = np.minimum(np.ceil(box.max(0)).astype(int) + 1, within[1::-1])
        if (high <= low).any():
            return None
        shift = skull[1] - low - matrix @ line
        placed = cv2.warpAffine(
            patch,
            np.column_stack([matrix, shift]),
            (int(high[0] - low[0]), int(high[1] - low[1])),
            flags=cv2.INTER_AREA,
        )
        return int(low[0]), int(low[1]), cast("Picture", placed)


def cover_mouth(texture: Texture, lips: Floats, unit: float, plain: Floats) -> None:
    """Paint skin over the mouth in the texture, before anything is drawn from it.

    `lips`: outer lip points in texture pixels; `unit`: the eye distance there; `plain`:
    (3,) RGB, the palette's skin.
    """
    low, high = lips.min(0), lips.max(0)
    room = np.array([0.10, 0.09]) * unit
    shape = texture.pixels.shape[1::-1]
    x0, y0 = np.clip(np.floor(low - room), 0, shape).astype(int)
    x1, y1 = np.clip(np.ceil(high + room), 0, shape).astype(int)
    if x1 - x0 < 4 or y1 - y0 < 4:
        return
    area = np.ascontiguousarray(texture.pixels[y0:y1, x0:x1, :3])
    lab = cv2.cvtColor(area.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    edge = max(2, round(0.02 * unit))
    inner = np.zeros(area.shape[:2], np.uint8)
    inner[edge:-edge, edge:-edge] = 255
    hair = _hair(lab, plain, inner, unit)
    around = np.where(hair, 0, 255 - inner).astype(np.uint8)
    skin = grow(np.asarray(area, np.uint8), around)
    skin_lab = cv2.cvtColor(skin.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    unlike = (np.linalg.norm(lab - skin_lab, axis=2) > _UNLIKE) & ~hair
    hull: Picture = np.zeros(area.shape[:2], np.uint8)
    points = (lips - [x0, y0]).astype(np.int32)
    cv2.fillConvexPoly(hull, cv2.convexHull(points), 255)
    between = hull > 0
    core = max(3, round(0.03 * unit))
    hull = cast("Picture", cv2.dilate(hull, np.ones((core, core), np.uint8)))
    # Whatever stands out and is connected to the lips is mouth; a moustache, a beak's
    # edge or a whisker that only comes near is not.
    _, labels = cv2.connectedComponents(unlike.astype(np.uint8) * 255)
    touching = np.unique(labels[(hull > 0) & unlike])
    old = np.isin(labels, touching) & unlike
    mask = np.where(old | (hull > 0), 255, 0).astype(np.uint8) & inner
    swell = max(3, round(0.035 * unit)) | 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (swell, swell))
    mask = np.asarray(cv2.dilate(mask, brush), np.uint8)
    # A moustache over the mouth is left as it is, and no skin takes its colour.
    mask[hair & ~between] = 0
    filled = grow(area, np.where(hair, 0, 255 - mask).astype(np.uint8))
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.8, 0.01 * unit))[..., None] / 255
    mixed = area * (1 - soft) + filled * soft
    texture.pixels[y0:y1, x0:x1, :3] = np.round(mixed)


def _hair(
    lab: NDArray[Any], plain: Floats, inner: Picture, unit: float
) -> NDArray[np.bool_]:
    """(h, w): what comes into the surroundings of a mouth from beyond them and is not like
    the skin `plain`: a moustache, a beard. Nothing, where there is hardly any skin, or
    hardly anything else along the border."""
    byte = np.asarray(plain, np.float32).reshape(1, 1, 3) / 255
    away = (lab - cv2.cvtColor(byte, cv2.COLOR_RGB2LAB)) * [0.5, 1, 1]
    like = np.linalg.norm(away, axis=2) < _SKIN
    border = inner == 0
    other = ~like
    if like.mean() < _SOME or other[border].mean() < _HAIRY:
        return np.zeros_like(other)
    # The line of the mouth may hang together with hair, but is thinner.
    thin = max(3, round(_THIN * unit)) | 1
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thin, thin))
    thick = cv2.morphologyEx(other.astype(np.uint8), cv2.MORPH_OPEN, round_)
    _, labels, sizes, _ = cv2.connectedComponentsWithStats(thick)
    large = sizes[:, cv2.CC_STAT_AREA] > _MASS * other.size
    from_beyond = np.unique(labels[border & (thick > 0)])
    kept = [number for number in from_beyond if number and large[number]]
    # Its own edge is soft, and of neither colour.
    found = np.isin(labels, kept).astype(np.uint8)
    return np.asarray(cv2.dilate(found, np.ones((3, 3), np.uint8)) > 0)
