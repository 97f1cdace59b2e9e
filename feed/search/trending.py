"""Hashtags that more people use than they used to."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.utils import timezone

from feed.models import Post, Tag
from feed.search.finding import tags_for
from feed.selectors.pages import on_show

if TYPE_CHECKING:
    from feed.search.finding import Viewer

RECENT, PAST = dt.timedelta(days=3), dt.timedelta(days=28)
"""A tag of the last days is held against the four weeks before them."""

FLOOR = 3
"""People who must use a tag of late: nobody makes a trend alone, nor with a friend."""

MOST = 12
TRIED = 60
"""Tags of the most people of late, of which those that grew are chosen."""

LATEST = 300
"""Posts that the tags of a quiet house come from."""

KEPT_SECONDS = 120.0
"""For how long one process goes by what it counted; who may see is asked each time."""

_counted: list[tuple[float, list[Trend]]] = []


@dataclass(frozen=True, slots=True)
class Trend:
    name: str
    people: int
    """Who used it of late, each once."""

    growth: float
    """Over its own past, in deviations of a count; 0: nothing is known of a past."""


def forget() -> None:
    """What this process has counted; for tests."""
    _counted.clear()


def trending_tags(viewer: Viewer, *, now: dt.datetime | None = None) -> list[Trend]:
    """The most grown first; the same for everybody, without what a viewer may not see.
    Empty in a quiet house."""
    clock = time.monotonic()
    if not _counted or _counted[0][0] <= clock:
        _counted[:] = [(clock + KEPT_SECONDS, count_trends(now or timezone.now()))]
    trends = _counted[0][1]
    if not trends:
        return []
    names = [one.name for one in trends]
    open_to = tags_for(viewer).filter(name__in=names)
    seen = set(open_to.values_list("name", flat=True))
    return [one for one in trends if one.name in seen][:MOST]


def count_trends(now: dt.datetime) -> list[Trend]:
    """By people, not by posts: somebody who posts a hundred times counts once. A past of
    `e` people expected in as many days is beaten by `(n - e) / sqrt(e + 1)`."""
    since = now - RECENT
    of_late = _people(since, now, limit=TRIED)
    before = _people(since - PAST, since, among=list(of_late))
    share = RECENT / PAST
    trends = []
    for name, people in of_late.items():
        expected = before.get(name, 0) * share
        growth = (people - expected) / math.sqrt(expected + 1.0)
        if people >= FLOOR and growth > 0:
            trends.append(Trend(name, people, round(growth, 3)))
    return sorted(trends, key=lambda one: (-one.growth, -one.people, one.name))


def _people(
    since: dt.datetime,
    until: dt.datetime,
    *,
    among: list[str] | None = None,
    limit: int | None = None,
) -> dict[str, int]:
    """Tags to how many people used them in public posts that anybody may see."""
    posts = (
        Post.objects.listed()
        .fit_for(AnonymousUser())
        .filter(demoted=False, published__gt=since, published__lte=until)
    )
    uses = Post.tags.through.objects.filter(post__in=posts)
    if among is not None:
        uses = uses.filter(tag__name__in=among)
    rows: Any = uses.values_list("tag__name").annotate(
        people=Count("post__author", distinct=True)
    )
    if limit is not None:
        rows = rows.order_by("-people", "tag__name")[:limit]
    return dict(rows)


def tags_in_use(viewer: Viewer, *, most: int = MOST) -> list[str]:
    """Of the latest posts that this viewer may see, those of the most people first: what
    a house has that is too quiet for trends."""
    latest = list(on_show(viewer).values_list("pk", "author_id")[:LATEST])
    authors = dict(latest)
    uses = Post.tags.through.objects.filter(post_id__in=authors)
    pairs = {
        (authors[post], name) for post, name in uses.values_list("post_id", "tag__name")
    }
    counted = Counter(name for _, name in pairs)
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [name for name, _ in ranked[:most]]


def posts_under(tag: Tag, viewer: Viewer) -> int:
    """How many of its posts this viewer may see."""
    return on_show(viewer).filter(tags=tag).order_by().count()
