"""The nine drawn mouths: swapped, eased into each other, bent by a smile."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from avatarfx.animators.layers import cels, motion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from avatarfx.animators.layers.cels import Pixels
    from socialapp.performance import Face

_STEPS = 24
"""Positions of each of smile, stretch and mix that are told apart."""

_BLEND = 0.3
"""Share of the way in which both drawings are seen. Outside it one alone is shown,
stretched towards the other: two half-clear mouths look like a fault."""

_MOST = 1.9
"""A drawing is never stretched further than this towards the one it eases into."""


class _Shape(NamedTuple):
    """What tells two patches apart, in steps."""

    old: str
    new: str
    mix: int
    smile: int
    jaw: int
    wide: int


class Mouth:
    """Draws the mouth of a face as one patch; remembers the patches it made."""

    def __init__(self, drawn: Mapping[str, Pixels], *, corner: float) -> None:
        """`drawn` by letter, all in one patch of one shape; `corner`: pixels that a
        corner may travel at a smile of 1 by ``CORNER_UP``."""
        self._drawn = drawn
        self._corner = corner
        shape = next(iter(drawn.values())).shape
        self._shape = (shape[0], shape[1])
        self._boxes = {letter: _box(cel) for letter, cel in drawn.items()}
        rest = self._boxes.get("X") or next(iter(self._boxes.values()))
        self._middle = (rest[0] + rest[2]) / 2
        self._half = max((rest[2] - rest[0]) / 2, 1.0)
        self._patch = lru_cache(maxsize=512)(self._make)

    def draw(self, face: Face) -> Pixels:
        """The patch, not to be changed. A pressed mouth is always the closed one."""
        new, old, mix = face.mouth, face.mouth_from, face.mouth_mix
        if face.mouth_press >= 0.6:
            new, mix = "A", 1.0
        new = new if new in self._drawn else "X"
        old = old if old in self._drawn and mix < 1 else new
        jaw = motion.JAW_OF[old] * (1 - mix) + motion.JAW_OF[new] * mix
        return self._patch(
            _Shape(
                old,
                new,
                mix=round(min(max(mix, 0.0), 1.0) * _STEPS),
                smile=round(min(max(face.smile, -1.0), 1.0) * _STEPS),
                jaw=round((face.jaw_open - jaw) * _STEPS),
                wide=round(min(max(face.mouth_wide, 0.0), 1.0) * _STEPS / 2),
            )
        )

    def _make(self, shape: _Shape) -> Pixels:
        old, new = shape.old, shape.new
        t = shape.mix / _STEPS
        # Ease in and out: the lips start and stop softly although frames are few.
        t = t * t * (3 - 2 * t)
        bend = shape.smile / _STEPS * self._corner
        bend *= motion.CORNER_UP if shape.smile > 0 else motion.CORNER_DOWN
        bend /= motion.CORNER_UP
        breadth = 1 + 0.16 * shape.wide / _STEPS
        if old == new or shape.mix == _STEPS:
            return self._shown(new, (breadth, self._jaw(new, shape.jaw)), bend)
        first = self._shown(old, self._towards(old, new, t, shape.jaw, breadth), bend)
        second = self._shown(
            new, self._towards(new, old, 1 - t, shape.jaw, breadth), bend
        )
        seen = min(max((t - 0.5) / _BLEND + 0.5, 0.0), 1.0)
        if seen in {0.0, 1.0}:
            return second if seen else first
        # One of the two is always whole, so the skin never shines through.
        out = cels.fade(first, min(2 - 2 * seen, 1.0))
        cels.lay(out, cels.fade(second, min(2 * seen, 1.0)))
        return out

    def _towards(
        self, letter: str, other: str, t: float, jaw: int, breadth: float
    ) -> tuple[float, float]:
        """How much wider and taller `letter` is shown, `t` of the way to `other`."""
        own, goal = self._boxes[letter], self._boxes[other]
        width, height = (
            min(max(1 + (there / here - 1) * t, 1 / _MOST), _MOST)
            for here, there in (
                (own[2] - own[0], goal[2] - goal[0]),
                (own[3] - own[1], goal[3] - goal[1]),
            )
        )
        return width * breadth, height * self._jaw(letter, jaw)

    def _jaw(self, letter: str, jaw: int) -> float:
        # A closed mouth has nothing to stretch but its lips.
        if letter in "XA":
            return 1.0
        return min(max(1 + motion.STRETCH * jaw / _STEPS, 0.8), 1.2)

    def _shown(self, letter: str, stretch: tuple[float, float], bend: float) -> Pixels:
        """`stretch`: times wider and taller; `bend`: pixels that the corners rise."""
        breadth, tall = stretch
        cel = self._drawn[letter]
        if tall == 1 and breadth == 1 and bend == 0:
            return cel
        height, width = self._shape
        x = np.arange(width, dtype=np.float32)
        y = np.arange(height, dtype=np.float32)[:, None]
        # Stretched from the upper lip, which hardly moves on a face, and bent like a
        # parabola whose tips are the corners of the resting mouth.
        top = self._boxes[letter][1]
        lip = top + 0.25 * (self._boxes[letter][3] - top)
        arm = np.minimum(np.abs(x - self._middle) / self._half, 1.25)
        columns = (x - self._middle) / breadth + self._middle
        rows = (y + bend * (arm * arm - 0.25)[None, :] - lip) / tall + lip
        return np.asarray(
            cv2.remap(
                cel,
                np.broadcast_to(columns, (height, width)).astype(np.float32),
                rows.astype(np.float32),
                cv2.INTER_LINEAR,
            ),
            np.uint8,
        )


def _box(cel: Pixels) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is solid; the whole cel when nothing is."""
    solid: NDArray[np.bool_] = cel[..., 3] > 127
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    if not rows.size:
        return (0.0, 0.0, float(cel.shape[1]), float(cel.shape[0]))
    return (
        float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
    )  # fmt: skip
