"""What a person reads of their notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.notices import kinds
from socialapp.notices.models import Notice, NoticeSettings, PushSubscription

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from socialapp.accounts.models import User

MOST_COUNTED = 100
"""The badge says 99+ from here on."""

GROUPS = {"all": "All", **kinds.GROUPS}
"""Name in the address to label."""


def notices_of(user: User, *, group: str = "all") -> QuerySet[Notice]:
    """The newest first."""
    found = Notice.objects.filter(person=user, people__gt=0)
    found = found.order_by("-created", "-pk")
    if group not in kinds.GROUPS:
        return found
    return found.filter(kind__in=kinds.of_group(group))


def unseen_since(user: User, moment: datetime | None) -> QuerySet[Notice]:
    """What they have not looked at, the newest first."""
    unseen = notices_of(user).filter(seen__isnull=True)
    return unseen.filter(created__gt=moment) if moment else unseen


def devices_of(user: User) -> QuerySet[PushSubscription]:
    """Browsers of theirs that ring, the newest first."""
    return PushSubscription.objects.filter(person=user).order_by("-pk")


def settings_of(user: User) -> NoticeSettings:
    """What they chose, or the defaults of somebody who has chosen nothing."""
    found = NoticeSettings.objects.filter(person=user).first()
    if found is not None:
        return found
    never = NoticeSettings.Every.NEVER
    return NoticeSettings(person=user, **({"digest": never} if user.is_minor else {}))


def unseen_of(user: User | AnonymousUser) -> int:
    """How many are new, counted up to MOST_COUNTED: one look into a small index."""
    if not user.is_authenticated:
        return 0
    unseen = Notice.objects.filter(person=user, seen__isnull=True, people__gt=0)
    return len(unseen.values_list("pk")[:MOST_COUNTED])
