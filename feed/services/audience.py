"""The only writers of likes and views, and of the counters that go with them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from feed import heat
from feed.models import Like, Post, PostStat, View
from feed.services import telling
from feed.sources import named

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@transaction.atomic
def like_post(*, post: Post, user: User) -> int:
    """Like once, however often asked; the number of likes now.

    The like and the counter change in one transaction, and only the call that made
    the row counts: under any concurrency the counter is count(*).
    """
    like, created = Like.objects.get_or_create(post=post, user=user)
    if created:
        _count(post, 1, like.created)
        telling.liked(post, user)
    return PostStat.objects.values_list("likes", flat=True).get(post=post)


@transaction.atomic
def unlike_post(*, post: Post, user: User) -> int:
    """Take the like back if there is one; the number of likes now."""
    like = Like.objects.filter(post=post, user=user).first()
    gone, _ = Like.objects.filter(post=post, user=user).delete()
    if gone and like:
        _count(post, -1, like.created)
        telling.unliked(post, user)
    return PostStat.objects.values_list("likes", flat=True).get(post=post)


def _count(post: Post, by: int, moment: dt.datetime) -> None:
    stat = PostStat.objects.select_for_update().get(post=post)
    PostStat.objects.filter(post=post).update(
        likes=F("likes") + by, heat=heat.warmed(stat.heat, moment, by)
    )


MOST_A_MINUTE = 60
"""New posts that one viewer can watch, each for two seconds or half its length: what
comes on top is no person watching."""


@transaction.atomic
def count_view(
    *,
    post: Post,
    viewer: str,
    seconds: float = 0.0,
    completed: bool = False,
    source: str = "",
    day: dt.date | None = None,
) -> bool:
    """Count `viewer` once a day (UTC); True when this call counted.

    Later calls of the day only lengthen what was watched. What comes faster than a
    person can watch is dropped. `source` as in ``feed.sources``.
    """
    length = post.longest_look
    seconds = max(0.0, seconds)
    now = timezone.now()
    today = {
        "post": post,
        "viewer": viewer,
        "day": day or now.astimezone(dt.UTC).date(),
    }
    if _too_fast(viewer, now) and not View.objects.filter(**today).exists():
        return False
    view, created = View.objects.get_or_create(
        **today,
        defaults={
            "seconds": seconds,
            "completed": completed,
            "source": named(source),
            "created": now,
        },
    )
    if created:
        part = _part(seconds, length, done=completed)
        PostStat.objects.filter(post=post).update(
            views=F("views") + 1, watched=F("watched") + part
        )
        return True
    # Two beacons of one visit take turns, so that what each adds is counted once.
    view = View.objects.select_for_update().get(pk=view.pk)
    before = _part(view.seconds, length, done=view.completed)
    view.seconds = max(view.seconds, seconds)
    view.completed = view.completed or completed
    view.save(update_fields=["seconds", "completed"])
    more = _part(view.seconds, length, done=view.completed) - before
    if more > 0:
        PostStat.objects.filter(post=post).update(watched=F("watched") + more)
    return False


def _too_fast(viewer: str, now: dt.datetime) -> bool:
    since = now - dt.timedelta(minutes=1)
    of_late = View.objects.filter(viewer=viewer, created__gt=since)
    return of_late.count() >= MOST_A_MINUTE


def _part(seconds: float, length: float, *, done: bool) -> float:
    """The fraction of a post that was watched, 0 to 1."""
    if done:
        return 1.0
    return min(1.0, seconds / length) if length > 0 else 0.0
