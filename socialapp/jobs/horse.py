"""Who is working: the name under which a process holds leases."""

from __future__ import annotations

import faulthandler
import logging
import mmap
import os
import struct
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

_horse_pid = 0
_resident_pid = 0
_forks = False
_guard_seconds = 0.0
_wills: list[Callable[[], object]] = []

_minding: set[int] = set()
"""Threads that mind something here."""

_pulse = mmap.mmap(-1, 8)
"""Shared with the processes that are forked from this one: when the horse's minder was
last alive, by the monotonic clock; 0 while nothing is minded."""


def mark() -> None:
    """This process was forked for one job and may end itself without harm."""
    global _horse_pid  # noqa: PLW0603 - a fact about the process
    _horse_pid = os.getpid()


def disposable() -> bool:
    return _horse_pid == os.getpid()


def settle(*, guard_seconds: float) -> None:
    """This process renders by itself and never forks; a supervisor starts it again.

    While something is minded, a silence of `guard_seconds` ends the process: nobody
    stands outside of it who could, so a thread in C does, which needs no lock of
    Python's.
    """
    global _resident_pid, _guard_seconds  # noqa: PLW0603 - facts about the process
    _resident_pid = os.getpid()
    _guard_seconds = guard_seconds
    mark()


def resident() -> bool:
    return _resident_pid == os.getpid()


def will_fork() -> None:
    """What is loaded from now on is used by the processes that this one forks."""
    global _forks  # noqa: PLW0603 - a fact about the process
    _forks = True


def forks() -> bool:
    """In such a process, and in those it forks, no engine may be resident."""
    return _forks


def on_end(will: Callable[[], object]) -> None:
    """Do this first, should this process have to end itself."""
    _wills.append(will)


def no_longer(will: Callable[[], object]) -> None:
    with suppress(ValueError):
        _wills.remove(will)


def end() -> None:
    """End this process at once, whatever its other threads are stuck in."""
    for will in list(_wills):
        try:
            will()
        except Exception:
            log.exception("Something was left undone by a process that had to end")
    os._exit(1)


def beat() -> None:
    """Tell the worker that forked this process: Python still runs in here."""
    _minding.add(threading.get_ident())
    _pulse[:] = struct.pack("<d", time.monotonic())
    if _guard_seconds and resident():
        faulthandler.dump_traceback_later(_guard_seconds, exit=True)


def rest() -> None:
    """This thread minds nothing from here on; when no other does, silence means nothing."""
    _minding.discard(threading.get_ident())
    if _minding:
        return
    _pulse[:] = struct.pack("<d", 0.0)
    if _guard_seconds and resident():
        faulthandler.cancel_dump_traceback_later()


def silent_seconds() -> float:
    """For how long a horse that is minded gave no sign of life; 0 without one."""
    (last,) = struct.unpack("<d", _pulse[:])
    return time.monotonic() - last if last else 0.0


def name() -> str:
    return name_of(os.getpid())


def host() -> str:
    """This machine, as names of workers begin."""
    return str(settings.MACHINE)


def name_of(pid: int) -> str:
    return f"{host()}:{pid}"


def gone(worker: str) -> bool:
    """True when `worker` ran on this machine and its process exists no more.

    A container may share this machine's name without sharing its processes, unless
    MACHINE tells them apart; a wrong yes costs a second attempt and nothing else, since
    results are fenced.
    """
    where, _, pid = worker.rpartition(":")
    if where != host() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
