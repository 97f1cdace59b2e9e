"""Writes what is kept of how rendering went: a sample a minute, a tally an hour."""

from __future__ import annotations

import datetime as dt

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from avatarfx.metrics.hours import HOUR, count, hour_of
from avatarfx.metrics.line import line_now
from avatarfx.metrics.tally import Tally
from avatarfx.models import Render, RenderHour, RenderSample

SAMPLES_KEPT = dt.timedelta(days=30)
HOURS_KEPT = dt.timedelta(days=400)

GRACE = dt.timedelta(minutes=2)
"""After an hour: what ended in it is written by then."""

MOST_HOURS = 48
"""Counted in one round: the past of a copy that never counted takes a few rounds."""


def sample_minutely(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001 - see reconcile
    """`sample`, however often it is asked for, once a minute."""
    minute = timezone.now().replace(second=0, microsecond=0)
    if not cache.add(f"avatarfx.sample:{minute.timestamp():.0f}", True, 120):
        return {"sampled": 0}
    return {"sampled": sample(now=timezone.now())}


def sample(*, now: dt.datetime) -> int:
    """Note how the line is and count the hours; 0: somebody did it in this minute."""
    line = line_now(now)
    soon, later = line.lanes["now"], line.lanes["later"]
    _, made = RenderSample.objects.get_or_create(
        at=now.replace(second=0, microsecond=0),
        defaults={
            "waiting_now": soon.waiting,
            "waiting_later": later.waiting,
            "oldest_now": round(soon.oldest, 1),
            "oldest_later": round(later.oldest, 1),
            "rendering": line.rendering,
            "workers": line.crew.alive,
            "busy": line.crew.busy,
        },
    )
    if not made:
        return 0
    write_hours(now=now)
    RenderSample.objects.filter(at__lt=now - SAMPLES_KEPT).delete()
    RenderHour.objects.filter(hour__lt=now - HOURS_KEPT).delete()
    return 1


@transaction.atomic
def write_hours(*, now: dt.datetime) -> int:
    """Count the hour that runs and those before it that nobody closed; how many."""
    closed = (
        RenderHour.objects.select_for_update()
        .filter(closed=True)
        .order_by("-hour")
        .first()
    )
    hour = closed.hour + HOUR if closed else _first_hour(now)
    total = Tally.from_json(closed.total) if closed else Tally()
    done = 0
    while hour <= hour_of(now) and done < MOST_HOURS:
        tally = count(hour, hour + HOUR)
        earlier = RenderHour.objects.filter(hour=hour).first()
        if earlier is not None:
            tally.at_least(Tally.from_json(earlier.tally))
        over = hour + HOUR + GRACE <= now
        total.merge(tally)
        RenderHour.objects.update_or_create(
            hour=hour,
            defaults={
                "tally": tally.to_json(),
                "total": total.to_json(quantiles=False) if over else {},
                "closed": over,
            },
        )
        hour += HOUR
        done += 1
    return done


def _first_hour(now: dt.datetime) -> dt.datetime:
    """Of a copy that has not counted yet: as far back as samples would be kept."""
    since = now - SAMPLES_KEPT
    ended = Render.objects.filter(ended__gte=since).order_by("ended")
    first = ended.values_list("ended", flat=True).first()
    return hour_of(min(first or now, now))
