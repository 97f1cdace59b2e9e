"""Where each face of a clip lies in each frame: plain geometry on the stage's own rules.

Nothing is looked for in pixels. The scene says what the camera sees, the rig where the
face is in its picture, the performance how the head leans.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators import framing, pictures
from avatarfx.animators.layers import cels
from avatarfx.animators.layers import motion as drawn_motion
from avatarfx.animators.split import scene_of
from avatarfx.animators.warp.grids import LOWER, Grids, GridsError, weights_of
from avatarfx.riggers.topology import OVAL
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.framing import Cell
    from avatarfx.animators.scene import Sight
    from socialapp.engines.protocols import Actor, Staging
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]
    Matrix = NDArray[np.float64]

SQUARE = 1.3
"""Side of the square around a face, in its longer extents: hair and jaw for context."""

_SCALE = 256
"""Pixels of the portrait's width in which outlines are traced."""

_HAIRLINE = 0.62
"""Half height of the oval that bounds a drawn face, in face heights."""

_REACH = 0.015
"""How much larger than its outline at rest an actor hides others, in portrait widths."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A face that the camera sees at one instant."""

    seat: str
    shape: FaceShape
    face: Face
    """What it does."""

    matrix: Matrix
    """(2, 3): portrait units of the leaning head to frame pixels."""

    lens: Matrix
    """(2, 3): the same for what does not lean, as the shoulders."""

    scale: float
    """Frame pixels for the portrait's width, however the head leans."""

    cell: Cell
    """The part of the frame that it may be seen in: left, top, width, height."""

    hidden_by: tuple[Floats, ...]
    """Outlines of whoever stands before it, in frame pixels."""

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The square around it, in frame pixels; its size changes with the camera only."""
        side = max(2, round(self.scale * self.shape.side))
        x, y = moved(self.shape.centre[None], self.matrix)[0]
        left, top = round(float(x) - side / 2), round(float(y) - side / 2)
        return left, top, left + side, top + side

    @property
    def outline(self) -> Floats:
        """(n, 2) frame pixels, with the jaw where it is now."""
        return moved(self.shape.outline_of(self.face), self.matrix)

    @property
    def eyes(self) -> tuple[float, float]:
        """Between the eyes, in frame pixels."""
        x, y = moved(self.shape.eyes[None], self.matrix)[0]
        return float(x), float(y)

    @property
    def mouth(self) -> tuple[float, float]:
        x, y = moved(self.shape.mouth[None], self.matrix)[0]
        return float(x), float(y)


class FaceShape:
    """One actor's face in its portrait, in units of the portrait's width."""

    def __init__(self, actor: Actor) -> None:
        """EngineError when a file of the rig is missing or cannot be read."""
        rig = actor.rig
        self.rig = rig
        self._actor = actor
        self.grids = _grids(actor)
        self.head = framing.head_of(rig)
        anchors = rig.anchors
        if anchors is None:
            raise EngineError(
                rig.reason or "No face is known in this picture.", permanent=True
            )
        self.eyes: Floats = np.add(anchors.eye_left, anchors.eye_right) / 2
        self.mouth: Floats = np.asarray(anchors.mouth, np.float64)
        self.outline = _outline(actor, self.head)
        low, high = self.outline.min(0), self.outline.max(0)
        self.centre: Floats = (low + high) / 2
        self.side = SQUARE * float((high - low).max())
        self._jaw = self._drop()
        self._depth = self._mean_depth()

    @cached_property
    def silhouette(self) -> tuple[Floats, ...]:
        """Outlines of all that hides what stands behind."""
        alpha = pictures.cut(self._actor)[..., 3]
        high = max(1, round(_SCALE * alpha.shape[0] / alpha.shape[1]))
        small = cv2.resize(alpha, (_SCALE, high), interpolation=cv2.INTER_AREA)
        solid = (small > 96).astype(np.uint8)
        around = np.ones((3, 3), np.uint8)
        grown = cv2.dilate(solid, around, iterations=round(_REACH * _SCALE))
        return tuple(_contours(np.asarray(grown, np.uint8)))

    def outline_of(self, face: Face) -> Floats:
        """(n, 2): the jaw falls with the mouth's opening; the head does not lean yet."""
        if self._jaw is None:
            return self.outline
        flat = self.rig.style == "flat"
        return self.outline + self._jaw * weights_of(face, flat=flat)["jaw_open"]

    def leaning(self, face: Face) -> Matrix:
        """(2, 3) in portrait units: how the head of this face lies to the one at rest."""
        if self.rig.style == "layers":
            return self._drawn(face)
        if self.grids is not None:
            return self._turned(face)
        return np.eye(2, 3)

    def _drawn(self, face: Face) -> Matrix:
        anchors = self.rig.anchors
        wide = anchors.eye_right[0] - anchors.eye_left[0] if anchors else 0.2
        turn = drawn_motion.turn_of(face)
        depth = next((one.depth for one in self.rig.layers if one.name == "head"), 0.5)
        matrix = _rotation(face.roll + self.rig.rest_tilt, self.rig.pivot)
        shift = matrix[:, :2] @ np.array([depth * turn[0], depth * turn[1]])
        sway = np.array([face.x, face.y]) * wide * drawn_motion.FACE_WIDTH
        matrix[:, 2] += shift + sway
        return matrix

    def _turned(self, face: Face) -> Matrix:
        grids = cast("Grids", self.grids)
        yaw, pitch, roll = (math.radians(v) for v in (face.yaw, face.pitch, face.roll))
        x = np.array([math.cos(yaw), 0.0, math.sin(yaw)])
        deep = np.array([-math.sin(yaw), 0.0, math.cos(yaw)])
        y = np.array([0.0, math.cos(pitch), 0.0]) - math.sin(pitch) * deep
        turned = np.stack(
            [
                math.cos(roll) * x - math.sin(roll) * y,
                math.sin(roll) * x + math.cos(roll) * y,
            ]
        )
        pivot = np.asarray(grids.pivot)
        out = np.empty((2, 3))
        out[:, :2] = turned[:, :2]
        shift = np.array([face.x, face.y]) * grids.face_width
        out[:, 2] = pivot - turned[:, :2] @ pivot + turned[:, 2] * self._depth + shift
        return out

    def _drop(self) -> Floats | None:
        """How far each point of the outline falls with the jaw wide open."""
        if self.grids is None:
            return None
        field = self.grids.fields.get((LOWER, "jaw_open"))
        if field is None:
            return None
        where = self.grids.face.indices(self.outline)
        return _sampled(field, where) * self.grids.unit

    def _mean_depth(self) -> float:
        if self.grids is None:
            return 0.0
        where = self.grids.head.indices(self.outline)
        return float(_sampled(self.grids.depth, where).mean()) * self.grids.unit


