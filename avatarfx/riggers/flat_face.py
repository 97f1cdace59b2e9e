"""Eyes and mouth of flat drawings, which no network was shown.

In a flat drawing a face is one even patch of colour with things lying on it. So even
patches are looked for, then what they enclose, and among that two things of a kind on
one level with a third below their middle. No network, a few hundredths of a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]
    Mask = NDArray[np.uint8]

SURE = 0.5
"""Score from which eyes and mouth are taken for a face without asking."""

_SIDE = 320
_LIKE = 14
"""Grey levels a channel within which a colour still belongs to its patch."""

_SEEDS = 10
_LEAST_PATCH, _MOST_PATCH = 0.012, 0.75
"""Of the picture: smaller is a button, larger is the paper."""

_SOLID = 0.35
"""Of what its outline encloses: a patch that covers less is a net or a wall."""

_MOST_PATCHES = 6
_MOST_SPOTS = 16


_EVEN = 4.0
"""Grey levels within 3 x 3 pixels up to which a spot is evenly coloured."""

_FLAT = 0.5
"""Of its pixels even: what has less is a photograph, a painting or a screen of dots."""


@dataclass(frozen=True, slots=True)
class FlatFace:
    """Where a drawing has its features, in pixels of the picture."""

    eye_left: tuple[float, float]
    eye_right: tuple[float, float]
    mouth: tuple[float, float]
    chin: tuple[float, float]
    mouth_width: float
    score: float
    """0 to 1: how much it looks like a face."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Something that lies on a patch; lengths in pixels of the small picture."""

    x: float
    y: float
    width: float
    height: float
    area: float
    colour: tuple[float, float, float]
    contrast: float
    """How far its colour is from the patch's, 0 to 1."""


def find(rgb: Picture) -> FlatFace | None:
    """The likeliest face of a flat drawing, however unlikely; None where nothing could
    be one, and for pictures of another kind."""
    scale = min(1.0, _SIDE / max(rgb.shape[:2]))
    small = cast(
        "Picture",
        cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
    )
    if not is_flat(rgb):
        return None
    best: FlatFace | None = None
    smooth = cast("Picture", cv2.medianBlur(small, 3))
    for patch, colour in _patches(smooth):
        spots = _spots(small, patch, colour)
        found = _best_of(spots, patch)
        if found is not None and (best is None or found.score > best.score):
            best = found
    return None if best is None else _scaled(best, 1 / scale)


