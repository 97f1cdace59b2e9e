"""The only writers of likes and views, and of the counters that go with them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, FloatField, IntegerField
from django.db.models.functions import Greatest
from django.utils import timezone

from feed import heat
from feed.models import (
    READING,
    Attention,
    Impression,
    Like,
    Post,
    PostStat,
    Share,
    View,
)
from feed.services import attention, telling
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


ENOUGH = 2.0
"""Seconds that make a view; of a clip that is shorter than two of them, half of it. As
``static/app/watch.js`` counts."""

WHOLE = 0.95
"""Of a clip: who saw so much saw it to its end."""

ROUNDED = 0.05
"""Seconds by which a page may have rounded down."""


@transaction.atomic
def count_view(
    *,
    post: Post,
    viewer: str,
    seconds: float = 0.0,
    completed: bool = False,
    source: str = "",
    day: dt.date | None = None,
    now: dt.datetime | None = None,
) -> bool:
    """Count `viewer` once a day (UTC); True when this call counted.

    `seconds` is what their page or app says: it counts as far as the post is long and
    they had the time since something of theirs last counted, and `completed` with the
    seconds to match. Less than ENOUGH is no view. Later calls of the day only lengthen
    what was watched. What comes faster than a person can watch is dropped. `source` as
    in ``feed.sources``.
    """
    now = now or timezone.now()
    length = post.longest_look or READING
    seconds = min(seconds, length) if seconds > 0 else 0.0
    if not _is_view(seconds, length):
        return False
    mine = attention.hold(viewer, now)
    today = {
        "post": post,
        "viewer": viewer,
        "day": day or now.astimezone(dt.UTC).date(),
    }
    view = View.objects.filter(**today).first()
    if view is None and _too_fast(viewer, now):
        return False
    known = view.seconds if view else 0.0
    had = attention.left(mine, "watched", most=length, now=now).total_seconds()
    seconds = min(seconds, known + had * attention.SPEED)
    completed = completed and seconds >= WHOLE * length - ROUNDED
    if view is None and not _is_view(seconds, length):
        return False
    if (more := seconds - known) > 0:
        attention.spend(mine, "watched", more / attention.SPEED, most=length, now=now)
    if view is None:
        View.objects.create(
            **today,
            seconds=seconds,
            completed=completed,
            source=named(source),
            created=now,
        )
        PostStat.objects.filter(post=post).update(
            views=F("views") + 1,
            watched=F("watched") + _part(seconds, length, done=completed),
        )
        return True
    before = _part(view.seconds, length, done=view.completed)
    view.seconds = max(view.seconds, seconds)
    view.completed = view.completed or completed
    view.save(update_fields=["seconds", "completed"])
    added = _part(view.seconds, length, done=view.completed) - before
    if added > 0:
        PostStat.objects.filter(post=post).update(watched=F("watched") + added)
    return False


def _is_view(seconds: float, length: float) -> bool:
    return seconds >= min(ENOUGH, length / 2) - ROUNDED


def _too_fast(viewer: str, now: dt.datetime) -> bool:
    since = now - dt.timedelta(minutes=1)
    of_late = View.objects.filter(viewer=viewer, created__gt=since)
    return of_late.count() >= MOST_A_MINUTE


def _part(seconds: float, length: float, *, done: bool) -> float:
    """The fraction of a post that was watched, 0 to 1."""
    if done:
        return 1.0
    return min(1.0, seconds / length)


@transaction.atomic
def forget_viewer(*, viewer: str) -> None:
    """Delete what they watched, were shown and passed on. The counters of the posts stay
    those of the rows that are left."""
    attention.hold(viewer, timezone.now())
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    sums: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    theirs = View.objects.filter(viewer=viewer)
    for post, seconds, done, length in theirs.values_list(
        "post", "seconds", "completed", "post__clip__seconds"
    ):
        counts[post]["views"] += 1
        sums[post]["watched"] += _part(seconds, length or READING, done=done)
    shown = Impression.objects.filter(viewer=viewer)
    for post, seconds in shown.values_list("post", "seconds"):
        counts[post]["shown"] += 1
        sums[post]["dwell"] += seconds
    shared = Share.objects.filter(viewer=viewer)
    for post in shared.values_list("post", flat=True):
        counts[post]["shares"] += 1
    for model in (View, Impression, Share, Attention):
        model._default_manager.filter(viewer=viewer).delete()
    for post in sorted(counts):
        less: dict[str, Any] = {
            name: Greatest(F(name) - by, 0, output_field=IntegerField())
            for name, by in counts[post].items()
        }
        less |= {
            name: Greatest(F(name) - by, 0.0, output_field=FloatField())
            for name, by in sums[post].items()
        }
        PostStat.objects.filter(post=post).update(**less)
