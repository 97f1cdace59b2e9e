"""Measures a refined film against its control while both are drawn.

Pictures are reduced so that their short side has `SIDE` pixels, whatever they had; what is
kept does not grow with the film. Only where both differ is anything measured: what a
model left alone is as good as the control is. Nothing is judged here.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.quality import measures
from avatarfx.quality.beside.found import Beside
from avatarfx.quality.beside.motion import Motion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

SIDE = 128
"""Pixels of the short side: 4 of a frame are one."""

BLOCK = 8
"""Pixels a side of the parts that are told from each other: a sixteenth."""

DIFFERS = 1.0
"""Mean levels in a block from which the model touched it."""

LOOK_EVERY = 4
"""Frames between two looks at contours, colour and optical flow."""

SECOND = 25
"""Frames over which is averaged: the worst second counts."""

WIPED = 70.0
"""Levels between the means of a block: no refinement does that."""

CONTRAST = 10.0
"""Levels of deviation that make a block one with something in it..."""

FLATTENED = 0.12
"""... of which less than this is left when it was wiped out."""

STILL = 0.08
"""Of the control's motion: less counts as none."""

ASTIR = 1.2
"""Mean levels by which the touched part of the control moves when it is seen to."""

FINE = 2
"""Size of the pictures whose contours are compared, in units of the small ones."""


