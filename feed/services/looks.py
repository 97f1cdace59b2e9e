"""What was on whose screen: impressions, told in batches by the pages that show posts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from feed.models import Impression, Post, PostStat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = 30
"""Posts in one batch."""

SHORTEST = 0.25
"""Seconds that a post must have been on screen: less is scrolling past it."""

MOST_A_MINUTE = 60
"""New posts that one viewer can look at; what comes on top is no person looking."""


@dataclass(frozen=True, slots=True)
class Look:
    key: str
    """Of the post."""

    seconds: float
    watched: float = 0.0
    """The longest stretch of it, as a fraction."""

    place: int = 0
    traits: tuple[float, ...] = ()


def note_looks(
    *, viewer: str, looks: Sequence[Look], now: dt.datetime | None = None
) -> int:
    """Keep what is new of a batch; how many posts were counted as shown.

    A viewer counts once a day and post (UTC); later looks only lengthen the first. What
    is too short, or comes faster than a person can look, is dropped.
    """
    now = now or timezone.now()
    best = _longest(looks[:MOST])
    posts = {post.key: post for post in Post.objects.filter(key__in=best)}
    if not posts:
        return 0
    counted = 0
    with transaction.atomic():
        room = MOST_A_MINUTE - _of_late(viewer, now)
        for key, post in sorted(posts.items(), key=lambda one: one[1].pk):
            counted += _note(viewer, post, best[key], now, new=counted < room)
    return counted


def _longest(looks: Sequence[Look]) -> Mapping[str, Look]:
    best: dict[str, Look] = {}
    for look in looks:
        if not look.seconds >= SHORTEST:
            continue
        if look.key not in best or best[look.key].seconds < look.seconds:
            best[look.key] = look
    return best


def _of_late(viewer: str, now: dt.datetime) -> int:
    since = now - dt.timedelta(minutes=1)
    return Impression.objects.filter(viewer=viewer, created__gt=since).count()


def _note(viewer: str, post: Post, look: Look, now: dt.datetime, *, new: bool) -> bool:
    known = Impression.objects.filter(
        viewer=viewer, post=post, day=now.astimezone(dt.UTC).date()
    )
    seconds = min(look.seconds, 3600.0)
    watched = min(1.0, max(0.0, look.watched))
    row = known.first()
    if row is None:
        if not new:
            return False
        _, created = Impression.objects.get_or_create(
            viewer=viewer,
            post=post,
            day=now.astimezone(dt.UTC).date(),
            defaults={
                "seconds": seconds,
                "watched": watched,
                "place": min(max(0, look.place), 10**6),
                "traits": list(look.traits),
                "created": now,
            },
        )
        if created:
            PostStat.objects.filter(post=post).update(shown=F("shown") + 1)
        return created
    known.filter(seconds__lt=seconds).update(seconds=seconds)
    known.filter(watched__lt=watched).update(watched=watched)
    return False
