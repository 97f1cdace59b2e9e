"""Landmark displacements made into the rig's grids, scaled so that nothing folds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.animators.warp import grids
from avatarfx.animators.warp.grids import Grids, Lattice
from avatarfx.riggers import topology as t
from avatarfx.riggers.shapes import Shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.riggers.frame import FaceFrame

    Floats = NDArray[np.floating[Any]]

_FACE_NODES = 72
_HEAD_NODES = 48
_SOFT = 0.03
"""Rounds the tip of the interpolation kernel, in eye distances."""

_STEADY = (
    *t.NOSE,
    *t.LID_LOWER_LEFT,
    *t.LID_LOWER_RIGHT,
    *t.LID_UPPER_LEFT,
    *t.LID_UPPER_RIGHT,
    *t.BROW_LEFT,
    *t.BROW_RIGHT,
    *t.FOREHEAD,
)
_COMMON = (
    *t.OVAL,
    *t.CHIN_AREA,
    *t.CHEEK_LEFT,
    *t.CHEEK_RIGHT,
    *t.UNDER_NOSE,
    *_STEADY,
)
_UPPER_LIPS = (*t.LIPS_UPPER_INNER, *t.LIPS_UPPER_OUTER)
_LOWER_LIPS = (*t.LIPS_LOWER_INNER, *t.LIPS_LOWER_OUTER)


def make_grids(frame: FaceFrame) -> Grids:
    """All grids of a face whose landmarks are in units of the portrait's width."""
    shapes = Shapes(frame)
    face, head = _face_lattice(frame), _head_lattice(frame)
    nodes = face.points()
    local = frame.local(nodes.reshape(-1, 2)).astype(np.float32)
    window = _window(face)
    fields: dict[tuple[str, str], Floats] = {}
    ring = _ring(shapes)
    solved = {
        grids.UPPER: _solve(shapes, (*_UPPER_LIPS, *_COMMON), ring, local, grids.UPPER),
        grids.LOWER: _solve(shapes, (*_LOWER_LIPS, *_COMMON), ring, local, grids.LOWER),
    }
    seam, side = _seam(shapes, local)
    for name in grids.MOUTH_FIELDS:
        upper, lower = solved[grids.UPPER][name], solved[grids.LOWER][name]
        # Away from the lips both layers move alike, so their border cannot show.
        shared = upper * (1 - side) + lower * side
        for layer, own in ((grids.UPPER, upper), (grids.LOWER, lower)):
            fields[layer, name] = shared * (1 - seam) + own * seam
    for name, field in solved[grids.UPPER].items():
        if name not in grids.MOUTH_FIELDS:
            fields[grids.UPPER, name] = field
    for name, axis in (("gaze_x", 0), ("gaze_y", 1)):
        fields[grids.UPPER, name] = _gaze(shapes, local, axis)
    fields[grids.LID_LEFT, grids.LID_LEFT] = _lid(
        shapes, local, t.LID_UPPER_LEFT, t.LID_LOWER_LEFT, t.BROW_LEFT
    )
    fields[grids.LID_RIGHT, grids.LID_RIGHT] = _lid(
        shapes, local, t.LID_UPPER_RIGHT, t.LID_LOWER_RIGHT, t.BROW_RIGHT
    )
    shape = (face.rows, face.columns, 2)
    turned: dict[tuple[str, str], Floats] = {
        key: frame.vectors(value.reshape(shape)) * window
        for key, value in fields.items()
    }
    points = frame.landmarks[:, :2].astype(np.float32)
    depth, follow = _head_grids(frame, head)
    return Grids(
        unit=frame.unit,
        face_width=frame.width,
        axis=(float(frame.across[0]), float(frame.across[1])),
        pivot=_pivot(frame),
        face=face,
        head=head,
        fields=turned,
        depth=depth,
        follow=follow,
        lip_upper=points[list(t.LIPS_UPPER_INNER)],
        lip_lower=points[list(t.LIPS_LOWER_INNER)],
        zone=_zone(frame, shapes),
        lids={
            "left": (points[list(t.LID_UPPER_LEFT)], points[list(t.LID_LOWER_LEFT)]),
            "right": (points[list(t.LID_UPPER_RIGHT)], points[list(t.LID_LOWER_RIGHT)]),
        },
        mouth=_mouth(frame, shapes),
    )


def _solve(
    shapes: Shapes,
    indices: tuple[int, ...],
    ring: Floats,
    nodes: Floats,
    layer: str,
) -> dict[str, Floats]:
    """Every field of a layer at the nodes, (n, 2): radial kernel -|r|, ring held at 0."""
    rows = list(dict.fromkeys(indices))
    names = [
        n
        for n in grids.FIELDS
        if not n.startswith("gaze")
        and (layer == grids.UPPER or n in grids.MOUTH_FIELDS)
    ]
    targets = np.concatenate([shapes.field(n)[rows] for n in names], 1)
    values = np.concatenate([targets, np.zeros((len(ring), targets.shape[1]))])
    sites = np.concatenate([shapes.local[rows], ring])
    solved = _interpolate(sites, values, nodes)
    return {n: solved[:, 2 * k : 2 * k + 2] for k, n in enumerate(names)}


