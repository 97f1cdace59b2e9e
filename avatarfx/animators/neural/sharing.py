"""One model for several jobs at once: what they ask meanwhile is answered by one call.

Whoever comes while the model is busy waits, and the next to get it takes along what all
who wait have asked. Jobs that draw just then are waited for a little, never longer than
half of what a call takes here; alone nobody waits for company. No thread of its own: the
jobs' threads do the work.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic

from avatarfx.animators.neural.memory import (
    DeviceLost,
    ItemT,
    ResultT,
    run_halving,
    worded,
)
from socialapp.engines.errors import EngineError, OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

log = logging.getLogger(__name__)

PATIENCE = 0.5
"""Of a call's time: so long jobs that draw are waited for. Half as much again at worst,
where none comes."""

UNKNOWN_SECONDS = 0.2
"""A call, before there was one: the first ones load kernels and take longer."""


class _Asked(Generic[ItemT, ResultT]):
    """What one job wants to know, and what came of it."""

    def __init__(self, items: Sequence[ItemT]) -> None:
        self.items = list(items)
        self.answers: list[ResultT] = []
        self.error: EngineError | None = None
        self.done = False

    def end(self, answers: list[ResultT], error: EngineError | None = None) -> None:
        self.answers, self.error = answers, error
        self.done = True

    def take(self) -> list[ResultT]:
        if self.error is not None:
            raise self.error
        return self.answers


class Shared(Generic[ItemT, ResultT]):
    """Puts the questions of several threads to one model."""

    def __init__(
        self,
        call: Callable[[Sequence[ItemT]], Sequence[ResultT]],
        *,
        most: int,
        model: threading.Lock | None = None,
    ) -> None:
        """`call` answers any number of items in order, each for itself; `most` at once
        (a job that asks more than that gets calls for itself). `model` is held during a
        call: whoever uses the same networks otherwise holds it too."""
        self._call = call
        self._most = self._room = max(1, most)
        self._waiting: deque[_Asked[ItemT, ResultT]] = deque()
        self._door = threading.Condition()
        self._model = model or threading.Lock()
        self._jobs = 0
        self._seconds = UNKNOWN_SECONDS
        self.calls = 0
        """How often the model was asked, however many jobs it was for."""

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """Around all that one job asks: others know that more may come."""
        with self._door:
            self._jobs += 1
        try:
            yield
        finally:
            with self._door:
                self._jobs -= 1
                if not self._jobs:
                    # The next clip may have more room.
                    self._room = self._most
                self._door.notify_all()

    def ask(self, items: Sequence[ItemT]) -> list[ResultT]:
        """An answer for each item, in order. EngineError when one of these failed; what
        others asked does not matter. DeviceLost ends all that wait."""
        mine: _Asked[ItemT, ResultT] = _Asked(items)
        with self._door:
            self._waiting.append(mine)
            self._door.notify_all()
        with self._model:
            while not mine.done:
                self._gather()
                self._answer(self._next())
        return mine.take()

    def _gather(self) -> None:
        """Wait a little for jobs that have not asked yet, while there is room."""

        def enough() -> bool:
            asked = sum(len(one.items) for one in self._waiting)
            return len(self._waiting) >= self._jobs or asked >= self._room

        with self._door:
            self._door.wait_for(enough, PATIENCE * self._seconds)

    def _next(self) -> list[_Asked[ItemT, ResultT]]:
        """Those who waited longest, whole, until the batch is full."""
        some: list[_Asked[ItemT, ResultT]] = []
        count = 0
        with self._door:
            while self._waiting:
                count += len(self._waiting[0].items)
                if some and count > self._room:
                    break
                some.append(self._waiting.popleft())
        return some

    def _answer(self, some: list[_Asked[ItemT, ResultT]]) -> None:
        together = [item for asked in some for item in asked.items]
        try:
            answers = run_halving(
                self._counted, together, most=self._room, less=self._shrink
            )
        except Exception as error:
            self._part(some, error)
            return
        at = 0
        for asked in some:
            asked.end(answers[at : at + len(asked.items)])
            at += len(asked.items)

    def _part(self, some: list[_Asked[ItemT, ResultT]], error: Exception) -> None:
        """A call broke: each job is asked for by itself, so that the fault is that of
        one, unless nothing can be asked any more."""
        found = worded(error)
        if isinstance(found, DeviceLost):
            for asked in some:
                # One of its own for each thread that raises it.
                asked.end([], DeviceLost(str(found)))
        elif len(some) > 1:
            for asked in some:
                self._answer([asked])
        else:
            if not isinstance(error, EngineError | OutOfMemory):
                log.error("A model broke", exc_info=error)
            some[0].end([], found)

    def _counted(self, items: Sequence[ItemT]) -> Sequence[ResultT]:
        self.calls += 1
        began = time.perf_counter()
        answers = self._call(items)
        self._seconds = time.perf_counter() - began
        return answers

    def _shrink(self, size: int) -> None:
        """Memory ran out: no more than this at once while these jobs last."""
        log.warning("A shared model goes on with %d at once", size)
        self._room = min(self._room, size)
