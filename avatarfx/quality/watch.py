"""Watches a film while it is drawn, cheaply enough to watch every one.

Of every frame a pixel in 16 is looked at: does it hold still, flicker, is it dark, does
something move where and when the mouth should? Of a few frames a second the face is found
again by the landmark network. Nothing is judged here.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.quality import measures
from avatarfx.quality.beside.compare import Compare
from avatarfx.quality.measured import Measured
from avatarfx.quality.met import Met

if TYPE_CHECKING:
    from typing import Protocol

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

    class Seen(Protocol):
        @property
        def landmarks(self) -> Floats: ...

    class Finder(Protocol):
        """See ``avatarfx.riggers.finder.FaceFinder``."""

        def find(self, rgb: Picture) -> list[Any]: ...

        def follow(self, rgb: Picture, near: Floats, *, rounds: int) -> Any: ...


STEP = 4
"""Each fourth pixel of each fourth row."""

BLOCK = 8
"""Looked-at pixels a side of the blocks in which motion is told: 32 of the picture."""

MOST_LOOKS = 120
"""Faces found again in one film, however long."""

LOOK_EVERY = 9
"""Frames between two looks, in films that are short enough."""

TRIPLE_EVERY = 3
"""Each third look is at three frames in a row, for what trembles between frames."""

ENOUGH = 24
"""Looks from which sync can be told: some six seconds."""

SURE = 0.5
"""A correlation whose peak tells the lag."""

SECOND = 25
"""Frames over which flicker is averaged: its worst second counts."""

SIDE = 48
"""Pixels a side of the faces that are compared."""

UPPER = (33, 263, 168)
"""Outer eye corners and the bridge of the nose: where a face lies in the frame."""

LAGS = np.arange(-measures.MAX_LAG, measures.MAX_LAG + 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What mouths and sound should do in each frame, see ``avatarfx.quality.words``."""

    moves: Floats
    loudness: Floats
    still_camera: bool

    @property
    def count(self) -> int:
        """Frames of the film."""
        return len(self.moves)


def meet(reference: Picture, finder: Finder | None) -> Met:
    """Learn who is in a picture at rest; `finder`: and where their face is."""
    scene = few(reference)
    found = finder.find(reference) if finder else []
    if not found:
        return Met(scene)
    near = found[0].landmarks
    return Met(scene, near, _aligned(reference, near))


