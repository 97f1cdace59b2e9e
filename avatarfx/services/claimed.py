"""Several clips claimed at once: each keeps its lease until its turn comes, and some may
be made at the same time."""

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
    from collections.abc import Sequence
    from types import TracebackType

log = logging.getLogger(__name__)


class Batch:
    """Clips to `begin` and to `end`, from one thread or from several.

    A thread of its own keeps the leases of those that wait. Whoever tells the worker to
    stop puts these back in line without an attempt lost: they had no part in it.
    Whatever ends this process early does the same with those that are being made beside
    the one that ended it.
    """

    def __init__(self, clips: Sequence[Clip]) -> None:
        self._waiting = list(clips)
        self._begun: list[Clip] = []
        self._any = False
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
            horse.on_end(self.abandon)
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
        horse.no_longer(self.abandon)
        self.let_go()
        if self._listed:
            workers.hold(())

    def begin(self) -> Clip | None:
        """The next clip that is still held; None: there is none, or none may begin."""
        with self._lock:
            while self._waiting:
                # The first was claimed just now, by one who may.
                if self._any and not workers.takes_more():
                    return None
                self._any = True
                clip = self._waiting.pop(0)
                if leases.beat(_lease(clip)):
                    self._begun.append(clip)
                    workers.hold(self._keys())
                    return clip
                log.info("Clip %s is not ours any more", clip.key)
        return None

    def end(self, clip: Clip) -> None:
        """The attempt at it is over."""
        with self._lock:
            self._begun.remove(clip)
            workers.drop(rest=self._keys())

    def _keys(self) -> list[str]:
        return [clip.key for clip in (*self._begun, *self._waiting)]

    def let_go(self) -> int:
        """Put back in line what has not begun; how many."""
        with self._lock:
            given, self._waiting = self._waiting, []
        return sum(_return(clip) for clip in given)

    def abandon(self) -> int:
        """Put back in line what this process will not end any more; how many. Whose
        fault that was has ended its attempt before."""
        # No lock: whatever hangs may hold it.
        return sum(_return(clip) for clip in (*self._begun, *self._waiting))

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
