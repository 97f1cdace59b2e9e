"""The line as it is now: who waits, for how long, and who works on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Count, F, Min
from django.utils import timezone

from avatarfx.models import Clip
from socialapp.jobs.queue import BackendDownError, backend

if TYPE_CHECKING:
    import datetime as dt

LANES = ("now", "later")
"""Somebody waits for it; it may take its time."""

WORKERS: str = "avatarfx.RenderWorker"
"""The list of workers, where there is one."""

LANE = "lane"
"""Column of a clip; without it everybody is in the first lane."""

QUEUE = "cpu"
"""Of a copy that keeps no list of its workers."""


@dataclass(frozen=True, slots=True)
class Lane:
    waiting: int = 0
    oldest: float = 0.0
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Worker processes that are alive."""

    idle: int = 0
    busy: int = 0
    draining: int = 0

    @property
    def alive(self) -> int:
        return self.idle + self.busy + self.draining


@dataclass(frozen=True, slots=True)
class Line:
    lanes: dict[str, Lane]
    rendering: int
    crew: Crew


def line_now(now: dt.datetime | None = None) -> Line:
    """Two to four queries on small indexes."""
    rendering = Clip.objects.filter(state=Clip.State.RENDERING).count()
    return Line(_lanes(now or timezone.now()), rendering, crew_now(rendering))


def _lanes(now: dt.datetime) -> dict[str, Lane]:
    waiting = Clip.objects.filter(state=Clip.State.QUEUED).order_by()
    measured = {"waiting": Count("pk"), "since": Min("queued_at")}
    rows: list[dict[str, Any]]
    if _has_lanes():
        rows = [
            dict(one) for one in waiting.values(in_lane=F(LANE)).annotate(**measured)
        ]
    else:
        rows = [{"in_lane": LANES[0], **waiting.aggregate(**measured)}]
    lanes = dict.fromkeys(LANES, Lane())
    for row in rows:
        if row["waiting"]:
            oldest = max(0.0, (now - row["since"]).total_seconds())
            lanes[row["in_lane"]] = Lane(row["waiting"], oldest)
    return lanes


def _has_lanes() -> bool:
    return any(field.name == LANE for field in Clip._meta.get_fields())


def crew_now(rendering: int) -> Crew:
    """From the list of workers where there is one, else from who listens."""
    try:
        workers = apps.get_model(WORKERS)._default_manager
    except LookupError:
        return _crew_that_listens(rendering)
    alive: list[Any] = list(getattr(workers, "alive")())  # noqa: B009  of its queryset
    busy = sum(bool(one.jobs) and not one.draining for one in alive)
    draining = sum(one.draining for one in alive)
    return Crew(len(alive) - busy - draining, busy, draining)


def _crew_that_listens(rendering: int) -> Crew:
    try:
        alive = backend().workers(QUEUE)
    except BackendDownError:
        alive = rendering
    busy = min(alive, rendering)
    return Crew(alive - busy, busy)
