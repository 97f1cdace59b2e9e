"""Work that ends: a text that somebody made to be slow is not.

Nothing here measures speed. Growth is a ratio of two runs of the same test on the same
machine, and patience ends what would never end.
"""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMES = 8
"""How much larger the second input is."""

LINEAR = 3.0 * TIMES
"""How much longer it may take; what grows with the square takes 64 times as long."""

LEAST = 0.002
"""Seconds: a first run that is shorter says little."""

PATIENCE = 30.0
"""Seconds of processor time."""


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times longer `work(8 * size)` takes than `work(size)`, in processor time
    of this thread; what is too short to tell counts as `LEAST`."""
    work(size)
    small = min(_spent(work, size) for _ in range(3))
    large = min(_spent(work, TIMES * size) for _ in range(2))
    return large / max(small, LEAST)


def _spent(work: Callable[[int], object], size: int) -> float:
    began = time.thread_time()
    work(size)
    return time.thread_time() - began


@contextmanager
def patience(seconds: float = PATIENCE) -> Iterator[None]:
    """AssertionError in the middle of work that spends more processor time than that.
    For the main thread."""

    def over(_number: int, _frame: object) -> None:
        raise AssertionError(f"It had not ended after {seconds:g} s of work.")

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
