"""What came of what was shown, for learning."""

from __future__ import annotations

import datetime as dt

from django.db.models import Min
from django.utils import timezone

from feed.models import Impression, Like, Post
from feed.ranking.learning import Outcome

ENOUGH = 0.8
"""Fraction of a post that was watched when it was worth showing."""

READ = 10.0
"""Seconds for which lines of a chat were on screen when they were worth showing: they
have no length of which a fraction could be watched."""

NEWCOMER = dt.timedelta(days=7)

MOST = 500_000
"""Impressions, the newest: what fits into memory."""


def outcomes(*, days: int) -> list[Outcome]:
    """Of ranked impressions of the last `days`, oldest first."""
    since = timezone.now() - dt.timedelta(days=days)
    shown = Impression.objects.filter(created__gte=since).exclude(traits=[])
    rows = shown.order_by("-id").values_list(
        "viewer",
        "day",
        "post_id",
        "post__author_id",
        "post__published",
        "post__stat__likes",
        "traits",
        "watched",
        "seconds",
        "post__kind",
        "created",
    )[:MOST]
    liked = {
        (f"user:{user}", post)
        for user, post in Like.objects.filter(created__gte=since).values_list(
            "user_id", "post_id"
        )
    }
    firsts = dict(
        Post.objects.values("author_id")
        .annotate(first=Min("published"))
        .values_list("author_id", "first")
    )
    found = [
        Outcome(
            viewer=viewer,
            day=day.toordinal(),
            post=post,
            published=published.timestamp(),
            likes=likes,
            traits=tuple(traits),
            success=watched >= ENOUGH
            or (kind == Post.Kind.SNIPPET and seconds >= READ)
            or (viewer, post) in liked,
            new=created - firsts[author] < NEWCOMER,
        )
        for (
            viewer,
            day,
            post,
            author,
            published,
            likes,
            traits,
            watched,
            seconds,
            kind,
            created,
        ) in rows
    ]
    return found[::-1]
