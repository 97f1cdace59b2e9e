"""Which browsers ring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.notices.models import PushSubscription
from socialapp.notices.pushers import Target, pusher

if TYPE_CHECKING:
    from socialapp.accounts.models import User

MOST = 10
"""Browsers of one person; the oldest makes room."""


class PushError(Exception):
    """The message says what is wrong with a subscription."""


@transaction.atomic
def subscribe(
    *, person: User, endpoint: str, p256dh: str, auth: str, label: str = ""
) -> PushSubscription:
    """From now on this browser rings. A browser has one owner: whoever signed in last.
    PushError when nothing could ever be sent there."""
    complaint = pusher().complaint(Target(endpoint, p256dh, auth))
    if complaint:
        raise PushError(complaint)
    # Whose it was: its undelivered news is theirs, and not for the next one's eyes.
    PushSubscription.objects.filter(endpoint=endpoint).exclude(person=person).delete()
    found, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        person=person,
        defaults={
            "p256dh": p256dh.rstrip("="),
            "auth": auth.rstrip("="),
            "label": label[:60],
            "failures": 0,
        },
    )
    mine = PushSubscription.objects.filter(person=person).order_by("-pk")
    PushSubscription.objects.filter(
        pk__in=list(mine.values_list("pk", flat=True)[MOST:])
    ).delete()
    return found


def forget_subscription(*, person: User, endpoint: str = "", key: str = "") -> int:
    """This browser of theirs rings no more; how many that were."""
    mine = PushSubscription.objects.filter(person=person)
    mine = mine.filter(key=key) if key else mine.filter(endpoint=endpoint)
    return mine.delete()[1].get(PushSubscription._meta.label, 0)
