"""Where everything stands in the frame: plain geometry, no pixels.

Stage coordinates are the pixels of a frame whose camera looks at all of the stage.
Portrait coordinates are in units of the portrait's width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from avatarfx.animators.puppets import View
from socialapp.performance import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialapp.performance import CameraKey, Rig

EYES_TO_CHIN = 0.61
"""Of a face's height, hairline to chin: the classical thirds put the eyes there."""

CLOSE_UP = {"9:16": 0.34, "1:1": 0.42, "16:9": 0.43}
"""Height of the face by shape of the frame, in units of the frame's height."""

FACE_LINE = {"9:16": 0.43, "1:1": 0.5, "16:9": 0.53}
"""How far down the middle of the face is, in the same units."""

SHARE = {1: 1.0, 2: 0.42, 3: 0.3}
"""Widest a face may be high when several share the stage, in frame widths."""

WIDE_SHOT = 0.35
"""The same in frame heights: a close-up of one of them must still come nearer."""

FACE_WIDTH = 1.0
"""Of a face's height, with ears and hair."""

CLOSER = 0.9
"""Of a close-up: how near one of several is seen. Hats and hair are tall, too."""

SPOTS = {1: (0.5,), 2: (0.26, 0.74), 3: (0.2, 0.5, 0.8)}
"""Where the faces stand by default, in frame widths."""

LARGEST_UPSCALE = 2.5
"""A small face is not blown up beyond this many pixels for one of the picture's..."""

SMALLEST_FACE = 0.28
"""... unless it would stay smaller than this, in frame heights."""

NEARER = 1.6
"""How much larger than a close-up a face may be, to spare the picture a surround."""

LOWEST_FACE = 0.66
"""A bust may not push the middle of its face further down than this."""

LEDGE = 0.72
"""How far down the ledge is behind which several stand in a tall frame: the page has its
words and buttons below, over the lowest third."""

SEAM = 4
"""Pixels between two panels of a frame whose short side has 512."""

TALL, WIDE = 0.75, 4 / 3
"""Width for height below and above which a panel is framed as 9:16 and as 16:9."""

Cell = tuple[int, int, int, int]
"""Left, top, width and height of a panel in pixels of the frame."""

PIXEL_BUDGET = 1.7
"""A moving shot is drawn in at most this many frames' worth of pixels."""


