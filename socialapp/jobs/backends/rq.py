"""Redis Queue: sends wake-ups, and the worker that listens to them."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connections
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker

from socialapp.jobs import horse, recovery
from socialapp.jobs.queue import BackendDownError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rq.executions import Execution
    from rq.job import Job

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


def work(queue: str, *, burst: bool = False) -> None:
    """Listen to one queue until told to stop: RQ's crash-safe dequeue needs just one."""
    connection = Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0))
    worker = ForkingWorker(
        [queue],
        name=f"{socket.gethostname()}-{os.getpid()}-{queue}",
        connection=connection,
        worker_ttl=WORKER_TTL_SECONDS,
        work_horse_killed_handler=horse_killed,
        job_monitoring_interval=WATCH_SECONDS,
        log_job_description=False,
    )
    worker.work(burst=burst, logging_level="WARNING")


class ForkingWorker(Worker):
    """Forks a horse per job, which never outlives the worker and shares no socket."""

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        # A connection used on both sides of a fork corrupts both.
        connections.close_all()
        horse.rest()
        super().fork_work_horse(job, queue)

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Called while the horse works; a kill here is noticed as any other end."""
        super().maintain_heartbeats(job, execution)
        if horse.silent_seconds() > SILENT_SECONDS:
            log.error("The work horse %s hangs and is killed", self.horse_pid)
            self.kill_horse()

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        _die_with_parent(self.pid)
        horse.mark()
        super().main_work_horse(job, queue)


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
