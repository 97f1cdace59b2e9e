"""Tallies by hour: closed ones from their rows, the rest counted from the attempts.

A total must never fall, or Prometheus takes it for a restart and counts everything
again. So an hour that was closed keeps its numbers when accounts are erased, and those
of the open hour are at least what the last minute saw.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from avatarfx.metrics.tally import Ended, Tally
from avatarfx.models import Render, RenderHour

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = dt.timedelta(hours=1)


def hour_of(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)


def count(start: dt.datetime, end: dt.datetime) -> Tally:
    """Of the attempts that ended from `start` until before `end`."""
    tally = Tally()
    for ended in _ended(start, end):
        tally.add(ended)
    return tally


def totals(now: dt.datetime | None = None) -> Tally:
    """Of everything so far, without quantiles."""
    now = now or timezone.now()
    closed = RenderHour.objects.filter(closed=True).order_by("-hour").first()
    total = Tally.from_json(closed.total) if closed else Tally()
    for tally in _open(now, after=closed):
        total.merge(tally)
    return total


def window(hours: int, now: dt.datetime | None = None) -> Tally:
    """Of the hour that runs and the `hours` before it."""
    now = now or timezone.now()
    start = hour_of(now) - hours * HOUR
    tally = Tally()
    rows = RenderHour.objects.filter(closed=True, hour__gte=start)
    for row in rows:
        tally.merge(Tally.from_json(row.tally))
    last = RenderHour.objects.filter(closed=True).order_by("-hour").first()
    since = max(start, last.hour + HOUR) if last else start
    tally.merge(count(since, hour_of(now) + HOUR))
    return tally


def _open(now: dt.datetime, *, after: RenderHour | None) -> Iterator[Tally]:
    """Of each hour that is not closed yet."""
    rows = {row.hour: row for row in RenderHour.objects.filter(closed=False)}
    current = hour_of(now)
    start = after.hour + HOUR if after else min([current - HOUR, *rows])
    while start <= current:
        tally = count(start, start + HOUR)
        if start in rows:
            tally.at_least(Tally.from_json(rows[start].tally))
        yield tally
        start += HOUR


def _ended(start: dt.datetime, end: dt.datetime) -> Iterator[Ended]:
    found = Render.objects.filter(ended__gte=start, ended__lt=end).values_list(
        "outcome",
        "started",
        "ended",
        "error",
        "trace",
        "clip__rung",
        "clip__rung_reason",
        "clip__seconds",
    )
    for outcome, started, ended, error, trace, rung, why, seconds in found.iterator():
        ready = outcome == "ready"
        took = (ended - started).total_seconds() if ended else 0.0
        yield Ended(
            outcome=outcome,
            seconds=max(0.0, took),
            error=error,
            trace=tuple(trace),
            rung=rung if ready else "",
            rung_reason=why if ready else "",
            film_seconds=float(seconds or 0.0) if ready else 0.0,
        )
