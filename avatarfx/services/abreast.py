"""The clips of a batch made at the same time, each in a thread of its own.

Threads and not processes: weights are loaded once, a graphics card is used by one
process, and a call of the model can hold frames of several clips (see
`avatarfx.animators.neural.sharing`). What costs time beside the model, drawing and
encoding, lets go of the interpreter.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from django.db import connection, connections

from socialapp.engines import devices

if TYPE_CHECKING:
    from collections.abc import Callable

    from avatarfx.models import Clip
    from avatarfx.services.claimed import Batch

    Attempt = Callable[[Clip], None]


class _Count:
    """How many attempts this process makes just now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.now = 0

    def add(self, change: int) -> None:
        with self._lock:
            self.now += change


_count = _Count()


def others() -> int:
    """How many clips this process makes beside the one that asks."""
    return max(0, _count.now - 1)


def make(batch: Batch, attempt: Attempt, *, jobs: int) -> int:
    """Attempt what `batch` gives, up to `jobs` clips at once; how many were ended.

    A device that is lost lets nothing more begin. An exception of `attempt` ends its
    thread, and is raised when the others have ended what they began.
    """
    # As in the Minder: no thread inside a caller's transaction.
    if jobs < 2 or connection.in_atomic_block:
        return _one_by_one(batch, attempt)
    hands = [_Hand(batch, attempt, number) for number in range(jobs)]
    for hand in hands:
        hand.start()
    for hand in hands:
        # Whoever must end at once does, and takes these threads along.
        hand.join()
    for hand in hands:
        if hand.error is not None:
            raise hand.error
    return sum(hand.ended for hand in hands)


class _Hand(threading.Thread):
    def __init__(self, batch: Batch, attempt: Attempt, number: int) -> None:
        super().__init__(name=f"attempt-{number}", daemon=True)
        self._batch, self._attempt = batch, attempt
        self.ended = 0
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.ended = _one_by_one(self._batch, self._attempt)
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()


def _one_by_one(batch: Batch, attempt: Attempt) -> int:
    ended = 0
    while not devices.lost() and (clip := batch.begin()) is not None:
        _count.add(1)
        try:
            attempt(clip)
        finally:
            _count.add(-1)
        batch.end(clip)
        ended += 1
    return ended
