"""No picture may fold: fields that would turn it inside out are scaled down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.animators.warp import grids
from avatarfx.animators.warp.grids import Grids, weights_of
from socialapp.performance import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

ROOM = 0.12
"""Least area that a lattice cell may shrink to; poses need the rest."""

_SHRINK = 0.92
_TRIES = 30

EXTREMES = (
    Face(),
    Face(jaw_open=1.0),
    Face(jaw_open=1.0, mouth_wide=1.0),
    Face(jaw_open=0.6, mouth_round=1.0),
    Face(mouth_round=1.0),
    Face(mouth_wide=1.0, smile=0.5),
    Face(mouth_press=1.0),
    Face(mouth_press=1.0, mouth_round=1.0),
    Face(lip_bite=1.0),
    Face(smile=1.0, cheek=1.0),
    Face(smile=1.0, cheek=0.6, jaw_open=0.8),
    Face(smile=-1.0, brow_knit=1.0, brow_raise=-1.0, nose_wrinkle=1.0),
    Face(brow_raise=1.0, brow_knit=-1.0, lid_left=-0.5, lid_right=-0.5, jaw_open=0.6),
    Face(cheek=1.0, nose_wrinkle=1.0),
    Face(gaze_x=1.0, gaze_y=1.0),
    Face(gaze_x=-1.0, gaze_y=-1.0),
)


def unfolded(rig: Grids) -> Grids:
    """The same rig with whatever folds at an extreme face damped where it folds."""
    fields = dict(rig.fields)
    step = np.array(
        [rig.face.width / (rig.face.columns - 1), rig.face.height / (rig.face.rows - 1)]
    )
    nodes = rig.face.points()
    below = below_lip(rig, nodes)
    seen = {
        grids.UPPER: _cells(~below),
        grids.LOWER: _cells(below & _in_zone(rig, nodes)),
    }
    for face in EXTREMES:
        weights = weights_of(face)
        for layer in (grids.UPPER, grids.LOWER):
            for _ in range(_TRIES):
                moved = summed(fields, layer, weights) * (rig.unit / step)
                bad = (cell_areas(moved) < ROOM) & seen[layer]
                if not bad.any():
                    break
                damp = _damping(bad, nodes.shape[:2])
                # Both layers together, or their border would show.
                for key, field in list(fields.items()):
                    if weights.get(key[1]):
                        fields[key] = field * damp
    return replace(rig, fields=fields)


def cell_areas(moved: Floats) -> Floats:
    """(rows-1, columns-1) from displacements in cells: 1 at rest, negative when folded."""
    right = moved[:-1, 1:] - moved[:-1, :-1]
    down = moved[1:, :-1] - moved[:-1, :-1]
    return np.asarray(
        (1 + right[..., 0]) * (1 + down[..., 1]) - right[..., 1] * down[..., 0]
    )


def summed(
    fields: dict[tuple[str, str], Floats], layer: str, weights: dict[str, float]
) -> Floats:
    own = {name for kind, name in fields if kind == layer}
    total: Floats = np.zeros_like(next(iter(fields.values())))
    for (kind, name), field in fields.items():
        if kind == layer or (
            layer == grids.LOWER and kind == grids.UPPER and name not in own
        ):
            total = total + weights.get(name, 0.0) * field
    return total


def _damping(bad: NDArray[np.bool_], shape: tuple[int, int]) -> Floats:
    """(rows, columns, 1): less than 1 around folded cells, smoothly 1 elsewhere."""
    spots = np.zeros(shape, np.float32)
    spots[:-1, :-1][bad] = 1
    wide = cv2.dilate(spots, np.ones((7, 7), np.uint8))
    soft = cv2.GaussianBlur(wide, (0, 0), 3.5)
    return np.asarray(1 - (1 - _SHRINK) * np.clip(soft * 1.3, 0, 1))[..., None]


def below_lip(rig: Grids, nodes: Floats) -> NDArray[np.bool_]:
    across = np.asarray(rig.axis)
    down = np.array([-across[1], across[0]])
    centre = rig.lip_lower.mean(0)
    line = rig.lip_lower - centre
    x, y = line @ across, line @ down
    order = np.argsort(x)
    away = nodes - centre
    return np.asarray(
        away @ down > np.interp(away @ across, x[order], y[order]), np.bool_
    )


def _in_zone(rig: Grids, nodes: Floats) -> NDArray[np.bool_]:
    x, y, width, height = rig.zone
    return np.asarray(
        (nodes[..., 0] >= x)
        & (nodes[..., 0] <= x + width)
        & (nodes[..., 1] >= y)
        & (nodes[..., 1] <= y + height),
        np.bool_,
    )


def _cells(nodes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return nodes[:-1, :-1] & nodes[:-1, 1:] & nodes[1:, :-1] & nodes[1:, 1:]
