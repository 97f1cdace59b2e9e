"""What took an attempt down, told by what it left, so that the next does not repeat it.

A machine that goes is nobody's fault and its clips start again as they were. A process
that went alone is another matter: see `why_lost`.
"""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError
from django.db.models.functions import Now

from avatarfx import memory
from avatarfx.models import Clip, Render
from avatarfx.services import leases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

NO_MEMORY = "The machine ran out of memory."
HUNG = "It stopped answering and was ended."
TWICE = "The renderer stopped twice at this."

MISSED_BEATS = 3
"""A worker that is told of its horse's end, and whose lease is older than so many beats,
had it killed because it hung."""


def note_trace(lease: leases.Lease, entries: Sequence[dict[str, Any]]) -> None:
    """On record while the attempt runs: what it is at. A database that does not answer
    costs the note and not the attempt."""
    try:
        Render.objects.filter(
            clip_id=lease.clip_id, fence=lease.fence, ended__isnull=True
        ).update(trace=list(entries))
    except DatabaseError as error:
        log.warning("What %s is at is not on record: %s", lease, error)


def note_kills(lease: leases.Lease) -> None:
    """How many processes the kernel had killed for memory when this attempt began."""
    with suppress(OSError):
        _kills_of(lease).write_text(str(memory.kills()))


def why_lost(clip: Clip, lease: leases.Lease, told: str) -> str:
    """Whose fault it was that this attempt's process is gone, if it was its own; empty:
    nothing says so. `told`: the process that somebody saw end, if somebody did."""
    with suppress(OSError, ValueError):
        # The folder is of this machine, so the count is.
        if memory.kills() > int(_kills_of(lease).read_text()):
            return NO_MEMORY
    if not told or told != clip.worker:
        return ""
    silent = leases.LEASE - timedelta(seconds=MISSED_BEATS * leases.BEAT_SECONDS)
    return HUNG if _leased_less_than(clip, silent) else ""


def _leased_less_than(clip: Clip, left: timedelta) -> bool:
    return Clip.objects.filter(pk=clip.pk, leased_until__lt=Now() + left).exists()


def spoiled(clip: Clip) -> dict[str, str]:
    """Engines that took an earlier attempt of this clip down, and how."""
    earlier = clip.renders.filter(fence__lt=clip.fence).order_by("-fence")
    found: dict[str, str] = {}
    unexplained: Counter[str] = Counter()
    for render in earlier[: max(0, clip.attempts - 1)]:
        engine = _at_work(render)
        if not engine:
            continue
        if render.error:
            found.setdefault(engine, render.error)
        else:
            unexplained[engine] += 1
    twice = [engine for engine, times in unexplained.items() if times > 1]
    return dict.fromkeys(twice, TWICE) | found


def _at_work(render: Render) -> str:
    """The engine that had begun and never ended; empty: none had."""
    for entry in reversed(render.trace):
        if entry.get("open") and entry["name"] in {"voice", "movement"}:
            return str(entry["engine"])
    return ""


def _kills_of(lease: leases.Lease) -> Path:
    return leases.scratch_of(lease) / "kills"