def _interpolate(sites: Floats, values: Floats, nodes: Floats) -> Floats:
    count = len(sites)
    system = np.zeros((count + 1, count + 1))
    # A little give keeps noisy neighbouring landmarks from pulling against each other.
    system[:count, :count] = _kernel(sites, sites) + 0.01 * np.eye(count)
    system[:count, count] = system[count, :count] = 1
    right = np.concatenate([values, np.zeros((1, values.shape[1]))])
    weights = np.linalg.solve(system, right)
    basis = np.concatenate([_kernel(nodes, sites), np.ones((len(nodes), 1))], 1)
    return np.asarray(basis @ weights, np.float32)


def _kernel(a: Floats, b: Floats) -> Floats:
    away = ((a[:, None] - b[None]) ** 2).sum(-1)
    return np.asarray(-np.sqrt(away + _SOFT**2))


def _face_lattice(frame: FaceFrame) -> Lattice:
    """A square around the face with room for the chin to drop and the brows to rise."""
    points = frame.landmarks[list(t.OVAL), :2]
    middle = (points.max(0) + points.min(0)) / 2 + 0.12 * frame.unit * frame.down
    side = max(2.05 * frame.height, 2.3 * frame.width, 3.4 * frame.unit)
    x, y = middle - side / 2
    return Lattice(float(x), float(y), side, side, _FACE_NODES, _FACE_NODES)


def _head_lattice(frame: FaceFrame) -> Lattice:
    points = frame.landmarks[list(t.OVAL), :2]
    middle = (points.max(0) + points.min(0)) / 2
    side = 5.0 * max(frame.height, frame.width)
    x, y = middle - side / 2
    return Lattice(float(x), float(y), side, side, _HEAD_NODES, _HEAD_NODES)


def _window(lattice: Lattice) -> Floats:
    """(rows, columns, 1): 1 inside, 0 on the border."""

    def ramp(count: int) -> Floats:
        edge = np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.1 * count)
        soft = np.clip(edge, 0, 1)
        return np.asarray(soft * soft * (3 - 2 * soft), np.float32)

    return (ramp(lattice.rows)[:, None] * ramp(lattice.columns)[None])[..., None]


def _ring(shapes: Shapes) -> Floats:
    """Points around the face that stay: near the temples, far below the chin."""
    oval = shapes.local[list(t.OVAL)]
    middle = oval.mean(0)
    jaw = shapes.jaw[list(t.OVAL)]
    reach = 1.16 + 0.62 * jaw
    near = middle + (oval - middle) * reach[:, None]
    far = middle + (oval - middle) * (reach + 0.35)[:, None]
    return np.concatenate([near, far]).astype(np.float32)


def _seam(shapes: Shapes, local: Floats) -> tuple[Floats, Floats]:
    """(n, 1) twice: where the layers differ (1 at the lips), and which side of the line
    a node lies on (0 above, 1 below), softly and more softly away from the mouth."""
    line = shapes.local[list(t.LIPS_LOWER_INNER)]
    x, y = local[:, 0], local[:, 1]
    height = y - np.interp(x, line[:, 0], line[:, 1])
    beyond = np.maximum(np.abs(x) - 0.98 * shapes.half, 0)
    above, below = 0.42, 0.75 * shapes.chin
    vertical = np.where(height < 0, -height / above, height / below)
    away = np.maximum(
        beyond / (0.45 * shapes.half), np.clip(vertical - 0.45, 0, None) / 0.55
    )
    near = np.clip(1 - away, 0, 1)
    near = near * near * (3 - 2 * near)
    width = 0.03 + 0.35 * beyond
    side = np.clip(0.5 + height / (2 * width), 0, 1)
    return near[:, None].astype(np.float32), side[:, None].astype(np.float32)


def _gaze(shapes: Shapes, local: Floats, axis: int) -> Floats:
    """Both irises slide by a few hundredths of the eye distance; the lids stay."""
    out = np.zeros_like(local)
    for upper, lower, iris in (
        (t.LID_UPPER_LEFT, t.LID_LOWER_LEFT, t.IRIS_LEFT),
        (t.LID_UPPER_RIGHT, t.LID_LOWER_RIGHT, t.IRIS_RIGHT),
    ):
        top, bottom = shapes.local[list(upper)], shapes.local[list(lower)]
        half_width = float(np.ptp(top[:, 0])) / 2
        half_height = max(0.02, float((bottom - top)[:, 1].max()) / 2)
        away = (local - shapes.local[iris]) / [0.62 * half_width, 1.0 * half_height]
        bump = np.exp(-((away**2).sum(1)))
        travel = 0.30 * half_width if axis == 0 else -0.25 * half_height
        out[:, axis] += travel * bump
    return out


