"""Minds one attempt from a thread beside it: lease, progress, watchdog."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection

from avatarfx import selectors
from avatarfx.models import Clip
from avatarfx.services import leases, news
from socialapp.jobs import horse

if TYPE_CHECKING:
    from types import TracebackType

    from avatarfx.services.leases import Lease

log = logging.getLogger(__name__)

NEWS_SECONDS = 0.34
"""Progress is written and sent at most three times a second."""

BUDGETS = {
    "voice": 180.0,
    "movement": 600.0,
    "check": 60.0,
    "sign": 90.0,
    "finish": 120.0,
}
"""Longest a stage may take, in seconds: ten times what a 30 s clip needs on one core."""

OTHER_BUDGET = 60.0


class StoppedError(Exception):
    """The clip is not ours any more: cancelled, or claimed by another worker."""


class OverdueError(Exception):
    """A stage took longer than its budget; the message is fit for the user."""


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

    def __init__(self, lease: Lease, owner_id: int) -> None:
        self.lease = lease
        self._owner_id = owner_id
        self._now = _Now("", 0, "")
        self._told = self._now
        self._stage_began = time.monotonic()
        self._beaten = time.monotonic()
        self._stopped = False
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        if not connection.in_atomic_block:
            self._thread = threading.Thread(
                target=self._mind, name="minder", daemon=True
            )

    def __enter__(self) -> Minder:
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

    def progress(self, stage: str, percent: float, detail: str = "") -> None:
        """Note how far it is. StoppedError, OverdueError when it must end now."""
        if stage != self._now.stage:
            self._stage_began = time.monotonic()
        self._now = _Now(stage, int(percent), detail)
        if self._thread is None and time.monotonic() - self._beaten >= NEWS_SECONDS:
            self._beat()
        if self._stopped:
            raise StoppedError
        if self._overdue():
            raise OverdueError(self._overdue_words())

    def _mind(self) -> None:
        try:
            horse.beat()
            while not self._ending.wait(NEWS_SECONDS):
                horse.beat()
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

    def _overdue(self) -> bool:
        budget = BUDGETS.get(self._now.stage, OTHER_BUDGET)
        return time.monotonic() - self._stage_began > budget

    def _overdue_words(self) -> str:
        label = selectors.STAGES.get(self._now.stage, "The start")
        return f"{label} took too long and was stopped."

    def _end_if_stuck(self) -> None:
        """A stage that does not even call `progress` any more takes its process along.

        Only a process that was forked for this job may be ended so; elsewhere the
        lease is kept and the stage is stopped at its next call. What holds the
        interpreter's lock silences this thread too: then the lease runs out, and the
        worker kills the process, see ``socialapp.jobs.backends.rq``.
        """
        budget = BUDGETS.get(self._now.stage, OTHER_BUDGET)
        if time.monotonic() - self._stage_began < budget * 1.25:
            return
        if not horse.disposable():
            return
        log.error("%s is stuck in %r: ending", self.lease, self._now.stage)
        leases.fail(self.lease, self._overdue_words(), permanent=False)
        horse.end()
