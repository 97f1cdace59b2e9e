"""Moustaches: hair above the mouth that hangs over it, and keeps its shape while the lips
beneath it part and stretch.

It is looked for once, in a grid around the mouth, upright with it. The browser's twin is
``socialapp/static/stage/whiskers.js``; change both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators.warp.motion import sampled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.warp.grids import Grids
    from avatarfx.animators.warp.motion import Motion

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

GRID = 96
"""Places looked at for the eye distance."""

LEFT, TOP, COLUMNS, ROWS = -0.6, -0.42, 116, 72
"""Where the grid begins, in eye distances from the middle of the mouth, and its size."""

DIM = 0.35
"""What lightness counts: below a nose lies a shadow, and grey hair is as light as skin."""

CHEEKS = (50, 280, 205, 425, 101, 330)
"""Where a face shows its skin, by MediaPipe's numbers."""

NOSE, UNDER = 2, (37, 267, 39, 269)
"""The middle of the nose's lower edge; the edge of the upper lip beside its middle."""

LOWER_LIP = (14, 17)
"""Its inner and outer edge."""

SEAT = (0.1, 0.75)
"""Of the way from the upper lip to the nose: there a moustache is looked for."""

UNLIKE = 11.0
"""Lab distance from the cheeks, lightness counting less: what is farther is not skin."""

GROWN = 0.6
"""Of that seat which must be so, or there is a shadow."""

APART = 10.0
"""Lab distance from the lower lip, lightness counting less, of what is hair: a beak is one."""

CLOSE = 19.0
"""Lab distance from its own colour, lightness counting less, at which hair is still hair."""

OVER = 0.11
"""Eye distances below the line between the lips: so far it may hang."""

STIFF = 0.9
"""How much of a moustache's stretching is taken back."""

SOFT = 0.045
"""Eye distances over which skin around it gives way."""


@dataclass(frozen=True, slots=True)
class Moustache:
    mask: Picture
    """(ROWS, COLUMNS): 255 where its hair is."""

    places: Floats
    """(2, 3): canvas pixels from columns and rows of the mask."""

    hair: Floats
    """(3,) Lab of its colour."""

    def at(self, points: Floats) -> Floats:
        """0 to 1 at canvas pixels (..., 2), softly, as wide as skin around it gives way."""
        back = np.linalg.inv(self.places[:, :2])
        index = ((points - self.places[:, 2]) @ back.T).astype(np.float32)
        soft = cv2.GaussianBlur(self.mask, (0, 0), SOFT * GRID / 2).astype(np.float32)
        return np.asarray(sampled(soft / 255, index, cv2.BORDER_CONSTANT))


def find(rgb: Picture, landmarks: Floats, rig: Grids, unit: float) -> Moustache | None:
    """`rgb` is the canvas at rest, `landmarks` (478, 2) and the eye distance `unit` in
    its pixels. None where none grows."""
    across = np.asarray(rig.axis, np.float64)
    down = np.array([-across[1], across[0]])
    turn = np.stack([across, down], 1)
    middle = (landmarks[78] + landmarks[308]) / 2
    cell = unit / GRID
    if cell < 0.2:
        return None
    start = middle + turn @ [LEFT * unit, TOP * unit]
    places = np.column_stack([turn * cell, start])
    index = np.stack(np.meshgrid(np.arange(COLUMNS), np.arange(ROWS)), -1)
    lab = _lab(rgb, index @ places[:, :2].T + start)

    def local(*numbers: int) -> Floats:
        """(n, 2) columns and rows of the grid."""
        away = landmarks[list(numbers)] - start
        return np.asarray(away @ turn / cell)

    skin = np.median(_lab(rgb, landmarks[list(CHEEKS)][None])[0], 0)
    lip = _lab(rgb, landmarks[list(LOWER_LIP)].mean(0)[None, None])[0, 0]
    away = np.linalg.norm(lab - skin, axis=2)
    edge, nose = local(*UNDER), local(NOSE)[0, 1]
    seat = np.zeros((ROWS, COLUMNS), np.uint8)
    for left, right in ((2, 0), (1, 3)):
        low, high = (
            edge[[left, right]] + [0, s] * (nose - edge[[left, right], 1:])
            for s in SEAT
        )
        quad = np.round(np.concatenate([low, high[::-1]])).astype(np.int32)
        cv2.fillConvexPoly(seat, quad, 255)
    hair = (seat > 0) & (away > UNLIKE)
    if not seat.any() or hair.sum() < GROWN * (seat > 0).sum():
        return None
    own = np.median(lab[hair], 0)
    if np.linalg.norm(own - lip) < APART:
        return None
    near = np.linalg.norm(lab - own, axis=2)
    alike = (near < CLOSE) & (near < 0.8 * away)
    alike &= near < np.linalg.norm(lab - lip, axis=2)
    room = _room(local, nose)
    alike &= room > 0
    closed = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_CLOSE, _disc(0.03))
    # What gleams between the lips, teeth or spit, is thinner than hair that hangs.
    thick = cv2.morphologyEx(closed, cv2.MORPH_OPEN, _disc(0.075))
    _, labels = cv2.connectedComponents(thick, connectivity=4)
    kept = np.unique(labels[hair & (labels > 0)])
    mask = np.isin(labels, kept) & (labels > 0)
    mask &= ~_bare(mask, local(61, 39, 0, 269, 291), local(78, 80, 13, 310, 308))
    full = cv2.dilate(mask.astype(np.uint8) * np.uint8(255), _disc(0.02))
    soft = cv2.GaussianBlur(full, (0, 0), 0.7) * room
    hair_lab = np.asarray(own / [DIM, 1, 1], np.float32)
    return Moustache(np.round(soft).astype(np.uint8), places, hair_lab)


