"""Which parts of a moving canvas must be sampled, and which blended with the plate.

Most of a portrait is wholly person or wholly background. Background that never moves in
front of the plate needs no sampling, and a person's inside no blending.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

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
