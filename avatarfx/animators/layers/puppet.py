"""The maker and the puppet of a layered portrait."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatarfx.animators.layers import cels, motion
from avatarfx.animators.layers.eyes import Eye
from avatarfx.animators.layers.mouth import Mouth
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from avatarfx.animators.layers.cels import Matrix, Pixels
    from avatarfx.animators.puppets import View
    from socialapp.engines.protocols import Actor
    from socialapp.performance import Face, Rig
    from socialapp.performance.rig import Layer

Box = tuple[float, float, float, float]

_ROOM = 0.03
"""Width added round the mouth and the eyes, for what bends out of its own box."""


@dataclass(frozen=True, slots=True)
class _Cel:
    """A picture at about the size at which it is shown."""

    name: str
    pixels: Pixels
    rest: Matrix
    """From the cel's pixels to portrait units."""

    centre: tuple[float, float]
    """In portrait units."""

    depth: float
    head: bool


class LayersMaker:
    """Builds puppets of drawn portraits."""

    def suits(self, rig: Rig) -> str | None:
        if rig.style != "layers":
            return "This portrait is one picture, not a drawing in layers."
        if not rig.layers or "X" not in rig.mouths:
            return "This drawing has no layers."
        return None

    def build(
        self, actor: Actor, *, view: View, width: int, height: int, cut_out: bool
    ) -> LayersPuppet:
        """EngineError when a layer is missing or damaged. `cut_out` changes nothing: a
        drawing stands free anyway."""
        del cut_out
        return LayersPuppet(actor, view=view, width=width, height=height)


class LayersPuppet:
    """One drawn actor, as framed by one view."""

    opaque = False

    def __init__(self, actor: Actor, *, view: View, width: int, height: int) -> None:
        rig = actor.rig
        self._size = (height, width)
        self._scale = width / view.width
        self._origin = (view.x, view.y)
        self._pivot = rig.pivot
        self._rest_tilt = rig.rest_tilt
        self._travel = rig.gaze_travel
        anchors = rig.anchors
        apart = anchors.eye_right[0] - anchors.eye_left[0] if anchors else 0.2
        self._face_width = apart * motion.FACE_WIDTH
        self._order: list[_Cel | str] = []
        """Cels, and ``eye-left``, ``eye-right`` and ``mouth`` where those stand."""

        pictures = {
            layer.name: (layer, _sized(layer, actor.blobs, self._scale))
            for layer in rig.layers
        }
        letters = {name: letter for letter, name in rig.mouths.items()}
        eyes: dict[str, dict[str, str]] = {"eye-left": {}, "eye-right": {}}
        closed = {name: _side(name) for name in rig.blink_show}
        for layer in rig.layers:
            side = _side(layer.name) if layer.name.startswith("eye-") else ""
            if side:
                eyes[side][layer.name.removeprefix(f"{side}-")] = layer.name
                if side not in self._order:
                    self._order.append(side)
            elif layer.name in letters:
                if "mouth" not in self._order:
                    self._order.append("mouth")
            elif layer.name not in closed:
                self._order.append(_cel(*pictures[layer.name]))

        self._eyes: dict[str, tuple[Eye, _Cel]] = {}
        for side, parts in eyes.items():
            lids = [name for name, own in closed.items() if own == side]
            shut = lids[0] if lids and lids[0] in pictures else ""
            names = [*parts.values(), *([shut] if shut else [])]
            if not parts:
                continue
            patches, frame = self._patches(side, names, pictures)
            eye = Eye(
                {part: patches[name] for part, name in parts.items()},
                patches.get(shut),
            )
            self._eyes[side] = (eye, frame)
        drawn = {n: letter for n, letter in letters.items() if n in pictures}
        if not drawn:
            raise EngineError("This drawing has no mouth", permanent=True)
        patches, self._mouth_frame = self._patches("mouth", list(drawn), pictures)
        self._mouth = Mouth(
            {letter: patches[name] for name, letter in drawn.items()},
            corner=motion.CORNER_UP / self._mouth_frame.rest[0, 0],
        )

    def draw(self, face: Face) -> NDArray[np.uint8]:
        canvas = np.zeros((*self._size, 4), np.uint8)
        self.paint(face, canvas)
        return cels.straighten(canvas)

    def paint(self, face: Face, canvas: Pixels) -> None:
        """Onto premultiplied RGBA of the puppet's size; an opaque one stays opaque."""
        turn = motion.turn_of(face)
        sway = (face.x * self._face_width, face.y * self._face_width)
        roll = face.roll + self._rest_tilt
        whole = self._on_canvas(self._tilt(roll), sway)
        neck = self._on_canvas(
            self._tilt(roll / 2), _times(sway, (1 + motion.BODY_SWAY) / 2)
        )
        body = self._on_canvas(self._tilt(0), _times(sway, motion.BODY_SWAY))
        for entry in self._order:
            cel = self._cel_of(entry)
            place = (neck if cel.name == "neck" else whole) if cel.head else body
            moved = _moved(cel.rest, cel.depth * turn[0], cel.depth * turn[1])
            weight = 1.0
            if entry == "mouth":
                pixels = self._mouth.draw(face)
            elif isinstance(entry, str):
                pixels = self._eye(entry, face)
                wide = -min(_lid(entry, face), 0.0)
                moved = _about(moved, cel, grow_y=1 + 0.16 * wide)
            else:
                pixels = cel.pixels
                moved, weight = _gesture(moved, cel, face)
            cels.paste(canvas, pixels, _chain(place, moved), weight)

    def _cel_of(self, entry: _Cel | str) -> _Cel:
        if not isinstance(entry, str):
            return entry
        return self._mouth_frame if entry == "mouth" else self._eyes[entry][1]

    def _eye(self, side: str, face: Face) -> Pixels:
        eye, frame = self._eyes[side]
        unit = 1 / frame.rest[0, 0]
        lid = _lid(side, face) + motion.SQUINT * max(face.cheek, 0.0)
        x, y = face.gaze_x * self._travel[0], -face.gaze_y * self._travel[1]
        return eye.draw(lid, x * unit, y * unit)

    def _tilt(self, degrees: float) -> Matrix:
        """About the neck, clockwise, in portrait units."""
        return _rotation(degrees, self._pivot)

    def _on_canvas(self, matrix: Matrix, sway: tuple[float, float]) -> Matrix:
        """Portrait units to canvas pixels, after `matrix`."""
        out = matrix.copy()
        out[0, 2] += sway[0] - self._origin[0]
        out[1, 2] += sway[1] - self._origin[1]
        return out * self._scale

    def _patches(
        self,
        name: str,
        names: Iterable[str],
        pictures: Mapping[str, tuple[Layer, Pixels]],
    ) -> tuple[dict[str, Pixels], _Cel]:
        """Several layers redrawn into one box of one size, and that box as a cel."""
        boxes = [pictures[n][0].box for n in names]
        left = min(b[0] for b in boxes) - _ROOM
        top = min(b[1] for b in boxes) - _ROOM
        right = max(b[0] + b[2] for b in boxes) + _ROOM
        bottom = max(b[1] + b[3] for b in boxes) + _ROOM
        width = max(round((right - left) * self._scale), 8)
        unit = (right - left) / width
        height = max(math.ceil((bottom - top) / unit), 8)
        out = {}
        for n in names:
            layer, pixels = pictures[n]
            patch = np.zeros((height, width, 4), np.uint8)
            rest = _moved(_rest(layer, pixels), -left, -top) / unit
            cels.paste(patch, pixels, rest)
            out[n] = patch
        first = pictures[next(iter(names))][0]
        frame = _Cel(
            name,
            np.zeros((1, 1, 4), np.uint8),
            np.array([[unit, 0, left], [0, unit, top]], np.float64),
            ((left + right) / 2, (top + bottom) / 2),
            first.depth,
            first.head,
        )
        return out, frame


