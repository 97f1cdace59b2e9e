"""Who is working: the name under which a process holds leases."""

from __future__ import annotations

import mmap
import os
import socket
import struct
import time

_horse_pid = 0

_pulse = mmap.mmap(-1, 8)
"""Shared with the processes that are forked from this one: when the horse's minder was
last alive, by the monotonic clock; 0 while nothing is minded."""


def mark() -> None:
    """This process was forked for one job and may end itself without harm."""
    global _horse_pid  # noqa: PLW0603 - a fact about the process
    _horse_pid = os.getpid()


def disposable() -> bool:
    return _horse_pid == os.getpid()


def beat() -> None:
    """Tell the worker that forked this process: Python still runs in here."""
    _pulse[:] = struct.pack("<d", time.monotonic())


def rest() -> None:
    """Nothing is minded from here on, and silence means nothing."""
    _pulse[:] = struct.pack("<d", 0.0)


def silent_seconds() -> float:
    """For how long a horse that is minded gave no sign of life; 0 without one."""
    (last,) = struct.unpack("<d", _pulse[:])
    return time.monotonic() - last if last else 0.0


def name() -> str:
    return name_of(os.getpid())


def name_of(pid: int) -> str:
    return f"{socket.gethostname()[:60]}:{pid}"


def gone(worker: str) -> bool:
    """True when `worker` ran on this machine and its process exists no more.

    A container may share this machine's name without sharing its processes; a wrong
    yes costs a second attempt and nothing else, since results are fenced.
    """
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname()[:60] or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
