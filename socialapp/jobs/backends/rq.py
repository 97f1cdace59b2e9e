"""Redis Queue: sends wake-ups, and the worker that listens to them."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connections
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, SimpleWorker, Worker
from rq.exceptions import StopRequested
from rq.worker.base import BaseWorker, WorkerStatus

from socialapp.jobs import horse, recovery
from socialapp.jobs.queue import BackendDownError
from socialapp.jobs.registry import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rq.executions import Execution
    from rq.job import Job

AnswerT = TypeVar("AnswerT")

log = logging.getLogger(__name__)

SEND_SECONDS = 2.0
"""A request must not wait longer for a Redis that does not answer."""

JOB_SECONDS = 1800
"""RQ's own limit, a last belt: each stage has a budget of its own long before."""

SILENT_SECONDS = 60.0
"""A horse whose minder is silent for so long hangs in code that holds the interpreter's
lock: its lease ran out long ago, and it can do nothing any more, not even end itself."""

WATCH_SECONDS = 10
"""How often a worker looks after its horse."""

WORKER_TTL_SECONDS = 60
"""How long a dead worker is still listed."""

IDLE_SECONDS = 5
"""How long a worker waits for a wake-up before it gives a sign of life."""

LOOK_SECONDS = 1
"""The same of a resident worker, which looks for work by itself: wake-ups may go to
another queue."""

BEAT_SECONDS = 5.0
"""Between two signs of life; of a forking worker whose horse works, WATCH_SECONDS."""

DRAINED_SECONDS = 1.0
"""A worker that shall take nothing asks so often whether it may again."""


def send(job: str, ids: tuple[int, ...], queue: str) -> None:
    with _reachable():
        Queue(queue, connection=_redis()).enqueue_call(
            job,
            args=ids,
            timeout=JOB_SECONDS,
            result_ttl=0,
            failure_ttl=3600,
        )


def waiting(queue: str) -> int:
    with _reachable():
        return int(Queue(queue, connection=_redis()).count)


def workers(queue: str) -> int:
    """How many listen, by their last sign of life: an idle one gives it every 45 s."""
    with _reachable():
        listed = Worker.all(queue=Queue(queue, connection=_redis()))
    recently = datetime.now(UTC) - timedelta(seconds=2 * WORKER_TTL_SECONDS)
    return sum(
        worker.last_heartbeat.replace(tzinfo=UTC) > recently
        and not horse.gone(f"{worker.hostname}:{worker.pid}")
        for worker in listed
        if worker.last_heartbeat
    )


def work(queue: str, *, burst: bool = False, resident: bool = False) -> None:
    """Listen to one queue until told to stop: RQ's crash-safe dequeue needs just one.

    A resident worker does its jobs in this process, which no fork may follow. Either
    ends what it has begun when it gets SIGTERM or SIGINT; a second one cuts it off.
    """
    connection = Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0))
    kind = ResidentWorker if resident else ForkingWorker
    worker = kind(
        [queue],
        name=f"{horse.host()}-{os.getpid()}-{queue}",
        connection=connection,
        worker_ttl=WORKER_TTL_SECONDS,
        work_horse_killed_handler=horse_killed,
        job_monitoring_interval=WATCH_SECONDS,
        log_job_description=False,
    )
    try:
        worker.work(burst=burst, logging_level="WARNING")
    finally:
        _ask(registry().leave)


