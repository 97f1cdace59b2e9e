"""The only writers of shares, and of whether other sites may show a post."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from feed.models import PostStat, Share

if TYPE_CHECKING:
    from feed.models import Post

MOST_A_MINUTE = 20
"""Posts that one viewer can pass on; what comes on top is no person sharing."""


@transaction.atomic
def count_share(*, post: Post, viewer: str, now: dt.datetime | None = None) -> bool:
    """Count `viewer`, named as in `View`, once a day (UTC); True when this call counted.

    Nobody without a name, and nothing that comes faster than a person can share.
    """
    if not viewer:
        return False
    now = now or timezone.now()
    of_late = Share.objects.filter(
        viewer=viewer, created__gt=now - dt.timedelta(minutes=1)
    )
    if of_late.count() >= MOST_A_MINUTE:
        return False
    _, created = Share.objects.get_or_create(
        post=post,
        viewer=viewer,
        day=now.astimezone(dt.UTC).date(),
        defaults={"created": now},
    )
    if created:
        PostStat.objects.filter(post=post).update(shares=F("shares") + 1)
    return created


def set_embeddable(*, post: Post, on: bool) -> None:
    """Whether other sites may show its player. Players that are open close within
    seconds."""
    post.embeddable = on
    post.save(update_fields=["embeddable"])
