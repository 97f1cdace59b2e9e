"""One model for several jobs at once: what they ask meanwhile is answered by one call.

Whoever comes while the model is busy waits, and the next to get it takes along what all
who wait have asked. So batches fill up under load, and alone nobody waits for company.
No thread of its own: the jobs' threads do the work.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic

from avatarfx.animators.neural.memory import ItemT, ResultT, run_apart, worded
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class _Asked(Generic[ItemT, ResultT]):
    """What one job wants to know, and the answers once they are there."""

    def __init__(self, items: Sequence[ItemT]) -> None:
        self.items = list(items)
        self.answers: list[ResultT | EngineError] | None = None

    def take(self) -> list[ResultT]:
        answers = self.answers or []
        for answer in answers:
            if isinstance(answer, EngineError):
                raise answer
        return [a for a in answers if not isinstance(a, EngineError)]


class Shared(Generic[ItemT, ResultT]):
    """Puts the questions of several threads to one model."""

    def __init__(
        self, call: Callable[[Sequence[ItemT]], Sequence[ResultT]], *, most: int
    ) -> None:
        """`call` answers any number of items in order, each for itself; `most` at once
        (a job that asks more than that gets a call for itself)."""
        self._call = call
        self._most = most
        self._waiting: deque[_Asked[ItemT, ResultT]] = deque()
        self._door = threading.Lock()
        self._model = threading.Lock()
        self.calls = 0
        """How often the model was asked, however many jobs it was for."""

    def ask(self, items: Sequence[ItemT]) -> list[ResultT]:
        """An answer for each item, in order. EngineError when one of these failed;
        those of other jobs do not matter. DeviceLost ends all that wait."""
        mine: _Asked[ItemT, ResultT] = _Asked(items)
        with self._door:
            self._waiting.append(mine)
        with self._model:
            while mine.answers is None:
                self._answer(self._next())
        return mine.take()

    def _next(self) -> list[_Asked[ItemT, ResultT]]:
        """Those who waited longest, whole, until the batch is full."""
        some: list[_Asked[ItemT, ResultT]] = []
        count = 0
        with self._door:
            while self._waiting:
                count += len(self._waiting[0].items)
                if some and count > self._most:
                    break
                some.append(self._waiting.popleft())
        return some

    def _answer(self, some: list[_Asked[ItemT, ResultT]]) -> None:
        together = [item for asked in some for item in asked.items]
        self.calls += 1
        try:
            answers = run_apart(self._call, together)
        except Exception as error:
            answers = [worded(error)] * len(together)
        at = 0
        for asked in some:
            asked.answers = answers[at : at + len(asked.items)]
            at += len(asked.items)