class Faces:
    """All faces of one clip, at any time."""

    def __init__(self, staging: Staging, width: int, height: int) -> None:
        self._scene = scene_of(staging, (), width, height)
        self._shapes = {
            part.seat: FaceShape(staging.actors[part.seat])
            for part in staging.performance.parts
        }

    def shape(self, seat: str) -> FaceShape:
        return self._shapes[seat]

    def at(self, t: float) -> tuple[Seen, ...]:
        """Everybody whom the camera sees, whether their face is in the frame or not."""
        return tuple(
            seen
            for cell, sight in self._scene.sights(t)
            for seen in self._in(cell, sight, t)
        )

    def _in(self, cell: Cell, sight: Sight, t: float) -> list[Seen]:
        found: list[Seen] = []
        before: tuple[Floats, ...] = ()
        for one in reversed(sight.cast):
            shape = self._shapes[one.seat]
            face = one.face_at(t)
            lens = _lens(one.placed, sight.box, cell)
            matrix = _after(lens, shape.leaning(face))
            left, top, width, _ = cell
            found.append(
                Seen(
                    seat=one.seat,
                    shape=shape,
                    face=face,
                    matrix=matrix,
                    lens=lens,
                    scale=one.placed.scale * width / sight.box.width,
                    cell=(left, top, width, sight.ledge),
                    hidden_by=before,
                )
            )
            before += tuple(moved(line, matrix) for line in shape.silhouette)
        return found


