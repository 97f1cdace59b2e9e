"""What creators are told of how their posts do: sums over the rows that are counted."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Floor, TruncDate
from django.utils import timezone

from feed.models import Follow, Like, Post, PostStat, View
from feed.sources import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.accounts.models import User

DAYS = (7, 28)
MOST_POSTS = 20
COUNTERS = ("views", "likes", "comments", "remixes", "saves", "shares")


@dataclass(frozen=True, slots=True)
class Share:
    """One of several causes."""

    name: str
    words: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Period:
    """Some days up to today, UTC."""

    views: int
    completed: int
    likes: int
    followers: int
    """New ones, of the person and their characters."""

    @property
    def percent(self) -> int:
        """Of the views, those to the end."""
        return round(100 * self.completed / self.views) if self.views else 0


@dataclass(frozen=True, slots=True)
class Numbers:
    days: int
    """0: always."""

    first: dt.date
    now: Period
    before: Period | None
    """The days before, as many; None for always."""

    views: tuple[int, ...]
    """A day each, the last is today."""

    views_before: tuple[int, ...]
    totals: dict[str, int]
    """COUNTERS over everything there is, as the posts show them."""

    sources: tuple[Share, ...]
    posts: tuple[Post, ...]
    """With ``seen`` and ``ended`` of the period, most seen first."""

    def day(self, at: int) -> dt.date:
        return self.first + dt.timedelta(days=at)


@dataclass(frozen=True, slots=True)
class PostNumbers:
    post: Post
    completed: int
    curve: tuple[float, ...]
    """Percent of the viewers who were still there, at every second from 0 to the end;
    empty for what has no length."""

    sources: tuple[Share, ...]


def numbers_of(person: User, *, days: int) -> Numbers:
    """`days` of DAYS, or 0 for always, which draws the last 90. A constant number of
    queries."""
    today = timezone.now().astimezone(dt.UTC).date()
    drawn = days or 90
    first = today - dt.timedelta(days=drawn - 1)
    earlier = first - dt.timedelta(days=drawn)
    mine = View.objects.filter(post__author=person)
    counted = dict(
        mine.filter(day__gte=earlier)
        .values_list("day")
        .annotate(count=Count("pk"))
        .values_list("day", "count")
    )
    since = first if days else None
    return Numbers(
        days=days,
        first=first,
        now=_period(person, since, None),
        before=_period(person, earlier, first) if days else None,
        views=_each(counted, first, drawn),
        views_before=_each(counted, earlier, drawn) if days else (),
        totals=_totals(Post.objects.filter(author=person, removed__isnull=True)),
        sources=_sources(_since(mine, "day", since, None)),
        posts=_best(person, since),
    )


def numbers_of_post(post: Post) -> PostNumbers:
    """In three queries."""
    views = View.objects.filter(post=post)
    length = post.clip.seconds if post.clip else None
    return PostNumbers(
        post=post,
        completed=views.filter(completed=True).count(),
        curve=_curve(views, length) if length else (),
        sources=_sources(views),
    )


def _curve(views: QuerySet[View], length: float) -> tuple[float, ...]:
    """Whoever saw it to the end was there at every second of it."""
    last = max(1, math.ceil(length))
    stayed = [0] * (last + 1)
    ended = 0
    rows = views.annotate(second=Floor("seconds")).values_list("second", "completed")
    for second, completed, count in rows.annotate(count=Count("pk")):
        if completed:
            ended += count
        else:
            stayed[min(int(second), last)] += count
    total = ended + sum(stayed)
    if not total:
        return ()
    left, curve = total, []
    for gone in stayed:
        curve.append(round(100 * left / total, 1))
        left -= gone
    return tuple(curve)


def _period(person: User, since: dt.date | None, until: dt.date | None) -> Period:
    views = _since(View.objects.filter(post__author=person), "day", since, until)
    seen = views.aggregate(
        views=Count("pk"), completed=Count("pk", filter=Q(completed=True))
    )
    likes = Like.objects.filter(post__author=person)
    followers = Follow.objects.filter(Q(creator=person) | Q(character__owner=person))
    return Period(
        views=seen["views"],
        completed=seen["completed"],
        likes=_since(likes, "created", since, until).count(),
        followers=_since(followers, "created", since, until).count(),
    )


def _since(
    rows: QuerySet[Any], field: str, since: dt.date | None, until: dt.date | None
) -> QuerySet[Any]:
    if field != "day":
        rows = rows.annotate(moment=TruncDate(field, tzinfo=dt.UTC))
        field = "moment"
    if since is not None:
        rows = rows.filter(**{f"{field}__gte": since})
    if until is not None:
        rows = rows.filter(**{f"{field}__lt": until})
    return rows


def _each(counted: dict[dt.date, int], first: dt.date, days: int) -> tuple[int, ...]:
    return tuple(counted.get(first + dt.timedelta(days=at), 0) for at in range(days))


def _totals(posts: QuerySet[Post]) -> dict[str, int]:
    stats = PostStat.objects.filter(post__in=posts)
    found = stats.aggregate(**{name: Sum(name) for name in COUNTERS})
    return {name: found[name] or 0 for name in COUNTERS}


def _sources(views: QuerySet[View]) -> tuple[Share, ...]:
    """Those that are known, the most frequent first."""
    rows = views.exclude(source="").values_list("source").annotate(count=Count("pk"))
    found = sorted(rows.values_list("source", "count"), key=lambda row: -row[1])
    return shares(found)


def shares(found: Sequence[tuple[str, int]]) -> tuple[Share, ...]:
    total = sum(count for _, count in found)
    return tuple(
        Share(name, NAMES.get(name, name), count, round(100 * count / total))
        for name, count in found
    )


def _best(person: User, since: dt.date | None) -> tuple[Post, ...]:
    within = Q(views__day__gte=since) if since else Q()
    posts = (
        Post.objects.filter(author=person, removed__isnull=True)
        .annotate(
            seen=Count("views", filter=within),
            ended=Count("views", filter=within & Q(views__completed=True)),
        )
        .select_related("clip", "snippet__lead", "stat")
        .defer("clip__performance", "clip__recipe")
        .order_by("-seen", "-published", "-pk")
    )
    return tuple(posts[:MOST_POSTS])
