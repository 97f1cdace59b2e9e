"""PDQ, a perceptual hash of 256 bits, of a picture and of what people make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pdqhash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from PIL import Image

    Picture = NDArray[np.uint8]

LONG_SIDE = 1024
LEAST_QUALITY = 50
"""Of 100: the hash of a flatter picture says nothing (PDQ's own recommendation)."""

SHARES = tuple(share / 100 for share in range(98, 68, -2))
"""Sides of what is left of a cut picture; a hash bears a cut of a hundredth or two."""

EVEN = 4
"""Grey levels within which a row or column counts as a border of one colour."""


def look(pictures: Sequence[Image.Image], *, crops: bool) -> list[dict[str, Any]]:
    """With `crops` the hashes of a picture and its crops, for a list to be matched
    against; else those of the picture in its eight positions, to be matched."""
    return [
        {
            "scores": {"quality": quality(pixels) / 100},
            "faces": [],
            "hashes": listed(pixels) if crops else positions(pixels),
        }
        for pixels in map(scaled, pictures)
    ]


def scaled(picture: Image.Image) -> Picture:
    copy = picture.copy()
    copy.thumbnail((LONG_SIDE, LONG_SIDE))
    return np.ascontiguousarray(copy, np.uint8)


def quality(pixels: Picture) -> int:
    return int(pdqhash.compute(pixels)[1])


def positions(pixels: Picture) -> list[str]:
    """As it is, turned and mirrored; again without its border where it has one."""
    found: list[str] = []
    for view in (pixels, without_border(pixels)):
        if view is None or min(view.shape[:2]) < 16:
            continue
        hashes, sure = pdqhash.compute_dihedral(np.ascontiguousarray(view))
        if sure >= LEAST_QUALITY:
            found += [hex_of(one) for one in hashes]
    return list(dict.fromkeys(found))


def listed(pixels: Picture) -> list[str]:
    found = []
    for view in cuts(pixels):
        bits, sure = pdqhash.compute(np.ascontiguousarray(view))
        if sure >= LEAST_QUALITY:
            found.append(hex_of(bits))
    return list(dict.fromkeys(found))


def cuts(pixels: Picture) -> Iterator[Picture]:
    """The whole first."""
    yield pixels
    inner = without_border(pixels)
    if inner is not None:
        yield inner
    height, width = pixels.shape[:2]
    for share in SHARES:
        h, w = round(height * share), round(width * share)
        middle = ((height - h) // 2, (width - w) // 2)
        corners = [(top, left) for top in (0, height - h) for left in (0, width - w)]
        for top, left in (middle, *corners):
            yield pixels[top : top + h, left : left + w]


def without_border(pixels: Picture) -> Picture | None:
    """What lies within rows and columns of one colour; None when there are none."""
    grey = pixels.astype(np.int16).mean(2)
    rows = np.flatnonzero(np.ptp(grey, 1) > EVEN)
    columns = np.flatnonzero(np.ptp(grey, 0) > EVEN)
    if not len(rows) or not len(columns):
        return None
    inner = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return None if inner.shape == pixels.shape else inner


def hex_of(bits: NDArray[np.uint8]) -> str:
    return np.packbits(np.asarray(bits, np.uint8)).tobytes().hex()
