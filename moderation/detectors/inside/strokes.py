"""Photograph or drawing: how a picture's surface is made, in seven numbers.

Cameras leave noise everywhere, soft edges and thousands of colours; drawings have even
areas, few colours and edges as sharp as the pixels allow. The weights are a logistic
regression; docs/trust/pictures.md says on what, and how little that proves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LONG_SIDE = 512
WEIGHTS = (-4.149, 3.58, 3.77, -0.575, 6.9, -1.935, 9.296)
BIAS = -4.559


def look(pictures: Sequence[Image.Image]) -> list[dict[str, Any]]:
    return [
        {"scores": {"photo": photo(one)}, "faces": [], "hashes": []} for one in pictures
    ]


def photo(picture: Image.Image) -> float:
    """How much it looks like a photograph, 0 to 1."""
    total = BIAS + float(np.dot(WEIGHTS, features(picture)))
    return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))


def features(picture: Image.Image) -> NDArray[np.float64]:
    """(7,) of about 0 to 1 each: even areas, noise, palette, hard edges, soft slopes,
    spread of colour, texture."""
    small = picture.copy()
    small.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    rgb = np.asarray(small, np.uint8)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    box = np.ones((3, 3), np.uint8)
    span = cv2.dilate(grey, box) - cv2.erode(grey, box)
    edges = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    slope = np.hypot(
        cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    )
    calm = slope < 24
    noise = float(np.median(edges[calm])) if calm.any() else 20.0
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    return np.array(
        [
            float((span <= 2).mean()),
            min(1.0, noise / 6),
            palette(rgb),
            min(1.0, float(np.percentile(edges, 98)) / 200),
            float(((span > 2) & (span <= 12)).mean()),
            min(1.0, float(lab[..., 1:].std()) / 40),
            float(((span > 12) & (span <= 40)).mean()),
        ]
    )


def palette(rgb: NDArray[np.uint8]) -> float:
    """How many of 4096 colours (4 bits a channel) cover nine tenths, 0 to 1 by log."""
    code = (rgb >> 4).astype(np.int32)
    bins = np.bincount((code[..., 0] << 8 | code[..., 1] << 4 | code[..., 2]).ravel())
    counts = np.sort(bins)[::-1].cumsum()
    needed = int(np.searchsorted(counts, 0.9 * counts[-1])) + 1
    return float(min(1.0, np.log2(needed) / 9))