def is_flat(rgb: Picture) -> bool:
    """Mostly of even colours. Looked at in full size: shrinking smooths grain away."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    box = np.ones((3, 3), np.uint8)
    span = cv2.subtract(cv2.dilate(grey, box), cv2.erode(grey, box))
    return float((span <= _EVEN).mean()) >= _FLAT


def _patches(small: Picture) -> Iterator[tuple[Mask, Floats]]:
    """Even patches, largest first, each with its colour; the frame's own is left out
    while it touches most of the border."""
    height, width = small.shape[:2]
    taken = np.zeros((height, width), bool)
    found: list[tuple[int, Mask, Floats]] = []
    flags = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    for y in range(_SEEDS // 2, height, _SEEDS):
        for x in range(_SEEDS // 2, width, _SEEDS):
            if taken[y, x]:
                continue
            mask = np.zeros((height + 2, width + 2), np.uint8)
            area, *_ = cv2.floodFill(
                small, mask, (x, y), (0, 0, 0), (_LIKE,) * 3, (_LIKE,) * 3, flags
            )
            inner = mask[1:-1, 1:-1]
            taken |= inner > 0
            if not _LEAST_PATCH <= area / (height * width) <= _MOST_PATCH:
                continue
            border = np.concatenate(
                [inner[0], inner[-1], inner[:, 0], inner[:, -1]]
            ).mean()
            if border > 0.6:
                continue
            found.append((area, inner.copy(), small[inner > 0].mean(0)))
    found.sort(key=lambda entry: -entry[0])
    for _, patch, colour in found[:_MOST_PATCHES]:
        yield patch, colour


def _spots(small: Picture, patch: Mask, colour: Floats) -> list[_Spot]:
    """What lies on the patch: its holes, and bays that closing it would fill."""
    y, x = np.nonzero(patch)
    size = max(np.ptp(x), np.ptp(y)) + 1
    reach = max(3, round(0.09 * size)) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    pad = reach + 1
    wide = cv2.copyMakeBorder(patch, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, disc)
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(closed, outlines, -1, 1, cv2.FILLED)
    closed = closed[pad:-pad, pad:-pad]
    if patch.sum() < _SOLID * closed.sum():
        return []
    inside = cv2.bitwise_and(closed, 1 - patch)
    inside = cv2.morphologyEx(inside, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    spots = []
    face = float(closed.sum())
    for i in range(1, count):
        left, top, width, height, area = (float(v) for v in stats[i])
        if area < max(5.0, 0.0006 * face) or area > 0.4 * face:
            continue
        own = small[labels == i].astype(np.float32)
        mean = own.mean(0)
        apart = np.abs(own - colour).max(1)
        spots.append(
            _Spot(
                left + (width - 1) / 2,
                top + (height - 1) / 2,
                width,
                height,
                area,
                (float(mean[0]), float(mean[1]), float(mean[2])),
                float(np.percentile(apart, 80)) / 255,
            )
        )
    spots.sort(key=lambda s: -s.area * (0.1 + s.contrast))
    return spots[:_MOST_SPOTS]


def _best_of(spots: list[_Spot], patch: Mask) -> FlatFace | None:
    y, x = np.nonzero(patch)
    box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    best: FlatFace | None = None
    pairs = [(a, b, 1.0) for a, b in combinations(spots, 2)]
    pairs += [(*_halves(s), 0.75) for s in spots if 1.8 < s.width / s.height < 5]
    for one, other, worth in pairs:
        left, right = (one, other) if one.x <= other.x else (other, one)
        alike = worth * _alike(left, right, box)
        if alike < 0.12:
            continue
        alike *= _alone(left, right, spots) * _no_brows(left, right, spots)
        if alike < 0.12:
            continue
        for mouth in spots:
            if mouth in (one, other):
                continue
            score = alike * _below(left, right, mouth)
            if best is None or score > best.score:
                best = _face(left, right, mouth, box, score)
    return best


def _halves(s: _Spot) -> tuple[_Spot, _Spot]:
    """The glasses of a pair."""
    half = s.width / 2

    def at(x: float) -> _Spot:
        return _Spot(x, s.y, half, s.height, s.area / 2, s.colour, s.contrast)

    return at(s.x - half / 2), at(s.x + half / 2)


def _alike(a: _Spot, b: _Spot, box: tuple[float, float, float, float]) -> float:
    """Could these be two eyes? 0 to 1."""
    apart = math.hypot(b.x - a.x, b.y - a.y)
    wide, tall = box[2] - box[0] + 1, box[3] - box[1] + 1
    if apart < 0.12 * wide or apart > 0.85 * wide:
        return 0.0
    if apart < 0.8 * max(a.width, b.width):
        return 0.0
    tilt = abs(math.atan2(b.y - a.y, b.x - a.x))
    size = abs(math.log(a.area / b.area))
    high = abs(math.log(a.height / b.height))
    across = abs(math.log(a.width / b.width))
    colour = math.dist(a.colour, b.colour) / 255
    middle = ((a.x + b.x) / 2 - (box[0] + box[2]) / 2) / wide
    level = ((a.y + b.y) / 2 - box[1]) / tall
    small = (a.area + b.area) / (wide * tall)
    return (
        _bell(tilt, 0.22)
        * _bell(size, 0.8)
        * _bell(high, 0.6)
        * _bell(across, 0.6)
        * _bell(colour, 0.35)
        * _bell(middle, 0.28)
        * _bell(max(0.0, 0.2 - level, level - 0.68), 0.15)
        * _bell(max(0.0, 0.006 - small) / 0.006, 0.8)
        * (0.4 + 0.6 * min(1.0, (a.contrast + b.contrast) / 0.7))
    )


def _alone(a: _Spot, b: _Spot, spots: list[_Spot]) -> float:
    """A face has two eyes; a wall has many bricks, a button four holes."""
    more = sum(_twins(a, s) and _twins(b, s) for s in spots if s not in (a, b))
    return (1.0, 0.75, 0.45, 0.15)[min(more, 3)]


def _no_brows(a: _Spot, b: _Spot, spots: list[_Spot]) -> float:
    """Two more of their kind straight below, as marked as they are, are the eyes of
    which these are the brows."""
    apart = math.hypot(b.x - a.x, b.y - a.y)

    def below(upper: _Spot) -> bool:
        return any(
            abs(s.x - upper.x) < 0.3 * apart
            and 0.08 * apart < s.y - upper.y < 0.5 * apart
            and s.area > 0.5 * upper.area
            and s.contrast > 0.6 * upper.contrast
            and s.width < 0.8 * apart
            for s in spots
            if s not in (a, b)
        )

    return 0.4 if below(a) and below(b) else 1.0


def _twins(a: _Spot, b: _Spot) -> bool:
    return (
        abs(math.log(a.area / b.area)) < 0.35
        and abs(math.log(a.width / b.width)) < 0.25
        and abs(math.log(a.height / b.height)) < 0.25
        and math.dist(a.colour, b.colour) < 60
    )


def _below(a: _Spot, b: _Spot, mouth: _Spot) -> float:
    """Could this be the mouth under these eyes? 0 to 1."""
    apart = math.hypot(b.x - a.x, b.y - a.y)
    across = ((b.x - a.x) / apart, (b.y - a.y) / apart)
    x, y = mouth.x - (a.x + b.x) / 2, mouth.y - (a.y + b.y) / 2
    aside = (x * across[0] + y * across[1]) / apart
    drop = (-x * across[1] + y * across[0]) / apart
    if not 0.35 < drop < 2.2:
        return 0.0
    width = mouth.width / apart
    return (
        _bell(aside, 0.24)
        * _bell(max(0.0, 0.7 - drop, drop - 1.25), 0.35)
        * _bell(max(0.0, 0.4 - width, width - 1.3), 0.3)
        * _bell(max(0.0, mouth.height / mouth.width - 1.0), 0.5)
        * (0.5 + 0.5 * min(1.0, mouth.contrast / 0.25))
    )


def _face(
    a: _Spot,
    b: _Spot,
    mouth: _Spot,
    box: tuple[float, float, float, float],
    score: float,
) -> FlatFace:
    apart = math.hypot(b.x - a.x, b.y - a.y)
    across = ((b.x - a.x) / apart, (b.y - a.y) / apart)
    down = (-across[1], across[0])
    # The patch ends at the chin, or in a neck of the same colour far below it.
    room = min(max((box[3] - mouth.y) * 0.85, 0.22 * apart), 0.62 * apart)
    return FlatFace(
        eye_left=(a.x, a.y),
        eye_right=(b.x, b.y),
        mouth=(mouth.x, mouth.y),
        chin=(mouth.x + down[0] * room, mouth.y + down[1] * room),
        mouth_width=min(mouth.width, 1.4 * apart),
        score=score,
    )


def _scaled(face: FlatFace, scale: float) -> FlatFace:
    def at(point: tuple[float, float]) -> tuple[float, float]:
        return ((point[0] + 0.5) * scale - 0.5, (point[1] + 0.5) * scale - 0.5)

    return FlatFace(
        at(face.eye_left),
        at(face.eye_right),
        at(face.mouth),
        at(face.chin),
        face.mouth_width * scale,
        face.score,
    )


def _bell(value: float, width: float) -> float:
    return math.exp(-0.5 * (value / width) ** 2)