def _lid(
    shapes: Shapes,
    local: Floats,
    upper: tuple[int, ...],
    lower: tuple[int, ...],
    brow: tuple[int, ...],
) -> Floats:
    """The upper lid's line comes down to the lower one; the brow and the sides stay."""
    top, bottom = shapes.local[list(upper)], shapes.local[list(lower)]
    width = float(np.ptp(top[:, 0]))
    middle = (top.mean(0) + bottom.mean(0)) / 2
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = middle + np.column_stack([np.cos(angle), np.sin(angle)]) * 0.95 * width
    brows = shapes.local[list(brow)]
    # The fold above the lashes moves a third as far as the lashes do.
    crease = top + 0.45 * (brows[:, 1].max() - top[:, 1:]) * [0, 1]
    move = 1.02 * (bottom - top)
    # What lies below the lashes is hidden; it moves with them, so that nothing there
    # is squeezed and the way back to the picture stays clear.
    sites = np.concatenate([top, bottom[1:-1], crease[2:-2], brows, ring])
    values = np.concatenate(
        [move, move[1:-1], 0.38 * move[2:-2], np.zeros_like(brows), np.zeros_like(ring)]
    )
    field = _interpolate(sites, values, local)
    away = np.linalg.norm((local - middle) / width, axis=1)
    fade = np.clip((1.0 - away) / 0.25, 0, 1)
    return np.asarray(field * fade[:, None], np.float32)


def _head_grids(frame: FaceFrame, head: Lattice) -> tuple[Floats, Floats]:
    """Depth and follow at the nodes of the head's lattice."""
    nodes = head.points().reshape(-1, 2)
    oval = frame.landmarks[list(t.OVAL)]
    middle = oval[:, :2].mean(0)
    away = nodes - middle
    across, down = away @ frame.across, away @ frame.down
    half_width, half_height = 0.5 * frame.width, 0.5 * frame.height
    radius = np.sqrt((across / half_width) ** 2 + (down / half_height) ** 2)
    picks = np.r_[0:468:4]
    level = float(frame.landmarks[[10, 152, 234, 454], 2].mean())
    heights = (level - frame.landmarks[picks, 2:]) / frame.unit
    local = frame.local(nodes.astype(np.float32))
    inside = _interpolate(
        frame.local(frame.landmarks[picks]), heights, local.astype(np.float32)
    )[:, 0]
    rim = float(np.median((level - oval[:, 2]) / frame.unit))
    mix = np.clip((radius - 0.75) / 0.5, 0, 1)
    depth = inside * (1 - mix) + min(rim, 0.0) * 0.5 * mix
    shape = (head.rows, head.columns)
    depth = cv2.GaussianBlur(depth.reshape(shape).astype(np.float32), (0, 0), 1.0)
    # Above the chin everything near turns with the head; the neck gives way gradually.
    chin = float((frame.landmarks[t.CHIN, :2] - middle) @ frame.down)
    below = np.clip((down - chin + 0.10 * frame.height) / (0.75 * frame.height), 0, 1)
    around = np.clip((radius - 1.75) / 1.4, 0, 1)
    follow = _smooth(1 - below) * _smooth(1 - around)
    return depth, follow.reshape(shape).astype(np.float32)


def _smooth(x: Floats) -> Floats:
    return np.asarray(x * x * (3 - 2 * x))


def _pivot(frame: FaceFrame) -> tuple[float, float]:
    at = frame.landmarks[t.CHIN, :2] + 0.18 * frame.height * frame.down
    ears = frame.landmarks[[t.CHEEKBONE_LEFT, t.CHEEKBONE_RIGHT], :2].mean(0)
    at = at + ((ears - at) @ frame.across) * frame.across
    return float(at[0]), float(at[1])


def _zone(frame: FaceFrame, shapes: Shapes) -> tuple[float, float, float, float]:
    """Where the layers may differ: a box around the lips and half of the chin."""
    half, chin = shapes.half, shapes.chin
    corners = np.array(
        [[x, y] for x in (-1.5 * half, 1.5 * half) for y in (-0.30, chin)], np.float32
    )
    at = frame.mouth + frame.vectors(corners) * frame.unit
    low, high = at.min(0), at.max(0)
    return (
        float(low[0]),
        float(low[1]),
        float(high[0] - low[0]),
        float(high[1] - low[1]),
    )


def _mouth(frame: FaceFrame, shapes: Shapes) -> dict[str, object]:
    rest = shapes.field("rest")
    line = shapes.local[list(t.LIPS_UPPER_INNER)] + rest[list(t.LIPS_UPPER_INNER)]
    at = frame.mouth + frame.vectors(line[5:6] * [0, 1])[0] * frame.unit
    return {
        "centre": [round(float(at[0]), 6), round(float(at[1]), 6)],
        "half_width": round(float((line[-1, 0] - line[0, 0]) / 2 * frame.unit), 6),
        "teeth": round(0.05 * frame.unit, 6),
    }
