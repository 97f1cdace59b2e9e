"""Stops asking an endpoint that fails, and asks again after a while."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row; after `rest` seconds lets one call try.

    Each failed try doubles the rest, up to `longest`. Safe in threads.
    """

    def __init__(
        self,
        *,
        failures: int = 3,
        rest: float = 15.0,
        longest: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._first, self._longest = failures, rest, longest
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._rest = rest
        self._until = 0.0
        self._trying = False

    def closed_for(self) -> float:
        """Seconds until a call may try; 0: now."""
        with self._lock:
            if self._failed < self._most:
                return 0.0
            if self._trying:
                return self._rest
            return max(0.0, self._until - self._clock())

    def begin(self) -> bool:
        """A call starts; False: it may not. Each True needs one `done` or `failed`."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._trying or self._clock() < self._until:
                return False
            self._trying = True
            return True

    def done(self) -> None:
        with self._lock:
            self._failed, self._rest, self._trying = 0, self._first, False

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed > self._most:
                self._rest = min(self._longest, 2 * self._rest)
            self._until = self._clock() + self._rest
            self._trying = False

    def left(self) -> None:
        """The listener went away: it says nothing about the endpoint."""
        with self._lock:
            self._trying = False
