"""How long somebody under 18 scrolled today, and until when their feed rests."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from feed.models import Impression
from socialapp.notices import clocks

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


def rests_until(
    viewer: User | AnonymousUser, now: dt.datetime | None = None
) -> dt.datetime | None:
    """The midnight of their own clock, once posts were on their screens for
    SCROLL_MINUTES since the last one; None: the feed goes on.

    Never for adults, whose days are their own. It is summed from what pages and apps
    told, by account, so another browser begins no new day.
    """
    if not settings.SCROLL_MINUTES or not viewer.is_authenticated:
        return None
    if not viewer.is_minor:
        return None
    local = (now or timezone.now()).astimezone(clocks.zone(viewer))
    if _seconds(viewer, _midnight(local)) < settings.SCROLL_MINUTES * 60:
        return None
    return _midnight(local, days=1)


def _midnight(local: dt.datetime, days: int = 0) -> dt.datetime:
    day = local.date() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(), tzinfo=local.tzinfo)


def _seconds(viewer: User, since: dt.datetime) -> float:
    looks = Impression.objects.filter(viewer=f"user:{viewer.pk}", created__gte=since)
    return float(looks.aggregate(all=Sum("seconds"))["all"] or 0.0)
