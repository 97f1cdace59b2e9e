"""Devices that stopped answering in this process, which nothing but a new process heals.

After some errors of CUDA every later call fails too, in this process. Engines say here
which device that is; whoever runs them asks, and ends the process when its work is done.
"""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)

_lost: dict[str, str] = {}


def lose(device: str, reason: str) -> None:
    """From now on `device` is of no use here; the first reason is kept."""
    if device not in _lost:
        log.error("The device %s is lost to this process: %s", device, reason)
        _lost[device] = reason


def lost(device: str = "") -> str:
    """Why `device`, or any where none is named, is of no use here; empty: all are."""
    if device:
        return _lost.get(device, "")
    return next(iter(_lost.values()), "")


def forget() -> None:
    """Believe in all of them again: for tests, and for who knows that they were reset."""
    _lost.clear()