class Compare:
    """Sees the frames of one film and of its control in order."""

    def __init__(self) -> None:
        self._frames = 0
        self._motion: Motion | None = None
        self._touched = np.zeros((1, 1))
        self._before: tuple[Floats, Floats] | None = None
        self._points: deque[tuple[NDArray[np.int16], NDArray[np.int16]]] = deque(
            maxlen=2
        )
        self._drift: Floats | None = None
        self._flicker = Worst()
        self._swims = Worst(SECOND // LOOK_EVERY)
        self._pulse: Worst | None = None
        self._unlike = Worst(SECOND // LOOK_EVERY)
        self._colour = Worst(SECOND // LOOK_EVERY)
        self._kept = self._had = 0.0
        self._spoiled = self._stopped = 0
        self._flow: cv2.DISOpticalFlow | None = None

    def see(self, refined: Picture, control: Picture, move: float) -> None:
        """The next frame of both, (height, width, 3) RGB, and how much the mouths were
        commanded to move since the one before."""
        size = _reduced(control)
        small, small_control = _shrunk(refined, size), _shrunk(control, size)
        grid = (max(1, size[0] // BLOCK), max(1, size[1] // BLOCK))
        touched = _touched(small, small_control, grid)
        grey, grey_control = _grey(small), _grey(small_control)
        if self._motion is None:
            self._motion = Motion(*grid)
            self._touched = np.zeros(touched.shape)
        self._touched += touched
        mask = _spread(touched, size)
        if self._before is not None:
            change = grey - self._before[0]
            change_control = grey_control - self._before[1]
            self._motion.see(_halved(change), _halved(change_control), move)
            self._stopped += _stopped(change, change_control, mask)
        self._spoiled += _spoiled(grey, grey_control, grid)
        self._tremble(refined, control, grey - grey_control, grid, mask)
        if mask.any() and self._frames % LOOK_EVERY == 1:
            self._look(grey, grey_control, mask)
            self._colour.add(_off(small, small_control, mask))
            self._contours(refined, control, size, mask)
        elif self._frames % LOOK_EVERY == 1:
            for series in (self._swims, self._unlike, self._colour):
                series.add(0.0)
        self._before = (grey, grey_control)
        self._frames += 1

    def found(self, portrait: float | None = None) -> Beside:
        """`portrait`: how much further from it than the control, see `Beside`."""
        blocks = max(1, self._frames) * max(1, self._touched.size)
        motion = self._motion or Motion(*self._touched.shape[::-1])
        followed = motion.followed(self._touched)
        return Beside(
            touched=round(float(self._touched.sum()) / blocks, 3),
            mouth=followed.mouth,
            mouth_lag=followed.mouth_lag,
            opening=followed.opening,
            follows=followed.follows,
            unlike=round(self._unlike.worst, 4),
            detail=round(self._kept / self._had, 3) if self._had > 0 else 1.0,
            flicker=round(self._flicker.worst, 3),
            swims=round(self._swims.worst, 3),
            pulse=round(self._pulse.worst if self._pulse else 0.0, 3),
            colour=round(self._colour.worst, 2),
            spoiled=self._spoiled,
            stopped=self._stopped,
            portrait=portrait,
        )

    def _tremble(
        self,
        refined: Picture,
        control: Picture,
        difference: Floats,
        grid: tuple[int, int],
        mask: Mask,
    ) -> None:
        """Flicker of single pixels, and of the light of whole parts."""
        means = _by_block(difference, grid)
        if self._drift is not None:
            self._pulse = self._pulse or Worst()
            self._pulse.add(np.abs(means - self._drift))
        self._drift = means
        points, points_control = _points(refined), _points(control)
        if len(self._points) == 2:
            differ = np.abs(points - points_control) > DIFFERS
            beyond = 0.0
            if differ.any() and mask.any():
                (one, one_control), (two, two_control) = self._points
                turned = _turned(one, two, points)
                turned_control = _turned(one_control, two_control, points_control)
                beyond = float((turned - turned_control)[differ].mean())
            self._flicker.add(beyond)
        self._points.append((points, points_control))

    def _look(self, grey: Floats, grey_control: Floats, mask: Mask) -> None:
        self._unlike.add(1 - measures.correlation(grey[mask], grey_control[mask]))
        if self._before is None:
            return
        if self._flow is None:
            self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        rest = np.zeros((*grey.shape, 2), np.float32)
        now, then = _bytes(grey_control), _bytes(self._before[1])
        flow = np.asarray(self._flow.calc(now, then, rest))
        rows, columns = np.indices(grey.shape, np.float32)
        across, down = columns + flow[..., 0], rows + flow[..., 1]
        left = [
            np.abs(shown - cv2.remap(gone, across, down, cv2.INTER_LINEAR))[mask].mean()
            for shown, gone in zip((grey, grey_control), self._before, strict=True)
        ]
        self._swims.add(float(left[0] - left[1]))

    def _contours(
        self, refined: Picture, control: Picture, size: tuple[int, int], mask: Mask
    ) -> None:
        """Finer than the rest: what a blur takes away is gone at a small size anyway."""
        fine = (FINE * size[0], FINE * size[1])
        edges, edges_control = (
            cv2.Laplacian(_grey(_shrunk(one, fine)), cv2.CV_32F)
            for one in (refined, control)
        )
        wide = np.repeat(np.repeat(mask, FINE, axis=0), FINE, axis=1)
        self._kept += float((edges * edges_control)[wide].sum())
        self._had += float((edges_control * edges_control)[wide].sum())


class Worst:
    """The highest mean of any `width` values in a row; of arrays the highest element."""

    def __init__(self, width: int = SECOND) -> None:
        self._last: deque[Any] = deque(maxlen=width)
        self._sum: Any = 0.0
        self._highest = 0.0

    def add(self, value: Any) -> None:
        if len(self._last) == self._last.maxlen:
            self._sum = self._sum - self._last[0]
        self._last.append(value)
        self._sum = self._sum + value
        if len(self._last) == self._last.maxlen:
            self._highest = max(self._highest, self._mean())

    @property
    def worst(self) -> float:
        """Of fewer values than that, their mean."""
        return self._highest if len(self._last) == self._last.maxlen else self._mean()

    def _mean(self) -> float:
        return float(np.max(self._sum)) / max(1, len(self._last))


def _reduced(frame: Picture) -> tuple[int, int]:
    """Width and height of the small pictures."""
    height, width = frame.shape[:2]
    scale = min(1.0, SIDE / min(width, height))
    return max(BLOCK, round(width * scale)), max(BLOCK, round(height * scale))


def _shrunk(frame: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def _grey(frame: Picture) -> Floats:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _bytes(grey: Floats) -> Picture:
    return grey.astype(np.uint8)


def _points(frame: Picture) -> NDArray[np.int16]:
    """Green of single pixels, which no averaging has made calm."""
    step = max(1, min(frame.shape[:2]) // SIDE)
    return frame[step // 2 :: step, step // 2 :: step, 1].astype(np.int16)


def _by_block(values: Floats, grid: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(values, grid, interpolation=cv2.INTER_AREA))


def _halved(values: Floats) -> Floats:
    size = (max(1, values.shape[1] // 2), max(1, values.shape[0] // 2))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA))


def _spread(blocks: Mask, size: tuple[int, int]) -> Mask:
    """Blocks as pixels of the small picture."""
    grown = cv2.resize(
        blocks.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT
    )
    return np.asarray(grown > 0)


def _touched(refined: Picture, control: Picture, grid: tuple[int, int]) -> Mask:
    """(down, across): the blocks that differ."""
    red, green, blue = cv2.split(cv2.absdiff(refined, control))
    apart = np.asarray(cv2.max(cv2.max(red, green), blue), np.float32)
    return np.asarray(_by_block(apart, grid) > DIFFERS)


def _stopped(change: Floats, change_control: Floats, mask: Mask) -> bool:
    if not mask.any():
        return False
    moved = float(np.abs(change_control[mask]).mean())
    return moved > ASTIR and float(np.abs(change[mask]).mean()) < STILL * moved


def _spoiled(grey: Floats, grey_control: Floats, grid: tuple[int, int]) -> bool:
    """Is a part of it wiped out?"""
    mean, mean_control = _by_block(grey, grid), _by_block(grey_control, grid)
    if (np.abs(mean - mean_control) > WIPED).any():
        return True
    spread, spread_control = (
        np.sqrt(np.maximum(_by_block(one * one, grid) - middle * middle, 0))
        for one, middle in ((grey, mean), (grey_control, mean_control))
    )
    flat = (spread_control > CONTRAST) & (spread < FLATTENED * spread_control)
    return bool(flat.any())


def _off(refined: Picture, control: Picture, mask: Mask) -> float:
    """Levels between the mean colours of the touched part."""
    apart = refined[mask].mean(axis=0) - control[mask].mean(axis=0)
    return float(np.abs(apart).max())


def _turned(
    first: NDArray[np.int16], second: NDArray[np.int16], third: NDArray[np.int16]
) -> NDArray[np.int16]:
    """By pixel: how far it goes up and down again, or down and up."""
    out, back = second - first, third - second
    least = np.minimum(np.abs(out), np.abs(back))
    return np.where((out > 0) != (back > 0), least, 0)