class Watch:
    """Sees the frames of one film in order, then tells what it measured."""

    def __init__(
        self,
        asked: Asked,
        *,
        met: Met | None,
        finder: Finder | None,
        drawn: bool = False,
    ) -> None:
        """`met`: who is on stage, where somebody looked. With `finder` faces are found
        again, if one was met. `drawn`: mouths are pictures that take each other's place.
        """
        self.seconds = 0.0
        """Of this thread's CPU, spent on watching so far."""

        began = time.thread_time()
        self._asked = asked
        self._drawn = drawn
        self._near = met.near if met else None
        self._face = met.face if met else None
        self._scene = met.scene if met else None
        self._finder = finder if self._near is not None else None
        self._looks = _plan(asked.count) if self._finder else frozenset()
        self._seen: dict[int, Floats | None] = {}
        self._unlike: list[float] = []
        self._further: list[float] = []
        self._compare: Compare | None = None
        self._scenes: list[float] = []
        self._last: list[NDArray[np.int16]] = []
        self._flicker: list[float] = []
        self._motion: list[NDArray[np.float32]] = []
        self.kept: dict[int, NDArray[np.int16]] = {}
        """What was looked at of each frame at which an encoder starts anew, by number."""

        self.seconds += time.thread_time() - began

    def learn(self, asked: Asked) -> None:
        """More is known of the film than when it began."""
        self._asked = asked
        if self._finder:
            self._looks |= _plan(asked.count)

    def see(
        self,
        number: int,
        pixels: Picture,
        *,
        under: Picture | None = None,
        keep: bool = False,
    ) -> None:
        """The next frame as it was drawn, (height, width, 3) RGB, and `under`: as it was
        before a model refined it."""
        began = time.thread_time()
        seen = few(pixels)
        if keep:
            self.kept[number] = seen
        self._motion.append(_blocks(seen, self._last[-1] if self._last else seen))
        if len(self._last) == 2:
            first, second = self._last
            self._flicker.append(_alternation(first, second, seen))
        self._last = [*self._last[-1:], seen]
        if under is not None or self._compare is not None:
            self._beside(number, pixels, pixels if under is None else under)
        if number in self._looks and self._near is not None:
            self._look(number, pixels, under)
        if (
            self._scene is not None
            and self._asked.still_camera
            and number % SECOND == 12
        ):
            self._scenes.append(1 - measures.correlation(seen, self._scene))
        self.seconds += time.thread_time() - began

    def measured(self) -> Measured:
        began = time.thread_time()
        mouth, mouth_lag = self._mouth()
        sync, lag, jitter = self._face_numbers()
        looked = len(self._seen)
        found = Measured(
            mouth=mouth,
            drawn=self._drawn,
            mouth_lag=mouth_lag,
            sync=sync,
            lag_frames=lag,
            jitter_px=jitter,
            identity=_middle(self._unlike),
            scene=_middle(self._scenes),
            flicker=_worst_second(self._flicker),
            lost=sum(one is None for one in self._seen.values()) / looked
            if looked
            else None,
            looks=looked,
            beside=self._compare.found(_middle(self._further))
            if self._compare
            else None,
            cpu_seconds=round(self.seconds + time.thread_time() - began, 3),
        )
        self.seconds += time.thread_time() - began
        return found

    def _beside(self, number: int, pixels: Picture, under: Picture) -> None:
        self._compare = self._compare or Compare()
        moves = self._asked.moves
        move = float(moves[number]) if number < len(moves) else 0.0
        self._compare.see(pixels, under, move)

    def _look(self, number: int, pixels: Picture, under: Picture | None) -> None:
        if self._finder is None or self._near is None or self._face is None:
            return
        found = self._finder.follow(pixels, self._near, rounds=0)
        if found is None:
            # The head is elsewhere, or the face is gone: one good look decides.
            every = self._finder.find(pixels)
            found = every[0] if every else None
        self._seen[number] = None if found is None else found.landmarks
        if found is not None:
            self._near = found.landmarks
            like = measures.correlation(_aligned(pixels, found.landmarks), self._face)
            self._unlike.append(1 - like)
            if under is not None:
                was = _aligned(under, found.landmarks)
                self._further.append(measures.correlation(was, self._face) - like)

    def _mouth(self) -> tuple[float | None, float | None]:
        """How well some part of the picture moves when the mouth should, and how many
        frames late; None when nobody's mouth should, in the first three seconds, and
        where the camera moves everything."""
        if self._asked.moves.max(initial=0.0) < 0.02 or self._asked.count < 3 * SECOND:
            return None, None
        if not self._asked.still_camera or len(self._motion) != self._asked.count:
            return None, None
        motion = np.stack(self._motion)
        moves = np.convolve(self._asked.moves[: len(motion)], [0.25, 0.5, 0.25], "same")
        edge = measures.MAX_LAG
        wanted = _unit(moves[edge:-edge])
        # All blocks at once: correlations with the commands, a row a lag.
        found = np.stack(
            [
                _unit(motion[edge + lag : len(motion) - edge + lag]).T @ wanted
                for lag in LAGS
            ]
        )
        best = np.sort(found, axis=1)[:, -3:].mean(axis=1)
        at = int(best.argmax())
        return round(float(best[at]), 3), float(LAGS[at])

    def _face_numbers(self) -> tuple[float | None, float | None, float | None]:
        """Sync, lag in frames, jitter in pixels."""
        seen = {n: one for n, one in self._seen.items() if one is not None}
        if len(seen) < 12:
            return None, None, None
        numbers = np.array(sorted(seen))
        landmarks = np.stack([seen[n] for n in sorted(seen)])
        jitter = measures.jitter_of_triples(numbers, landmarks)
        if self._asked.loudness.max(initial=0.0) <= 0 or len(seen) < ENOUGH:
            return None, None, jitter
        gap = measures.mouth_gap(landmarks)
        sync, lag = measures.sampled_lag(numbers, gap, self._asked.loudness)
        # A low peak may lie anywhere.
        return round(sync, 3), round(lag, 1) if sync >= SURE else None, jitter