def moved(points: Floats, matrix: Matrix) -> Floats:
    """(n, 2) points by a (2, 3) matrix."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def _lens(placed: framing.Placed, box: framing.Box, cell: Cell) -> Matrix:
    """Portrait units to frame pixels, for one placed actor under one camera."""
    left, top, width, _ = cell
    fine = width / box.width
    side = -placed.scale if placed.mirrored else placed.scale
    start = placed.x + (placed.scale if placed.mirrored else 0.0)
    return np.array(
        [
            [side * fine, 0.0, (start - box.x) * fine + left],
            [0.0, placed.scale * fine, (placed.y - box.y) * fine + top],
        ]
    )


def _after(last: Matrix, first: Matrix) -> Matrix:
    out = last[:, :2] @ first
    out[:, 2] += last[:, 2]
    return np.asarray(out)


def _rotation(degrees: float, centre: tuple[float, float]) -> Matrix:
    """Clockwise, with y down."""
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    x, y = centre
    return np.array([[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y]])


def _grids(actor: Actor) -> Grids | None:
    if not actor.rig.grids:
        return None
    blob = actor.blobs.get(actor.rig.grids)
    if blob is None:
        raise EngineError("The face rig of this picture is missing.", permanent=True)
    try:
        return Grids.unpack(blob)
    except GridsError as error:
        raise EngineError(
            "The face rig of this picture cannot be read.", permanent=True
        ) from error


def _outline(actor: Actor, head: framing.Head) -> Floats:
    """The face without hair and ears, as well as the rig knows it."""
    rig = actor.rig
    if rig.landmarks:
        return np.array([rig.landmarks[i][:2] for i in OVAL], np.float64)
    if rig.style == "layers":
        return _drawn_outline(actor, head)
    return _oval(head)


def _oval(head: framing.Head) -> Floats:
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    return np.stack(
        [
            head.x + 0.37 * head.height * np.sin(angle),
            head.y - 0.5 * head.height * np.cos(angle),
        ],
        -1,
    )


def _drawn_outline(actor: Actor, head: framing.Head) -> Floats:
    """What is drawn as the head, as far as it is near the face."""
    alpha = _alpha(actor, "head")
    if alpha is None:
        return _oval(head)
    hair = _alpha(actor, "hair-front")
    near = np.zeros_like(alpha)
    axes = (head.height * 0.75 * _SCALE, head.height * _HAIRLINE * _SCALE)
    cv2.ellipse(
        near,
        (round(head.x * _SCALE), round(head.y * _SCALE)),
        (round(axes[0]), round(axes[1])),
        0, 0, 360, 255, -1,
    )  # fmt: skip
    face = (alpha > 128) & (near > 0)
    if hair is not None:
        face &= cv2.dilate(hair, np.ones((3, 3), np.uint8)) < 64
    found = _contours(face.astype(np.uint8))
    if not found:
        return _oval(head)
    return max(found, key=lambda line: float(np.ptp(line, 0).prod()))


def _alpha(actor: Actor, name: str) -> NDArray[np.uint8] | None:
    """How much of each pixel a layer covers, with `_SCALE` pixels for the portrait's
    width; None when there is no such layer."""
    rig = actor.rig
    layer = next((one for one in rig.layers if one.name == name), None)
    blob = actor.blobs.get(layer.ref) if layer else None
    if layer is None or blob is None:
        return None
    x, y, wide, high = layer.box
    pixels = cels.decode(blob)
    rest = np.array(
        [
            [wide * _SCALE / pixels.shape[1], 0, x * _SCALE],
            [0, high * _SCALE / pixels.shape[0], y * _SCALE],
        ]
    )
    size = (_SCALE, max(1, round(_SCALE * rig.height / rig.width)))
    alpha = cv2.extractChannel(pixels, 3)
    return np.asarray(cv2.warpAffine(alpha, rest, size), np.uint8)


def _contours(solid: NDArray[np.uint8]) -> list[Floats]:
    """Outer outlines of what is not 0, in units of the width of the picture."""
    lines, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [
        (cv2.approxPolyDP(line, 0.6, True)[:, 0].astype(np.float64) + 0.5)
        / solid.shape[1]
        for line in lines
        if len(line) > 2
    ]


def _sampled(field: Floats, where: Floats) -> Floats:
    """A rig's grid at fractional node indices (n, 2)."""
    index = where.reshape(-1, 1, 2).astype(np.float32)
    found = cv2.remap(field, index, None, cv2.INTER_LINEAR)  # type: ignore[call-overload]
    return np.asarray(found[:, 0])
