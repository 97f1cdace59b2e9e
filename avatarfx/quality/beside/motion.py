"""Does what is refined move as the control moves, where and when the mouth should?"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.quality.measures import MAX_LAG

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

MOUTHS = 4
"""Blocks in which the control goes best with the commands: a mouth in a close-up."""

MOVES = 0.15
"""Of the liveliest block's energy: what counts as moving at all."""

LIVELY = 0.4
"""Mean square of the change, grey levels: less is the rounding of resampling."""

OFTEN = 0.4
"""Of the frames in which the most touched block differs."""

COMMANDED = 0.3
"""Correlation with the commands from which a block shows a mouth."""


@dataclass(frozen=True, slots=True)
class Followed:
    """See `avatarfx.quality.beside.found.Beside`."""

    mouth: float | None
    mouth_lag: float | None
    opening: float | None
    follows: float


class Motion:
    """Sums of a film's changes, by block and lag; its size does not grow."""

    def __init__(self, across: int, down: int) -> None:
        """`across`, `down`: blocks of a frame."""
        self._grid = (across, down)
        shape = (down, across)
        self._refined = np.zeros(shape)
        self._control = np.zeros(shape)
        self._cross = np.zeros((2 * MAX_LAG + 1, *shape))
        self._last: deque[tuple[Floats, Floats]] = deque(maxlen=MAX_LAG + 1)
        self._frames = 0
        # Of the control's motion against the commands: a correlation in five sums.
        self._moved = np.zeros(shape)
        self._moved_square = np.zeros(shape)
        self._both = np.zeros(shape)
        self._asked = self._asked_square = 0.0

    def see(self, refined: Floats, control: Floats, move: float) -> None:
        """The change of both since the frame before, float32 grey (height, width), and
        how much the mouths were commanded to move meanwhile."""
        self._frames += 1
        self._last.appendleft((refined, control))
        self._refined += self._by_block(refined * refined)
        self._control += self._by_block(control * control)
        for lag, (refined_then, control_then) in enumerate(self._last):
            late = self._by_block(refined * control_then)
            self._cross[MAX_LAG + lag] += late
            if lag:
                self._cross[MAX_LAG - lag] += self._by_block(refined_then * control)
        moved = self._by_block(np.abs(control))
        self._moved += moved
        self._moved_square += moved * moved
        self._both += moved * move
        self._asked += move
        self._asked_square += move * move

    def followed(self, touched: Floats) -> Followed:
        """`touched`: in how many frames the model changed each block, (down, across)."""
        lively = self._control / max(1, self._frames)
        often = touched >= max(1.0, OFTEN * touched.max(initial=0.0))
        moves = (lively >= LIVELY) & (lively >= MOVES * lively.max()) & often
        follows = 1.0
        if moves.any():
            follows = float(self._correlated(MAX_LAG)[moves].min())
        # Around a face all that moves is the control's own.
        mouth = self._mouths(often if often.any() else lively >= LIVELY)
        if not mouth.any():
            return Followed(None, None, None, round(follows, 3))
        # One that stands still is not made good by its neighbours.
        at = np.unravel_index(
            int(np.where(mouth, self._correlated(MAX_LAG), np.inf).argmin()),
            mouth.shape,
        )
        found = self._cross[:, at[0], at[1]]
        best = int(found.argmax())
        scale = math.sqrt(float(self._refined[at] * self._control[at]))
        return Followed(
            mouth=round(float(found[best]) / max(scale, 1e-6), 3),
            mouth_lag=float(best - MAX_LAG),
            opening=round(float(found[best] / self._control[at]), 3),
            follows=round(follows, 3),
        )

    def _correlated(self, row: int) -> Floats:
        scale = np.sqrt(self._refined * self._control)
        return np.asarray(self._cross[row] / np.maximum(scale, 1e-6))

    def _mouths(self, where: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Those of the blocks that move most as the mouths were told to."""
        count = max(1, self._frames)
        moved, asked = self._moved / count, self._asked / count
        together = self._both / count - moved * asked
        spread = np.maximum(self._moved_square / count - moved * moved, 0)
        asked_spread = max(self._asked_square / count - asked * asked, 0.0)
        goes = together / np.maximum(np.sqrt(spread * asked_spread), 1e-9)
        lively = self._control / count
        goes[(lively < LIVELY) | (lively < MOVES * lively.max()) | ~where] = 0.0
        best = np.sort(goes, axis=None)[-MOUTHS:][0]
        return np.asarray(goes >= max(best, COMMANDED))

    def _by_block(self, values: Floats) -> Floats:
        return np.asarray(cv2.resize(values, self._grid, interpolation=cv2.INTER_AREA))