def few(pixels: Picture) -> NDArray[np.int16]:
    """Green of a pixel in 16."""
    return pixels[STEP // 2 :: STEP, STEP // 2 :: STEP, 1].astype(np.int16)


def _blocks(now: NDArray[np.int16], before: NDArray[np.int16]) -> NDArray[np.float32]:
    """How much changed, by block."""
    change = np.abs(now - before).astype(np.float32)
    rows, columns = (side // BLOCK for side in change.shape)
    whole = change[: rows * BLOCK, : columns * BLOCK]
    # The mean of each block, in a tenth of the time that NumPy takes.
    small = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).ravel()


def _alternation(
    first: NDArray[np.int16], second: NDArray[np.int16], third: NDArray[np.int16]
) -> float:
    """Grey levels by which pixels go up and down again, or down and up, in three frames.
    A cut or a movement goes one way and counts for nothing."""
    out, back = second - first, second - third
    # Both have one sign where it came back; the nearer of the two to zero is how far.
    up = np.minimum(out, back)
    down = np.maximum(out, back)
    return float(cv2.mean(np.maximum(up, 0) + np.maximum(-down, 0))[0])


def _worst_second(values: list[float]) -> float:
    if not values:
        return 0.0
    width = min(SECOND, len(values))
    means = np.convolve(values, np.full(width, 1 / width), "valid")
    return round(float(means.max()), 3)


def _aligned(rgb: Picture, landmarks: Floats) -> Floats:
    """(SIDE, SIDE) grey of forehead, eyes and nose, each at its own place: what neither
    speech nor a turn of the head moves much."""
    left, right = landmarks[33, :2], landmarks[263, :2]
    middle = (left + right) / 2
    across = right - left
    down = np.array([-across[1], across[0]])
    corners = np.array(
        [
            middle - 0.85 * across - 0.7 * down,
            middle + 0.85 * across - 0.7 * down,
            middle - 0.85 * across + 0.65 * down,
        ],
        np.float32,
    )
    into = np.array([[0, 0], [SIDE, 0], [0, SIDE]], np.float32)
    matrix = cv2.getAffineTransform(corners, into)
    patch = cv2.warpAffine(rgb, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA)
    grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    return cv2.GaussianBlur(grey, (5, 5), 0).astype(np.float32)


def _unit(values: Floats) -> Floats:
    """Columns without their mean and of length 1; what never changes becomes 0."""
    centred = values - values.mean(axis=0)
    length = np.sqrt((centred * centred).sum(axis=0))
    return np.asarray(centred / np.maximum(length, 1e-6))


def _plan(count: int) -> frozenset[int]:
    """Which frames are looked at."""
    looks = MOST_LOOKS / (1 + 2 / TRIPLE_EVERY)
    every = np.arange(2, count - 2, max(LOOK_EVERY, math.ceil(count / looks)))
    triples = every[::TRIPLE_EVERY]
    return frozenset(int(n) for n in (*every, *(triples - 1), *(triples + 1)))


def _middle(values: list[float]) -> float | None:
    """The upper quartile: a blink is no other person, a second of another face is."""
    return round(float(np.percentile(values, 75)), 3) if values else None