@dataclass(frozen=True, slots=True)
class Head:
    """The face in a picture, in portrait coordinates."""

    x: float
    y: float
    """The middle of the face."""

    height: float
    """Hairline to chin."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a portrait lies on the stage."""

    x: float
    y: float
    """Its upper left corner (the upper right one of the picture when mirrored)."""

    scale: float
    """Stage pixels for the portrait's width."""

    ratio: float
    """Height of the picture in its widths."""

    head: Head
    mirrored: bool = False

    @property
    def face(self) -> tuple[float, float]:
        """Middle of the face on the stage."""
        along = 1 - self.head.x if self.mirrored else self.head.x
        return self.x + along * self.scale, self.y + self.head.y * self.scale

    @property
    def face_height(self) -> float:
        return self.head.height * self.scale

    def view(self, box: Box) -> View:
        """The part of the portrait that lies under `box`."""
        left = (box.x - self.x) / self.scale
        width = box.width / self.scale
        return View(
            x=1 - left - width if self.mirrored else left,
            y=(box.y - self.y) / self.scale,
            width=width,
            height=box.height / self.scale,
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the stage."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def meet(self, other: Box) -> Box | None:
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(x, y, right - x, bottom - y) if right > x and bottom > y else None

    def join(self, other: Box) -> Box:
        x, y = min(self.x, other.x), min(self.y, other.y)
        right, bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        return Box(x, y, right - x, bottom - y)

    def towards(self, other: Box, share: float) -> Box:
        def mix(a: float, b: float) -> float:
            return a + (b - a) * share

        return Box(
            mix(self.x, other.x),
            mix(self.y, other.y),
            mix(self.width, other.width),
            mix(self.height, other.height),
        )


@dataclass(frozen=True, slots=True)
class Shot:
    """What the camera sees from `at` on; it gets there in `ease` seconds."""

    at: float
    box: Box
    ease: float = 0.0
    on: str = ""
    """The seat it looks at, who then stands in front; empty: all of them."""

    hides: tuple[str, ...] = ()
    """Seats that are not drawn: a close-up shows no half of another's face."""


def head_of(rig: Rig) -> Head:
    """From the anchors; without them a guess that suits most portraits."""
    ratio = rig.height / rig.width
    anchors = rig.anchors
    if anchors is None:
        return Head(x=0.5, y=min(0.45, ratio * 0.42), height=min(0.45, ratio * 0.45))
    eyes_x = (anchors.eye_left[0] + anchors.eye_right[0]) / 2
    eyes_y = (anchors.eye_left[1] + anchors.eye_right[1]) / 2
    apart = math.dist(anchors.eye_left, anchors.eye_right)
    drop = math.dist((eyes_x, eyes_y), anchors.chin)
    # A chin set by mistake next to the eyes must not make a frame of one nostril.
    height = max(drop / EYES_TO_CHIN, apart * 1.2, 0.02)
    share = height * (EYES_TO_CHIN - 0.5) / max(drop, 1e-6)
    return Head(
        x=eyes_x + (anchors.chin[0] - eyes_x) * share,
        y=eyes_y + (anchors.chin[1] - eyes_y) * share,
        height=height,
    )


def fill(rig: Rig, *, shape: str, width: int, height: int, place: Place) -> Placed:
    """A picture with its own background: a close-up that the picture fills if it can.

    A picture that is a little too narrow or too low is shown nearer than others. One
    that is far too small is not: what it leaves empty is the backdrop's to paint.
    """
    head = head_of(rig)
    ratio = rig.height / rig.width
    wanted = _close_up_scale(rig, head, shape, height) * place.scale
    covering = max(float(width), height / ratio)
    nearer = wanted < covering <= wanted * NEARER
    scale = covering if nearer else wanted
    x = width * place.x - _along(head, place) * scale
    y = height * (FACE_LINE[shape] + place.y - 0.5) - head.y * scale
    # Inside the picture where it is large enough, else in the middle of the frame.
    x = _slide(x, scale, width)
    y = _slide(y, scale * ratio, height)
    return Placed(x, y, scale, ratio, head, mirrored=place.facing < 0)


def stand(
    rig: Rig, *, shape: str, width: int, height: int, place: Place, sharing: int
) -> Placed:
    """A cut-out actor on a stage: the picture's lower edge never shows."""
    head = head_of(rig)
    ratio = rig.height / rig.width
    scale = _close_up_scale(rig, head, shape, height)
    if sharing > 1:
        widest = min(SHARE[sharing] * width, WIDE_SHOT * height)
        scale = min(scale, widest / head.height)
    scale *= place.scale
    face_y = height * (FACE_LINE[shape] + place.y - 0.5)
    below = max(ratio - head.y, 1e-3)
    foot = height * 1.01
    if has_ledge(shape, sharing):
        foot = height * (LEDGE + 0.01)
        scale = max(scale, (foot - face_y) / below)
    elif face_y + below * scale < foot:
        face_y = min(foot - below * scale, height * LOWEST_FACE)
        scale = max(scale, (foot - face_y) / below)
    return Placed(
        width * place.x - _along(head, place) * scale,
        face_y - head.y * scale,
        scale,
        ratio,
        head,
        mirrored=place.facing < 0,
    )


def has_ledge(shape: str, sharing: int) -> bool:
    """Whether they stand behind the ledge."""
    return shape == "9:16" and sharing > 1


def panels(
    count: int, shape: str, width: int, height: int
) -> tuple[tuple[str, Cell], ...]:
    """Equal panels: from the left, in a tall frame from the top, each with the shape by
    which its actors are framed. What does not divide goes to the last."""
    down = shape == "9:16"
    seam = max(1, round(SEAM * min(width, height) / 512))
    long = (height if down else width) - seam * (count - 1)
    found = []
    for number in range(count):
        start = number * (long // count + seam)
        size = long // count + (long % count if number == count - 1 else 0)
        cell = (0, start, width, size) if down else (start, 0, size, height)
        found.append((_shape_of(cell[2] / cell[3]), cell))
    return tuple(found)


def _shape_of(aspect: float) -> str:
    if aspect < TALL:
        return "9:16"
    return "16:9" if aspect > WIDE else "1:1"


def places_for(
    seats: Sequence[str], given: Mapping[str, Place]
) -> dict[str, tuple[Place, bool]]:
    """Each seat's place; two who were not told where to stand face each other."""
    spots = SPOTS[len(seats)]
    places: dict[str, tuple[Place, bool]] = {}
    for seat, x in zip(seats, spots, strict=True):
        told = seat in given
        places[seat] = (given[seat] if told else Place(x=x), told)
    return places


def shots(
    keys: Sequence[CameraKey],
    placed: Mapping[str, Placed],
    *,
    shape: str,
    width: int,
    height: int,
) -> tuple[Shot, ...]:
    """The camera track; it begins at 0, with all of the stage when no key says more."""
    found: list[Shot] = []
    for key in sorted(keys, key=lambda k: k.at):
        box = _box(key, placed, shape=shape, width=width, height=height)
        on = key.on if key.on in placed else ""
        hides = _cut_off(box, on, placed)
        if key.at <= 0:
            found = [Shot(0.0, box, on=on, hides=hides)]
        elif not found or (box, on) != (found[-1].box, found[-1].on):
            if not found:
                found.append(Shot(0.0, Box(0, 0, width, height)))
            found.append(Shot(key.at, box, max(0.0, key.ease), on, hides))
    return _steady(found) or (Shot(0.0, Box(0, 0, width, height)),)


def _steady(shots: Sequence[Shot]) -> tuple[Shot, ...]:
    """The same, and nobody comes or goes while the camera moves."""
    groups: list[list[Shot]] = []
    for shot in shots:
        if groups and shot.ease and shot.on == groups[-1][0].on:
            groups[-1].append(shot)
        else:
            groups.append([shot])
    found = []
    for group in groups:
        hides = {seat for shot in group for seat in shot.hides}
        kept = () if group[0].ease else tuple(sorted(hides))
        found += [replace(shot, hides=kept) for shot in group]
    return tuple(found)


def _cut_off(box: Box, on: str, placed: Mapping[str, Placed]) -> tuple[str, ...]:
    """Whose faces a shot of `on` would cut, or leave out."""
    if not on:
        return ()
    found = []
    for seat, one in placed.items():
        (x, y), high = one.face, one.face_height
        half = FACE_WIDTH / 2 * high
        inside = (
            box.x <= x - half
            and x + half <= box.right
            and box.y <= y - high / 2
            and y + high / 2 <= box.bottom
        )
        if seat != on and not inside:
            found.append(seat)
    return tuple(found)


def ease(share: float) -> float:
    """Slow at both ends: a camera has weight."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def _box(
    key: CameraKey,
    placed: Mapping[str, Placed],
    *,
    shape: str,
    width: int,
    height: int,
) -> Box:
    zoom = max(1.0, key.zoom)
    if key.on in placed:
        one = placed[key.on]
        if len(placed) > 1:
            zoom *= max(1.0, CLOSER * CLOSE_UP[shape] * height / one.face_height)
        x, y = one.face
        line = FACE_LINE[shape]
    else:
        faces = [one.face for one in placed.values()]
        x = sum(f[0] for f in faces) / len(faces)
        y = sum(f[1] for f in faces) / len(faces)
        line = 0.5
    wide, high = width / zoom, height / zoom
    left = min(max(x + key.x * width - wide / 2, 0.0), width - wide)
    top = min(max(y - high * line, 0.0), height - high)
    return Box(left, top, wide, high)


def _close_up_scale(rig: Rig, head: Head, shape: str, height: int) -> float:
    wanted = CLOSE_UP[shape] * height / head.height
    if rig.style == "layers":  # drawn from vectors, sharp at any size
        return wanted
    sharp = LARGEST_UPSCALE * rig.width
    return min(wanted, max(sharp, SMALLEST_FACE * height / head.height))


def _along(head: Head, place: Place) -> float:
    return 1 - head.x if place.facing < 0 else head.x


def _slide(start: float, length: float, room: float) -> float:
    """Move a picture of `length` so that it covers `room`, or lies in its middle."""
    if length < room:
        return (room - length) / 2
    return min(0.0, max(room - length, start))
