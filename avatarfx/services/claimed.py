"""Several clips claimed at once: each keeps its lease until its turn comes."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from avatarfx.models import Clip, Render
from avatarfx.services import leases, news, workers
from avatarfx.services.requests import JOB
from socialapp.jobs import horse
from socialapp.jobs.queue import enqueue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

log = logging.getLogger(__name__)


class Batch:
    """Iterate over it: a clip comes when it is its turn and is still held.

    A thread keeps the leases of those that wait. Whatever ends this process early, and
    whoever tells the worker to stop, puts them back in line without an attempt lost:
    they had no part in it.
    """

    def __init__(self, clips: Sequence[Clip]) -> None:
        self._waiting = list(clips)
        self._listed = bool(clips)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        # As in the Minder: no thread inside a caller's transaction.
        if len(clips) > 1 and not connection.in_atomic_block:
            self._thread = threading.Thread(
                target=self._keep, name="batch", daemon=True
            )

    def __enter__(self) -> Batch:
        if self._listed:
            horse.on_end(self.let_go)
            workers.hold(clip.key for clip in self._waiting)
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
        horse.no_longer(self.let_go)
        self.let_go()
        if self._listed:
            workers.hold(())

    def __iter__(self) -> Iterator[Clip]:
        first = True
        while self._waiting:
            # The first was claimed just now, by one who may.
            if not first and not workers.takes_more():
                return
            first = False
            with self._lock:
                clip = self._waiting.pop(0)
                if not leases.beat(_lease(clip)):
                    log.info("Clip %s is not ours any more", clip.key)
                    continue
                workers.hold([clip.key, *(other.key for other in self._waiting)])
            yield clip
            workers.drop(rest=[other.key for other in self._waiting])

    def let_go(self) -> int:
        """Put back in line what has not begun; how many."""
        with self._lock:
            given, self._waiting = self._waiting, []
        return sum(_return(clip) for clip in given)

    def _keep(self) -> None:
        try:
            while not self._ending.wait(leases.BEAT_SECONDS):
                with self._lock:
                    self._waiting = [c for c in self._waiting if self._beat(c)]
        finally:
            connection.close()

    def _beat(self, clip: Clip) -> bool:
        try:
            return leases.beat(_lease(clip))
        except DatabaseError as error:
            # The lease lives on for a while; it is asked again before its turn.
            log.warning("Could not renew the lease of clip %s: %s", clip.key, error)
            return True


def _lease(clip: Clip) -> leases.Lease:
    return leases.Lease(clip.pk, clip.fence)


@transaction.atomic
def _return(clip: Clip) -> bool:
    """The attempt did not take place: it is not counted, and its place in line stays."""
    held = (
        Clip.objects.select_for_update()
        .filter(pk=clip.pk, fence=clip.fence, state=Clip.State.RENDERING)
        .first()
    )
    if held is None:
        return False
    Render.objects.filter(clip=held, fence=held.fence).update(
        ended=timezone.now(), outcome="returned"
    )
    held.move(
        Clip.State.QUEUED,
        attempts=max(0, held.attempts - 1),
        leased_until=None,
        worker="",
        stage="",
        detail="",
    )
    enqueue(JOB, held.pk)
    news.tell(held)
    return True
