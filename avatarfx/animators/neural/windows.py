"""Long takes for models that see a few frames at once: windows that overlap.

Each frame is a weighted mean of what the windows over it say; the weights fall towards
a window's ends, so that no seam is seen. At most two windows are ever in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """Frames `start` to `stop`, the latter not included."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


def windows(total: int, *, length: int, overlap: int) -> list[Window]:
    """Windows of `length` frames that cover `total`, each sharing at least `overlap` with
    the one before. The last ends with the take; a take shorter than a window is one."""
    _check(length, overlap)
    if total <= 0:
        return []
    if total <= length:
        return [Window(0, total)]
    starts = list(range(0, total - length + 1, length - overlap))
    if starts[-1] + length < total:
        starts.append(total - length)
    return [Window(start, start + length) for start in starts]


def begin(frame: int, *, length: int, overlap: int) -> int:
    """Where a take may begin so that its windows over `frame` and all after it are those
    of the whole: the start of the window before the first of them. Nothing depends on
    what is in that one, but the last window of a take may begin within it."""
    _check(length, overlap)
    step = length - overlap
    first = max(0, (frame - length) // step + 1)
    return max(0, first - 1) * step


def weights(length: int) -> NDArray[np.float32]:
    """(length,) of a window's frames, before all over a frame are made to sum to 1:
    highest in its middle."""
    at = np.arange(length, dtype=np.float32) + 1
    return np.asarray(np.minimum(at, at[::-1]))


def shares(total: int, *, length: int, overlap: int) -> list[NDArray[np.float32]]:
    """The weights of all windows, in order: over each frame they sum to 1."""
    found = windows(total, length=length, overlap=overlap)
    summed = np.zeros(total, np.float32)
    for window in found:
        summed[window.start : window.stop] += weights(window.length)
    return [
        np.asarray(weights(w.length) / summed[w.start : w.stop], np.float32)
        for w in found
    ]


class Slide(Generic[T]):
    """The windows of a take whose end is not known yet, with what is in them: in the end
    those that `windows` names. It keeps as many items as a window is long."""

    def __init__(self, *, length: int, overlap: int) -> None:
        _check(length, overlap)
        self._length, self._overlap = length, overlap
        self._kept: list[T] = []
        self._first = 0
        """Number of the first item that is kept."""

        self._done = 0
        """Items that were in a window."""

        self._next = 0
        """Where the next window starts."""

    def add(self, item: T) -> tuple[Window, list[T]] | None:
        """The window that this item completes."""
        self._kept.append(item)
        if len(self._kept) > self._length:
            del self._kept[0]
            self._first += 1
        stop = self._first + len(self._kept)
        if stop < self._next + self._length:
            return None
        self._next += self._length - self._overlap
        self._done = stop
        return Window(self._first, stop), list(self._kept)

    def end(self) -> tuple[Window, list[T]] | None:
        """The last window, over what no other has covered; None when all are."""
        stop = self._first + len(self._kept)
        if stop == self._done:
            return None
        self._done = stop
        return Window(self._first, stop), list(self._kept)


class Blend:
    """Results of overlapping windows, added up as they come."""

    def __init__(self) -> None:
        self._sums: list[NDArray[np.float32]] = []
        self._weights: list[float] = []
        self._first = 0

    @property
    def held(self) -> int:
        """How many frames wait for what a later window says of them."""
        return len(self._sums)

    def add(
        self, window: Window, results: Sequence[NDArray[Any]]
    ) -> list[NDArray[np.float32]]:
        """What no later window can change, in order. The first may begin anywhere."""
        ready = self._until(window.start)
        if not self._sums:
            self._first = window.start
        for number, share, result in zip(
            range(window.start, window.stop),
            weights(window.length),
            results,
            strict=True,
        ):
            at = number - self._first
            if at == len(self._sums):
                self._sums.append(np.zeros(result.shape, np.float32))
                self._weights.append(0.0)
            self._sums[at] += np.float32(share) * result
            self._weights[at] += float(share)
        return ready

    def end(self) -> list[NDArray[np.float32]]:
        """What is left."""
        return self._until(self._first + len(self._sums))

    def _until(self, number: int) -> list[NDArray[np.float32]]:
        count = max(0, number - self._first)
        ready = [
            total / np.float32(weight)
            for total, weight in zip(
                self._sums[:count], self._weights[:count], strict=True
            )
        ]
        del self._sums[:count]
        del self._weights[:count]
        self._first += len(ready)
        return ready


def _check(length: int, overlap: int) -> None:
    if length < 1 or not 0 <= overlap < length:
        raise ValueError(
            "A window has a frame at least, and overlaps by less than all."
        )
