"""Watches in a thread of its own, a few frames behind whoever draws and encodes.

To find a face again takes as long as drawing the frame, and libraries let go of the
interpreter meanwhile: with two cores, who films need not wait for it.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from avatarfx.quality.measured import Measured
    from avatarfx.quality.watch import Asked, Picture, Watch

BEHIND = 24
"""Frames that wait at most; then the filming waits."""


class Watcher:
    """A `Watch` that is told what to look at, in order. Used as a context; what went
    wrong in it is raised by the next call."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._waiting: queue.Queue[Callable[[], None] | None] = queue.Queue(BEHIND)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def see(
        self, number: int, pixels: Picture, *, under: Picture | None, keep: bool
    ) -> None:
        """As `Watch.see`; the pictures must not change any more."""
        self._put(lambda: self._watch.see(number, pixels, under=under, keep=keep))

    def learn(self, asked: Asked) -> None:
        """As `Watch.learn`, of the frames that come after it."""
        self._put(lambda: self._watch.learn(asked))

    def measured(self) -> Measured:
        """As `Watch.measured`, when all was seen. Nothing can be seen afterwards."""
        self._end()
        self._raise()
        return self._watch.measured()

    @property
    def watch(self) -> Watch:
        return self._watch

    def _put(self, task: Callable[[], None]) -> None:
        self._raise()
        self._waiting.put(task)

    def _end(self) -> None:
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (task := self._waiting.get()) is not None:
            if self._error is not None:
                continue  # nobody must wait for a place
            try:
                task()
            except BaseException as error:
                self._error = error
