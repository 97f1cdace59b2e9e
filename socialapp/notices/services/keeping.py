"""How long news is kept, and what goes with a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from socialapp.notices.models import (
    Letter,
    Notice,
    NoticeBy,
    NoticeSettings,
    PushSubscription,
)
from socialapp.notices.services import naming

if TYPE_CHECKING:
    from socialapp.accounts.models import User

KEPT = timedelta(days=90)
"""How long news is kept, read or not."""

BATCH = 200
HOUR = 3600


def sweep_hourly(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001 - see reconcile
    """`sweep`, however often it is asked for, once an hour."""
    if not cache.add("notices.sweep", True, HOUR):
        return {"notices": 0}
    return sweep()


def sweep() -> dict[str, int]:
    """Delete old news, what everybody took back, and mails that left long ago."""
    now = timezone.now()
    old = Notice.objects.filter(
        Q(created__lt=now - KEPT) | Q(people=0, created__lt=now - naming.RINGS_AGAIN)
    )
    swept = old.delete()[1].get(Notice._meta.label, 0)
    Letter.objects.filter(closed__lt=now - KEPT).delete()
    return {"notices": swept}


def leave_with_person(*, person: User) -> None:
    """Their news, devices, choices and mails go, and their name goes out of the news of
    others."""
    named = list(NoticeBy.objects.filter(person=person).order_by("pk"))
    for start in range(0, len(named), BATCH):
        naming.take_out(named[start : start + BATCH])
    for model in (Notice, NoticeSettings, PushSubscription, Letter):
        model._default_manager.filter(person=person).delete()