def _sized(layer: Layer, blobs: Mapping[str, bytes], scale: float) -> Pixels:
    """The layer's picture, shrunk by area averaging to about `scale` pixels a unit.

    What remains to be done in each frame is at most a slight change of size, for which
    bilinear sampling is good enough; a picture is never enlarged here.
    """
    try:
        pixels = cels.decode(blobs[layer.ref])
    except KeyError:
        raise EngineError("A layer of the portrait is missing") from None
    width = max(round(layer.box[2] * scale), 1)
    height = max(round(layer.box[3] * scale), 1)
    if width < pixels.shape[1]:
        pixels = np.asarray(
            cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
    return pixels


def _rest(layer: Layer, pixels: Pixels) -> Matrix:
    x, y, width, height = layer.box
    return np.array(
        [[width / pixels.shape[1], 0, x], [0, height / pixels.shape[0], y]], np.float64
    )


def _cel(layer: Layer, pixels: Pixels) -> _Cel:
    x, y, width, height = layer.box
    centre = (x + width / 2, y + height / 2)
    rest = _rest(layer, pixels)
    return _Cel(layer.name, pixels, rest, centre, layer.depth, layer.head)


def _gesture(matrix: Matrix, cel: _Cel, face: Face) -> tuple[Matrix, float]:
    """What brows, cheeks and nose do by themselves, and how much of them is seen."""
    if cel.name in {"brow-left", "brow-right"}:
        inwards = 1 if cel.name == "brow-left" else -1
        up = motion.BROW_UP if face.brow_raise > 0 else motion.BROW_DOWN
        knit = face.brow_knit
        turned = _rotation(inwards * knit * motion.BROW_ANGLE, cel.centre)
        matrix = _chain(turned, matrix)
        return (
            _moved(
                matrix,
                inwards * max(knit, 0.0) * motion.BROW_IN,
                -face.brow_raise * up,
            ),
            1.0,
        )
    if cel.name == "cheeks":
        lift = min(max(face.smile, face.cheek, 0.0), 1.0)
        weight = motion.CHEEK_REST + (1 - motion.CHEEK_REST) * lift
        return _moved(matrix, 0.0, -motion.CHEEK_UP * lift), weight
    if cel.name == "nose":
        return _moved(matrix, 0.0, -motion.NOSE_UP * face.nose_wrinkle), 1.0
    return matrix, 1.0


def _side(name: str) -> str:
    """``eye-left`` or ``eye-right`` for a layer that belongs to one eye."""
    for side in ("left", "right"):
        if f"-{side}" in name:
            return f"eye-{side}"
    return ""


def _lid(side: str, face: Face) -> float:
    return face.lid_left if side == "eye-left" else face.lid_right


def _times(pair: tuple[float, float], by: float) -> tuple[float, float]:
    return pair[0] * by, pair[1] * by


def _moved(matrix: Matrix, dx: float, dy: float) -> Matrix:
    out = matrix.copy()
    out[0, 2] += dx
    out[1, 2] += dy
    return out


def _about(matrix: Matrix, cel: _Cel, *, grow_y: float) -> Matrix:
    """Taller about the cel's centre."""
    out = matrix.copy()
    out[1] *= grow_y
    out[1, 2] += cel.centre[1] * (1 - grow_y)
    return out


def _rotation(degrees: float, centre: tuple[float, float]) -> Matrix:
    """Clockwise, with y down."""
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    x, y = centre
    return np.array([[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y]], np.float64)


def _chain(after: Matrix, first: Matrix) -> Matrix:
    """`first`, then `after`."""
    out = after[:, :2] @ first
    out[:, 2] += after[:, 2]
    return out
