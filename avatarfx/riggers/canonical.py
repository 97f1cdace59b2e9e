"""A plain face of 478 points, fitted to the handles that a person set.

``data/canonical.npy`` is our own: the median of what the landmark network saw on the
twenty drawn portraits of the cast and interface art and one public-domain photograph,
each together with its mirror image, then made symmetric, with the lips closed. Outer eye
distance 1, origin between the eyes, depth 0 at the ears and negative towards the viewer.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.riggers import topology as t
from socialapp.performance.rig import Anchors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

_FILE = Path(__file__).parent / "data" / "canonical.npy"

_NEAR = 0.12
"""Handles this close to what was found, in eye distances, keep the found face."""


@cache
def canonical() -> Floats:
    """(478, 3); shared, not to be changed."""
    points: Floats = np.load(_FILE).astype(np.float32)
    points.setflags(write=False)
    return points


def anchors_of(landmarks: Floats) -> Anchors:
    """The handles of a face, in the units of its landmarks."""
    left, right = _eye_middles(landmarks)
    mouth = landmarks[[13, 14], :2].mean(0)
    chin = landmarks[t.CHIN, :2]
    width = float(np.linalg.norm(landmarks[308, :2] - landmarks[78, :2]))
    return Anchors(
        eye_left=(float(left[0]), float(left[1])),
        eye_right=(float(right[0]), float(right[1])),
        mouth=(float(mouth[0]), float(mouth[1])),
        chin=(float(chin[0]), float(chin[1])),
        mouth_width=width,
    )


def fit(anchors: Anchors, face: Floats | None = None) -> Floats:
    """(478, 3) landmarks of a face whose eyes, mouth and chin are at the handles.

    `face`: the landmarks to bend; the canonical ones when None. A similarity brings the
    eyes together; below them every height is stretched so that mouth and chin fit, and
    slid sideways for a head that leans.
    """
    face = canonical() if face is None else face
    source, target = _Handles(anchors_of(face)), _Handles(anchors)
    points = source.upright(face[:, :2])
    scale = target.apart / source.apart
    src_mouth, src_chin = source.upright(np.array([source.mouth, source.chin]))
    dst_mouth, dst_chin = target.upright(np.array([target.mouth, target.chin]))
    # Heights below the eyes, at which sideways slide and stretch are known.
    src_y = np.array(
        [0.0, max(src_mouth[1], 1e-3), max(src_chin[1], src_mouth[1] + 1e-3)]
    )
    mouth_y = max(float(dst_mouth[1]), 0.15 * target.apart)
    dst_y = np.array(
        [0.0, mouth_y, max(float(dst_chin[1]), mouth_y + 0.1 * target.apart)]
    )
    y = np.interp(points[:, 1], src_y, dst_y)
    last = (dst_y[2] - dst_y[1]) / (src_y[2] - src_y[1])
    y = np.where(
        points[:, 1] > src_y[2], dst_y[2] + (points[:, 1] - src_y[2]) * last, y
    )
    # A long muzzle must not make a towering forehead.
    above = min(max(dst_y[1] / src_y[1], 0.6 * scale), 1.25 * scale)
    y = np.where(points[:, 1] < 0, points[:, 1] * above, y)
    slide_src = np.interp(points[:, 1], src_y, [0, src_mouth[0], src_chin[0]])
    slide_dst = np.interp(points[:, 1], src_y, [0, dst_mouth[0], dst_chin[0]])
    x = (points[:, 0] - slide_src) * scale
    wide = anchors.mouth_width or source.mouth_width * scale
    factor = min(max(wide / (source.mouth_width * scale), 0.4), 3.0)
    near = np.exp(-(((points[:, 1] - src_mouth[1]) / (0.28 * source.apart)) ** 2))
    x = x * (1 + (factor - 1) * near) + slide_dst
    plane = target.place(np.column_stack([x, y]))
    depth = face[:, 2] * scale
    return np.column_stack([plane, depth]).astype(np.float32)


def scaled(anchors: Anchors, scale: float) -> Anchors:
    """The same handles in another unit."""

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] * scale, point[1] * scale)

    return Anchors(
        at(anchors.eye_left),
        at(anchors.eye_right),
        at(anchors.mouth),
        at(anchors.chin),
        anchors.mouth_width * scale,
    )


def same_face(found: Anchors, given: Anchors) -> bool:
    """True when a person only nudged what was found."""
    reach = _NEAR * math.dist(found.eye_left, found.eye_right)
    pairs = (
        (found.eye_left, given.eye_left),
        (found.eye_right, given.eye_right),
        (found.mouth, given.mouth),
        (found.chin, given.chin),
    )
    return all(math.dist(a, b) <= reach for a, b in pairs)


class _Handles:
    """Handles with the frame that the eyes span: origin between them, x along them."""

    def __init__(self, anchors: Anchors) -> None:
        left, right = np.array(anchors.eye_left), np.array(anchors.eye_right)
        self.apart = max(float(np.linalg.norm(right - left)), 1e-4)
        across = (right - left) / self.apart
        self.axes = np.array([across, [-across[1], across[0]]])
        self.origin = (left + right) / 2
        self.mouth = anchors.mouth
        self.chin = anchors.chin
        self.mouth_width = anchors.mouth_width

    def upright(self, points: Floats) -> Floats:
        return np.asarray((points - self.origin) @ self.axes.T)

    def place(self, upright: Floats) -> Floats:
        return np.asarray(upright @ self.axes + self.origin)


def _eye_middles(landmarks: Floats) -> tuple[Floats, Floats]:
    left = landmarks[[*t.LID_UPPER_LEFT, *t.LID_LOWER_LEFT], :2].mean(0)
    right = landmarks[[*t.LID_UPPER_RIGHT, *t.LID_LOWER_RIGHT], :2].mean(0)
    return left, right
