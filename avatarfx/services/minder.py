"""Minds one attempt from a thread beside it: lease, progress, watchdog."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection

from avatarfx import memory, selectors
from avatarfx.budgets import Clock
from avatarfx.models import Clip
from avatarfx.services import leases, news
from socialapp.engines.errors import OutOfMemory
from socialapp.jobs import horse

if TYPE_CHECKING:
    from types import TracebackType

    from avatarfx.pipeline import Trace
    from avatarfx.services.leases import Lease

log = logging.getLogger(__name__)

NEWS_SECONDS = 0.34
"""Progress is written and sent at most three times a second."""

LAST_CALL = 1.25
"""Of its budget: a stage that has not stopped by then takes its process along."""


TOO_LARGE = "It needed more memory than a clip may take."


class _Scale:
    """What the attempts of this process may hold together. Nobody can tell whose a
    page is, so whoever began last gives way: before it came, the others fitted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on: list[Minder] = []

    def put(self, minder: Minder) -> None:
        with self._lock:
            self._on.append(minder)

    def take(self, minder: Minder) -> None:
        with self._lock:
            self._on.remove(minder)

    def allows(self, minder: Minder) -> bool:
        """False: this one must shrink."""
        with self._lock:
            together = list(self._on) or [minder]
        if together[-1] is not minder:
            return True
        room = sum(one.most_mb for one in together)
        return memory.resident_mb() <= together[0].began_mb + room


_scale = _Scale()


class StoppedError(Exception):
    """The clip is not ours any more: cancelled, or claimed by another worker."""


@dataclass(frozen=True, slots=True)
class _Now:
    stage: str
    percent: int
    detail: str


class Minder:
    """`progress` is cheap and may be called for every frame; the thread does the rest.

    Inside a caller's transaction there is no thread: on SQLite its connection would
    wait for that transaction for ever. The beats are then made by `progress` itself.
    """

    def __init__(
        self,
        lease: Lease,
        owner_id: int,
        *,
        clock: Clock | None = None,
        trace: Trace | None = None,
        most_mb: int = 0,
    ) -> None:
        """`clock` times the stages and `trace` records them. `most_mb`: how far memory
        may grow, see ``settings.RENDER_MEMORY_MB``."""
        self.lease = lease
        self._clock = clock or Clock()
        self._trace = trace
        self.most_mb = most_mb
        self.began_mb = memory.resident_mb() if most_mb else 0
        self._too_large = False
        self._owner_id = owner_id
        self._now = _Now("", 0, "")
        self._told = self._now
        self._beaten = time.monotonic()
        self._stopped = False
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        if not connection.in_atomic_block:
            self._thread = threading.Thread(
                target=self._mind, name="minder", daemon=True
            )

    def __enter__(self) -> Minder:
        _scale.put(self)
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
        _scale.take(self)

    def progress(self, stage: str, percent: float, detail: str = "") -> None:
        """Note how far it is. StoppedError when it must end now, OutOfMemory when this
        process has grown too large."""
        self._now = _Now(stage, int(percent), detail)
        if self._thread is None and time.monotonic() - self._beaten >= NEWS_SECONDS:
            self._beat()
        if self._stopped:
            raise StoppedError
        if self._too_large:
            self._too_large = False
            raise OutOfMemory(TOO_LARGE)

    def weigh(self) -> None:
        """Note when this process holds more memory than it may, and this clip is the one
        to shrink."""
        if self.most_mb and not _scale.allows(self):
            self._too_large = True

    def _mind(self) -> None:
        try:
            horse.beat()
            while not self._ending.wait(NEWS_SECONDS):
                horse.beat()
                self.weigh()
                news_is_old = self._now == self._told
                if news_is_old and (
                    time.monotonic() - self._beaten < leases.BEAT_SECONDS
                ):
                    continue
                self._beat()
                if self._stopped:
                    return
                self._end_if_stuck()
        finally:
            horse.rest()
            connection.close()

    def _beat(self) -> None:
        now = self._now
        try:
            held = leases.beat(
                self.lease, stage=now.stage, percent=now.percent, detail=now.detail
            )
        except DatabaseError as error:
            # The lease lives on for a while; a result after its end is fenced off.
            log.warning("Could not renew the lease of %s: %s", self.lease, error)
            return
        self._beaten = time.monotonic()
        if not held:
            self._stopped = True
            return
        if now != self._told:
            self._told = now
            self._tell()

    def _tell(self) -> None:
        try:
            clip = Clip.objects.full().get(pk=self.lease.clip_id)
            news.push(self._owner_id, selectors.progress_of(clip))
        except DatabaseError as error:
            log.info("Progress not told: %s", error)

    def _end_if_stuck(self) -> None:
        """A stage that does not even call `progress` any more takes its process along.

        Only a process that was forked for this job may be ended so, or a resident one,
        whose other clips go back in line; elsewhere the
        lease is kept and the stage is stopped at its next call. What holds the
        interpreter's lock silences this thread too: then the lease runs out, and the
        worker kills the process, see ``socialapp.jobs.backends.rq``.
        """
        if not self._clock.overdue(LAST_CALL) or not horse.disposable():
            return
        log.error("%s is stuck in %r: ending", self.lease, self._clock.stage)
        # The entry that is open in the trace says what the next attempt must not try.
        trace = list(self._trace.entries) if self._trace else []
        leases.fail(self.lease, self._clock.words, permanent=False, trace=trace)
        horse.end()
