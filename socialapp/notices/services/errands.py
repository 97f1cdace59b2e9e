"""Taking errands: one worker has one, for as long as it lives and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Q
from django.utils import timezone

from socialapp.jobs.queue import enqueue
from socialapp.notices.models import Errand, Letter, Push

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

ErrandT = TypeVar("ErrandT", bound=Errand)

LEASE = timedelta(minutes=5)
"""Longer than the longest errand: a mail server that answers slowly."""

WAKES_AGAIN = timedelta(minutes=1)
"""A wake-up that brought nobody was lost with its Redis."""

MOST_AT_ONCE = 500
"""By one job; others want to work too."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)

LETTERS = "socialapp.notices.jobs.letters"
PUSHES = "socialapp.notices.jobs.pushes"


def open_ones(model: type[ErrandT], now: datetime) -> QuerySet[ErrandT]:
    """Due, and nobody's."""
    free = Q(lease__isnull=True) | Q(lease__lt=now)
    found = model._default_manager.filter(free, due__lte=now)
    return found.filter(closed__isnull=True) if model is Letter else found


def take(model: type[ErrandT]) -> Iterator[ErrandT]:
    """Those that are due, the oldest first, each leased to the caller: of two workers
    that reach for one, the database gives it to one."""
    tried: set[int] = set()
    while len(tried) < MOST_AT_ONCE:
        now = timezone.now()
        ours = open_ones(model, now).exclude(pk__in=tried).order_by("due", "pk")
        errand = ours.first()
        if errand is None:
            return
        tried.add(errand.pk)
        mine = open_ones(model, now).filter(pk=errand.pk)
        if mine.update(lease=now + LEASE):
            errand.refresh_from_db()
            yield errand


def put_off(errand: Errand, until: datetime, **fields: Any) -> None:
    """Somebody takes it again then."""
    type(errand)._default_manager.filter(pk=errand.pk).update(
        due=until, lease=None, woken=None, **fields
    )


def pause(tries: int) -> timedelta:
    """After so many attempts that failed: 30 seconds, doubled each time."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(tries, 16)
    return min(doubled, LONGEST_PAUSE)


def wake(model: type[Errand]) -> None:
    """Ask a worker to look, once this transaction is over."""
    if model is Letter:
        enqueue(LETTERS)
    else:
        enqueue(PUSHES)


def wake_due(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Ask again for what is due and nobody does: `manage.py reconcile` calls this."""
    now = timezone.now()
    done = {}
    for model, name in ((Letter, "letters"), (Push, "pushes")):
        asleep = open_ones(model, now).filter(
            Q(woken__isnull=True) | Q(woken__lt=now - WAKES_AGAIN)
        )
        done[name] = asleep.update(woken=now) if asleep.exists() else 0
        if done[name]:
            wake(model)
    return done
