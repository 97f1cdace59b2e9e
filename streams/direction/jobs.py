"""Work beside the pace of a show: each piece in a thread that may be given up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Job(Generic[T]):
    """One piece of work. One that hangs is dropped: its thread is a daemon, and what it
    brings in the end is nobody's."""

    def __init__(self) -> None:
        self.done = False
        self._result: T | None = None
        self._error: BaseException | None = None

    def run(self, work: Callable[[], T]) -> None:
        try:
            self._result = work()
        except Exception as error:
            self._error = error
        self.done = True

    def result(self) -> T:
        """What came out, or the error that did; call it when it is `done`."""
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # done, and no error


class Start(Protocol):
    def __call__(self, work: Callable[[], T], woken: Callable[[], None]) -> Job[T]:
        """Begin `work`; `woken` is called when it is done."""


def in_thread(work: Callable[[], T], woken: Callable[[], None]) -> Job[T]:
    job: Job[T] = Job()

    def body() -> None:
        try:
            job.run(work)
        finally:
            connections.close_all()
            woken()

    threading.Thread(target=body, name="writer", daemon=True).start()
    return job


def at_once(work: Callable[[], T], woken: Callable[[], None]) -> Job[T]:
    """In the caller's thread: for tests, whose transactions no other thread sees."""
    job: Job[T] = Job()
    job.run(work)
    woken()
    return job
