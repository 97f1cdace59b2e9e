"""What there is, for somebody who looks for nothing yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Max, OuterRef, Sum
from django.utils import timezone

from feed.models import Post
from feed.search.finding import ALLOWED, people_for
from feed.search.trending import Trend, tags_in_use, trending_tags
from feed.selectors.pages import on_show
from scenes.models import Play
from scenes.posters import Poster, posters
from socialapp.accounts.circle import heard
from socialapp.accounts.models import User
from socialapp.characters.models import Character
from streams.selectors import on_air_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feed.search.finding import Viewer
    from streams.models import Stream

NEW = dt.timedelta(days=14)
"""For how long after their first public post somebody is new."""

MET = 200
"""Impressions of all their posts: whom more have met needs no introduction."""

POOL = 200
"""New creators whom a shelf is drawn from."""

SHELF = 6
TURN = 3600
"""Seconds after which another draw of new creators stands on the shelf."""

PLAYED = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Creator:
    person: User
    post: Post | None
    """Their newest one that the viewer may see."""


@dataclass(frozen=True, slots=True)
class Explored:
    trends: list[Trend]
    tags: list[str]
    """In use, when nothing trends."""

    creators: list[Creator]
    characters: list[Character]
    scenes: list[Poster]
    live: list[Stream]

    @property
    def nothing(self) -> bool:
        return not any(
            (self.trends, self.tags, self.creators, self.characters, self.scenes)
        )


def explore(viewer: Viewer, *, now: dt.datetime | None = None) -> Explored:
    now = now or timezone.now()
    trends = trending_tags(viewer, now=now)
    return Explored(
        trends,
        [] if trends else tags_in_use(viewer),
        new_creators(viewer, now=now),
        _characters(viewer),
        _scenes(viewer, now),
        _live(viewer),
    )


def new_creators(
    viewer: Viewer, *, now: dt.datetime, most: int = SHELF
) -> list[Creator]:
    """People whose first public post is recent and whom few have met. Everybody's chance
    is the same: an hour's draw, another one for each viewer."""
    listed = Post.objects.listed().filter(demoted=False)
    recent = listed.filter(published__gt=now - NEW, author=OuterRef("pk"))
    older = listed.filter(published__lte=now - NEW, author=OuterRef("pk"))
    mine = viewer.pk if viewer.is_authenticated else 0
    house = Character.objects.filter(starter=True, owner=OuterRef("pk"))
    new = people_for(viewer).filter(Exists(recent), ~Exists(older), ~Exists(house))
    new = new.exclude(pk=mine)
    pool = list(new.order_by("-pk").values_list("pk", flat=True)[:POOL])
    if not pool:
        return []
    met = set(_met(pool))
    pool = [pk for pk in pool if pk not in met]
    draw = Random(f"{int(now.timestamp()) // TURN}:{mine}")  # noqa: S311  a draw, not a secret
    draw.shuffle(pool)
    newest = _newest_of(viewer, pool[: most * 2])
    people = User.objects.in_bulk([pk for pk in pool if pk in newest][:most])
    return [Creator(people[pk], newest[pk]) for pk in pool if pk in people]


def _met(people: Sequence[int]) -> list[int]:
    shown = Post.objects.filter(author__in=people).values("author")
    counted = shown.annotate(times=Sum("stat__shown")).filter(times__gte=MET)
    return list(counted.values_list("author", flat=True))


def _newest_of(viewer: Viewer, people: Sequence[int]) -> dict[int, Post]:
    """Of each of these the newest post that this viewer may see; those without one are
    left out."""
    shown = on_show(viewer).filter(author__in=people).order_by()
    newest = shown.values("author").annotate(last=Max("pk")).values_list("last")
    return {
        post.author_id: post
        for post in on_show(viewer).filter(pk__in=[pk for (pk,) in newest])
    }


def _characters(viewer: Viewer) -> list[Any]:
    """The newest that people made, and of the house where there are few."""
    found = ALLOWED["character"](viewer).filter(portrait__isnull=False)
    light = found.select_related("owner", "portrait").defer(
        "persona", "card", "portrait__recipe", "portrait__hand"
    )
    return list(light.order_by("starter", "-created", "-pk")[:SHELF])


def _scenes(viewer: Viewer, now: dt.datetime) -> list[Poster]:
    """Those that the most people play these days, then the newest."""
    played = (
        Play.objects.filter(changed__gt=now - PLAYED, removed__isnull=True)
        .values("scene")
        .annotate(people=Count("person", distinct=True))
        .order_by("-people", "-scene")
        .values_list("scene", flat=True)[: SHELF * 5]
    )
    scenes = ALLOWED["scene"](viewer)
    ids = list(played)
    shown = {one.pk: one for one in scenes.filter(pk__in=ids)}
    chosen = [shown[pk] for pk in ids if pk in shown][:SHELF]
    if len(chosen) < SHELF:
        chosen += scenes.exclude(pk__in=list(shown))[: SHELF - len(chosen)]
    return posters(chosen, viewer)


def _live(viewer: Viewer) -> list[Stream]:
    on_air = on_air_for(viewer)
    if not on_air:
        return []
    hosts = User.objects.filter(heard(viewer, "pk"))
    known = set(
        hosts.filter(pk__in=[one.host_id for one in on_air]).values_list(
            "pk", flat=True
        )
    )
    return [one for one in on_air if one.host_id in known]