def stiffened(motion: Motion, found: Moustache) -> None:
    """Take back most of what stretches the moustache in the upper layer's fields: it goes
    where it went, and turns, but keeps its shape."""
    share = found.at(motion.nodes)
    if not (share > 0.5).any():
        return
    rows, columns = np.nonzero(share > 0.01)
    area = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    weight = share[area].astype(np.float64)
    total = weight.sum()
    at = motion.nodes[area].astype(np.float64)
    at = at - (at * weight[..., None]).sum((0, 1)) / total
    lever = float((weight * (at**2).sum(-1)).sum())
    by = (STIFF * weight)[..., None]
    for _, field in motion.stacks["upper"]:
        part = field[area]
        shift = (part * weight[..., None]).sum((0, 1)) / total
        spin = at[..., 0] * part[..., 1] - at[..., 1] * part[..., 0]
        angle = float((weight * spin).sum()) / lever
        rigid = shift + angle * np.stack([-at[..., 1], at[..., 0]], -1)
        field[area] = part + by * (rigid - part)


def _bare(mask: NDArray[np.bool_], outer: Floats, inner: Floats) -> NDArray[np.bool_]:
    """(ROWS, COLUMNS): what lies lower than an upper lip that can be seen; `outer` and
    `inner` edge of it, in columns and rows. Nothing hangs there."""
    x, y = np.arange(COLUMNS), np.arange(ROWS)[:, None]
    top, line = (np.interp(x, edge[:, 0], edge[:, 1]) for edge in (outer, inner))
    lip = (y >= top) & (y <= np.maximum(line, top + 2))
    hidden = (mask & lip).sum(0) >= 0.5 * lip.sum(0)
    return np.asarray((y > (top + line) / 2) & ~hidden)


def _room(local: Any, nose: float) -> Floats:
    """(ROWS, COLUMNS) 0 to 1: where a moustache may be: from the nose to a little below
    the line of the lips, and less far down and out where a beard may begin."""
    left, right = local(61)[0], local(291)[0]
    line = local(78, 80, 13, 310, 308)
    x, y = np.arange(COLUMNS), np.arange(ROWS)[:, None]
    half = max(float(right[0] - left[0]) / 2, 1.0)
    aside = np.abs(x - (left[0] + right[0]) / 2) / half
    over = OVER * np.clip((1.6 - aside) / 0.8, 0.3, 1)
    lowest = np.interp(x, line[:, 0], line[:, 1]) + over * GRID
    above = np.clip((lowest - y) / (0.04 * GRID), 0, 1)
    return np.asarray(
        above * np.clip((1.6 - aside) / 0.25, 0, 1) * (y > nose - 0.03 * GRID)
    )


def _lab(rgb: Picture, points: Floats) -> Floats:
    """Lab, its lightness times `DIM`, at canvas pixels (h, w, 2)."""
    seen = cv2.remap(
        np.ascontiguousarray(rgb[..., :3]),
        points.astype(np.float32),
        None,  # type: ignore[call-overload]
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    lab = cv2.cvtColor(seen.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(lab * np.array([DIM, 1, 1], np.float32))


def _disc(across: float) -> Picture:
    size = max(1, round(across * GRID)) | 1
    return cast("Picture", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
