"""What spoils a render: each of the warp's faults, larger than it makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Floats = NDArray[np.floating[Any]]

UNTOUCHED = 0.6
"""Share of the pairs that stay as the warp drew them: they are what is refined later."""

OFTEN = 0.3
"""How often each fault is made in the others."""


def degraded(
    frames: NDArray[np.uint8], mouth: Floats, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Two frames in a row, (2, side, side, 3), with the same faults in both: what a
    warp does wrong it does wrong in the next frame too. `mouth` (2, side, side), 0 to
    1, is where the lower face is."""
    if rng.random() < UNTOUCHED:
        return frames
    faults = (coarse, blurred, seamed, cornered, packed)
    chosen = [fault for fault in faults if rng.random() < OFTEN]
    state = rng.bit_generator.state
    made = []
    for frame, low in zip(frames, mouth, strict=True):
        rng.bit_generator.state = state
        spoiled = frame
        for fault in chosen:
            spoiled = fault(spoiled, low, rng)
        made.append(spoiled)
    return np.stack(made)


def coarse(frame: Picture, _: Floats, rng: np.random.Generator) -> Picture:
    """A grid of too few points, and pixels that were skipped."""
    side = frame.shape[0]
    less = int(side * rng.uniform(0.45, 0.8))
    sampler = cv2.INTER_NEAREST if rng.random() < 0.5 else cv2.INTER_LINEAR
    small = cv2.resize(frame, (less, less), interpolation=sampler)
    return _bytes(cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR))


def blurred(frame: Picture, _: Floats, rng: np.random.Generator) -> Picture:
    return _bytes(cv2.GaussianBlur(frame, (0, 0), rng.uniform(0.4, 1.3)))


def seamed(frame: Picture, mouth: Floats, rng: np.random.Generator) -> Picture:
    """An edge of the paste that shows: light or dark, a pixel or two wide."""
    level = rng.uniform(0.3, 0.7)
    width = rng.uniform(0.03, 0.08)
    line = np.exp(-(((mouth - level) / width) ** 2))[..., None]
    return _bytes(frame + line * rng.uniform(-26, 26))


def cornered(frame: Picture, mouth: Floats, rng: np.random.Generator) -> Picture:
    """Corners of the mouth that are torn: a small place is drawn from beside it."""
    side = frame.shape[0]
    rows, columns = np.indices((side, side), np.float32)
    weight = np.maximum(mouth, 0)
    total = float(weight.sum())
    if total < 1:
        return frame
    x = float((columns * weight).sum() / total)
    y = float((rows * weight).sum() / total)
    reach = np.sqrt(total) * rng.uniform(0.3, 0.5)
    size = side * rng.uniform(0.015, 0.035)
    pull = rng.uniform(0.5, 1.5, 2) * size
    shift_x, shift_y = np.zeros_like(columns), np.zeros_like(rows)
    for sign in (-1, 1):
        off = np.hypot(columns - (x + sign * reach), rows - y) / size
        near = np.exp(-(off**2))
        shift_x += sign * near * np.float32(pull[0])
        shift_y += near * np.float32(pull[1])
    torn = cv2.remap(
        frame,
        (columns + shift_x).astype(np.float32),
        (rows + shift_y).astype(np.float32),
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return _bytes(torn)


def packed(frame: Picture, _: Floats, rng: np.random.Generator) -> Picture:
    """What a lossy file leaves."""
    quality = int(rng.integers(35, 85))
    _good, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _bytes(values: NDArray[Any]) -> Picture:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
