"""Which parts of a moving canvas must be sampled, and which blended with the plate.

Most of a portrait is wholly person or wholly background. Background that never moves in
front of the plate needs no sampling, and a person's inside no blending.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

REACH = 0.05
"""Of the canvas' long side: how far a point may move before the whole of the moving part
is drawn and blended, not only what the person can reach."""

SHARES = (0.25, 0.5, 1.0)
"""Of that: a head that sways moves by a quarter of it in most frames."""

HEIGHT = 72
"""Pixels of a band: lower ones would fit closer and cost more calls."""

TILE = 24
"""Pixels across of what is told apart in a band."""


@dataclass(frozen=True, slots=True)
class Run:
    """A rectangle of canvas pixels, and whether some of it is not wholly person."""

    area: tuple[slice, slice]
    mixed: bool


@dataclass(frozen=True, slots=True)
class Bands:
    """Rectangles that together hold all of the person, wherever it moves."""

    sampled: tuple[tuple[slice, slice], ...]
    runs: tuple[Run, ...]

    @classmethod
    def of(cls, alpha: Picture, reach: int) -> Bands:
        """`alpha`: the canvas at rest. Holds while nothing moves by more than `reach`
        pixels."""
        size = 2 * reach + 3
        brush = np.ones((size, size), np.uint8)
        most, least = cv2.dilate(alpha, brush), cv2.erode(alpha, brush)
        height, width = alpha.shape
        sampled = []
        runs: list[Run] = []
        for top in range(0, height, HEIGHT):
            rows = slice(top, min(top + HEIGHT, height))
            tiles = range(0, width, TILE)
            kinds = [
                _kind(most[rows, x : x + TILE], least[rows, x : x + TILE])
                for x in tiles
            ]
            found = _stretches(kinds)
            spans = [(a * TILE, min(b * TILE, width), mixed) for a, b, mixed in found]
            if not spans:
                continue
            sampled.append((rows, slice(spans[0][0], spans[-1][1])))
            runs += [Run((rows, slice(a, b)), mixed) for a, b, mixed in spans]
        return cls(tuple(sampled), tuple(runs))

    @classmethod
    def whole(cls, height: int, width: int, *, mixed: bool) -> Bands:
        area = (slice(0, height), slice(0, width))
        return cls((area,), (Run(area, mixed),))


@dataclass(frozen=True, slots=True)
class Reaches:
    """The bands of one canvas, by how far the rim of the person moves in a frame."""

    near: tuple[tuple[float, Bands], ...]
    """Pixels that the rim may move, and what is drawn then; the least first."""

    everything: Bands
    rim: NDArray[np.bool_]
    """(rows, columns) of the lattice: nodes from which a movement of at most the largest
    reach could cross the edge of the person."""

    room: Floats
    """(rows, columns) pixels that a node may move: the largest reach, or as far as it is
    to the edge."""

    @classmethod
    def none(cls, everything: Bands) -> Reaches:
        none = np.zeros((0, 0), np.float32)
        return cls((), everything, none > 0, none)

    @classmethod
    def of(
        cls, alpha: Picture, everything: Bands, *, most: float, step: int
    ) -> Reaches:
        """`alpha`: the canvas at rest, `step` pixels between nodes of its lattice."""
        near = [(most * share, math.ceil(most * share)) for share in SHARES]
        bands = tuple((limit, Bands.of(alpha, reach)) for limit, reach in near)
        # What is deeper inside, or farther outside, does not come to the edge.
        brush = np.ones((3, 3), np.uint8)
        even = cv2.dilate(alpha, brush) == cv2.erode(alpha, brush)
        away = cv2.distanceTransform(even.astype(np.uint8), cv2.DIST_C, 3)
        far = away[step // 2 :: step, step // 2 :: step] - step
        return cls(bands, everything, far <= most, np.maximum(far, most))

    def bands_for(self, whole: Floats, part: Floats, at: tuple[slice, slice]) -> Bands:
        """What must be drawn of a frame in which the nodes move so, in pixels; `part` is
        a layer of its own, over the nodes `at`."""
        if not self.near:
            return self.everything
        ways = (
            (_far(whole), self.rim, self.room),
            (_far(part), self.rim[at], self.room[at]),
        )
        if any((far > room).any() for far, _, room in ways):
            return self.everything
        most = max(float(far[rim].max(initial=0.0)) for far, rim, _ in ways)
        return next(
            (bands for limit, bands in self.near if most <= limit), self.everything
        )


def _far(displacement: Floats) -> Floats:
    """Of each node, along the axis on which it moves most."""
    away = np.abs(displacement)
    return np.asarray(np.maximum(away[..., 0], away[..., 1]))


def mix(front: Picture, back: Picture, out: Picture) -> None:
    """Straight-alpha RGBA over RGB, into `out`."""
    alpha = cv2.extractChannel(front, 3)
    share = cv2.merge([alpha, alpha, alpha])
    rgb = cv2.cvtColor(front, cv2.COLOR_RGBA2RGB)
    cv2.multiply(rgb, share, rgb, scale=1 / 255)
    cv2.bitwise_not(share, share)
    cv2.multiply(back, share, share, scale=1 / 255)
    cv2.add(rgb, share, out)


def lay(under: Picture, over: Picture) -> None:
    """Straight-alpha RGBA onto the colours of RGBA, in place; its alpha stays."""
    alpha = cv2.extractChannel(over, 3)
    none = np.zeros_like(alpha)
    share = cv2.merge([alpha, alpha, alpha, none])
    front = cast("Picture", cv2.multiply(over, share, scale=1 / 255))
    cv2.multiply(under, cv2.bitwise_not(share), under, scale=1 / 255)
    cv2.add(under, front, under)


def _kind(most: NDArray[Any], least: NDArray[Any]) -> bool | None:
    """None: background; True: mixed; False: person."""
    if not most.any():
        return None
    return bool(least.min() < 255)


def _stretches(kinds: list[bool | None]) -> list[tuple[int, int, bool]]:
    """First, end and kind of each stretch of equal tiles, holes between them mixed."""
    known = [i for i, kind in enumerate(kinds) if kind is not None]
    if not known:
        return []
    found: list[tuple[int, int, bool]] = []
    for i in range(known[0], known[-1] + 1):
        kind = kinds[i] is not False
        if found and found[-1][2] == kind:
            found[-1] = (found[-1][0], i + 1, kind)
        else:
            found.append((i, i + 1, kind))
    return found
