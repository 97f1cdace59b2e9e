"""Workers of the queue bench: real processes around an engine whose cost is stated.

As in the product, a parent forks a process for each claim and returns its lease when it
dies. The engine sleeps `LOAD_SECONDS` and `CLIP_SECONDS` for each clip of the batch, and
makes nothing: what is measured here is the queue.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.db import connections

from avatarfx.services import leases
from avatarfx.services.leases import Lease
from socialapp.jobs import horse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOAD_SECONDS = 0.2
CLIP_SECONDS = 0.05
STEP_SECONDS = 0.05
"""How often the lease is renewed: each renewal is a moment at which a kill may fall."""

IDLE_SECONDS = 0.02

RESULT = {
    "rung": "full",
    "rung_reason": "",
    "voice_engine": "none",
    "seconds": 1.0,
    "width": 16,
    "height": 16,
    "video": "",
    "poster": "",
    "captions": "",
    "size": 0,
}


def start(ledger: Path, *, most: int = 1) -> int:
    """Fork a parent that works until it is killed; its pid, which leads its group.

    It appends a line to `ledger` for each result that the database took, and for each
    that came too late: ``<clip> <fence> <time> taken|late``.
    """
    return _fork(lambda: _work(ledger, most), leads=True)


def start_reconciler() -> int:
    """Fork what `manage.py reconcile --loop` is; its pid."""
    return _fork(lambda: call_command("reconcile", "--loop"), leads=True)


def kill(*parents: int) -> None:
    """Each of them and whatever it forked, at once and without a word."""
    for parent in parents:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(parent, signal.SIGKILL)
    for parent in parents:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(parent, 0)


def _work(ledger: Path, most: int) -> None:
    while True:
        child = _fork(lambda: _one_batch(ledger, most))
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            leases.reconcile(lost=horse.name_of(child))
        elif os.waitstatus_to_exitcode(status):
            time.sleep(IDLE_SECONDS)


def _one_batch(ledger: Path, most: int) -> int:
    """The exit status: 1 when nothing waits."""
    clips = leases.claim_batch(worker=horse.name(), most=most)
    if not clips:
        return 1
    held = [Lease(clip.pk, clip.fence) for clip in clips]
    until = time.monotonic() + LOAD_SECONDS + CLIP_SECONDS * len(held)
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, STEP_SECONDS))
        for lease in held:
            leases.beat(lease, stage="movement", percent=50)
    for lease in held:
        taken = leases.finish(lease, result=RESULT, trace=[])
        word = "taken" if taken else "late"
        line = f"{lease.clip_id} {lease.fence} {time.time():.3f} {word}\n"
        with ledger.open("a", encoding="ascii") as file:
            file.write(line)
    return 0


def _fork(work: Callable[[], Any], *, leads: bool = False) -> int:
    # A connection used on both sides of a fork corrupts both.
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    status = 2
    try:
        if leads:
            os.setsid()
        status = int(work() or 0)
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(status)