class ListedWorker(BaseWorker):
    """Tells the registry that it lives, and takes nothing while it is drained."""

    patience = IDLE_SECONDS
    _beaten = 0.0
    _taking = True

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        super().heartbeat(timeout, pipeline)
        self._report()

    def request_stop(self, signum: Any, frame: Any) -> None:
        registry().stop()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def dequeue_job_and_maintain_ttl(
        self,
        timeout: int | None,
        max_idle_time: int | None = None,  # noqa: ARG002
    ) -> tuple[Job, Queue] | None:
        """RQ waits for a job as long as it takes; this looks up in between."""
        while True:
            self._report(at_once=not self._taking)
            if self._taking:
                self._look()
                found = super().dequeue_job_and_maintain_ttl(
                    None if timeout is None else self.patience, self.patience
                )
                if found is not None:
                    return found
            else:
                self.heartbeat()
                time.sleep(DRAINED_SECONDS)
            if timeout is None:
                return None

    def _look(self) -> None:
        """What there is to do before it waits for a wake-up."""

    def _report(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or now - self._beaten >= BEAT_SECONDS:
            self._beaten = now
            self._taking = _ask(registry().beat) is not False


class ForkingWorker(ListedWorker, Worker):
    """Forks a horse per job, which never outlives the worker and shares no socket."""

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        # A connection used on both sides of a fork corrupts both.
        connections.close_all()
        horse.rest()
        super().fork_work_horse(job, queue)

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Called while the horse works; a kill here is noticed as any other end."""
        super().maintain_heartbeats(job, execution)
        self._report()
        if horse.silent_seconds() > SILENT_SECONDS:
            log.error("The work horse %s hangs and is killed", self.horse_pid)
            self.kill_horse()

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        _die_with_parent(self.pid)
        horse.mark()
        super().main_work_horse(job, queue)


class ResidentWorker(ListedWorker, SimpleWorker):
    """Works in this very process: engines stay loaded, and a GPU stays usable.

    Beside it a thread gives the signs of life; what hangs ends the process, see
    ``socialapp.jobs.horse.settle``, and a supervisor starts it again.
    """

    patience = LOOK_SECONDS

    def work(self, *args: Any, **kwargs: Any) -> bool:
        horse.settle(guard_seconds=SILENT_SECONDS)
        ending = threading.Event()
        beating = threading.Thread(
            target=self._beat, args=(ending,), name="alive", daemon=True
        )
        beating.start()
        try:
            return bool(super().work(*args, **kwargs))
        finally:
            ending.set()
            beating.join()

    def _look(self) -> None:
        # To RQ it is busy, so that a signal waits for the end of what it does.
        self.set_state(WorkerStatus.BUSY)
        while _ask(registry().work):
            if self._stop_requested:
                raise StopRequested
        if self._stop_requested:
            raise StopRequested
        self.set_state(WorkerStatus.IDLE)

    def _beat(self, ending: threading.Event) -> None:
        try:
            while not ending.wait(BEAT_SECONDS):
                self._report(at_once=True)
                with contextlib.suppress(RedisError, OSError):
                    super().heartbeat()
        finally:
            connections.close_all()


def _ask(question: Callable[[], AnswerT]) -> AnswerT | None:
    """The answer of the registry; None while the database is away, which ends nothing:
    it comes back, and until then nobody is told anything."""
    try:
        return question()
    except DatabaseError as error:
        log.warning("The list of workers cannot be reached: %s", error)
        connections.close_all()
        return None


def horse_killed(job: Job, pid: int | None, status: int | None, usage: Any) -> None:  # noqa: ARG001
    """The horse is dead, and with it its lease: nobody needs to wait for it to end."""
    log.warning("The work horse %s died (status %s)", pid, status)
    if pid is None:
        return
    try:
        recovery.reconcile(lost=horse.name_of(pid))
    except Exception:
        # The lease ends by itself, and `reconcile --loop` returns it then.
        log.exception("Could not return the work of horse %s at once", pid)
    finally:
        connections.close_all()


@contextlib.contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise BackendDownError(f"Redis cannot be reached: {error}") from error


def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=SEND_SECONDS,
        socket_timeout=SEND_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def _die_with_parent(parent: int | None) -> None:
    """Linux: the kernel kills this process when its parent goes.

    Elsewhere an orphan works on, and is stopped by the fence when it wants to commit.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # noqa: PLC0415 - Linux only

    pr_set_pdeathsig = 1  # <sys/prctl.h>
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:  # it went between the fork and the call
        os._exit(1)
