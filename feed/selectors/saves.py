"""What people kept, as a viewer may see it now."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from feed import cursors
from feed.models import Collection, CollectionItem, Post, Save
from feed.selectors.pages import MAX_PAGE, listed_for, openable_by

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from feed.models import CollectionQuerySet, PostQuerySet
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeptPage:
    posts: list[Post]
    after: str | None
    count: int
    """Of all that was kept."""

    gone: int
    """Of those, how many this viewer may not see: they are counted and not shown."""


def saved_page(
    person: User, *, after: str | None = None, limit: int = 24, strict: bool = False
) -> KeptPage:
    """What somebody saved, the latest first. A cursor of another list begins at the top;
    with `strict` it is a CursorError."""
    of = f"saved:{person.pk}"
    place = _place_in(after, of, parts=1, strict=strict)
    mine = Save.objects.filter(person=person)
    shown = openable_by(person)
    there = mine.filter(post__in=shown.order_by().values("pk"))
    rows = there.order_by("-pk")
    if place:
        rows = rows.filter(pk__lt=place[0])
    limit = min(max(limit, 1), MAX_PAGE)
    pairs = list(rows.values_list("pk", "post_id")[: limit + 1])
    count = mine.count()
    return KeptPage(
        _in_order(shown, [post for _, post in pairs[:limit]]),
        cursors.sealed(of, str(pairs[limit - 1][0])) if len(pairs) > limit else None,
        count,
        count - there.count(),
    )


def shown_in(collection: Collection, viewer: Viewer) -> PostQuerySet:
    """What of it this viewer may see. To others it shows what is public: who put an
    unlisted post in gives its address to nobody."""
    mine = viewer.is_authenticated and viewer.pk == collection.owner_id
    return openable_by(viewer) if mine else listed_for(viewer)


def collected_page(
    collection: Collection,
    viewer: Viewer,
    *,
    after: str | None = None,
    limit: int = 24,
    strict: bool = False,
) -> KeptPage:
    """In the order that its owner gave. `strict` as in `saved_page`."""
    of = f"collection:{collection.pk}"
    place = _place_in(after, of, parts=2, strict=strict)
    shown = shown_in(collection, viewer)
    all_ = CollectionItem.objects.filter(collection=collection)
    there = all_.filter(post__in=shown.order_by().values("pk"))
    rows = there.order_by("position", "pk")
    if place:
        at, row = place
        rows = rows.filter(Q(position__gt=at) | Q(position=at, pk__gt=row))
    limit = min(max(limit, 1), MAX_PAGE)
    found = list(rows.values_list("pk", "post_id", "position")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    count = all_.count()
    return KeptPage(
        _in_order(shown, [post for _, post, _ in found[:limit]]),
        cursors.sealed(of, f"{last[2]}.{last[0]}") if last else None,
        count,
        count - there.count(),
    )


def collection_for(*, viewer: Viewer, key: str) -> Collection:
    """Collection.DoesNotExist for what this viewer may not open."""
    return Collection.objects.visible_to(viewer).select_related("owner").get(key=key)


def collections_of(owner: User, viewer: Viewer) -> CollectionQuerySet:
    """Those that this viewer finds on a profile, the latest changed first."""
    found = Collection.objects.visible_to(viewer).filter(owner=owner)
    if not (viewer.is_authenticated and viewer.pk == owner.pk):
        found = found.filter(visibility=Collection.Visibility.PUBLIC)
    return found.select_related("owner").order_by("-changed", "-pk")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection as it hangs on a wall: its title and the first few posters."""

    collection: Collection
    posts: list[Post] = field(default_factory=list)
    count: int = 0
    """Of what this viewer may see."""


SHELF = 3
"""Posters of a shelf."""


def shelves(collections: list[Collection], viewer: Viewer) -> list[Shelf]:
    """In three queries whatever their number; they are of one owner."""
    if not collections:
        return []
    shown = shown_in(collections[0], viewer)
    rows = CollectionItem.objects.filter(
        collection__in=collections, post__in=shown.order_by().values("pk")
    )
    counts = dict(rows.order_by().values_list("collection").annotate(count=Count("pk")))
    place = Window(RowNumber(), partition_by="collection", order_by=("position", "pk"))
    first: dict[int, list[int]] = {}
    for collection, post in (
        rows.annotate(place=place)
        .filter(place__lte=SHELF)
        .order_by("position", "pk")
        .values_list("collection_id", "post_id")
    ):
        first.setdefault(collection, []).append(post)
    wanted = {pk for ids in first.values() for pk in ids}
    posts = {post.pk: post for post in shown.filter(pk__in=wanted)}
    return [
        Shelf(
            one,
            [posts[pk] for pk in first.get(one.pk, ()) if pk in posts],
            counts.get(one.pk, 0),
        )
        for one in collections
    ]


def choices_for(person: User, post: Post) -> CollectionQuerySet:
    """One's own collections, each with ``holds``: whether this post is in it."""
    held = CollectionItem.objects.filter(collection=OuterRef("pk"), post=post)
    mine = Collection.objects.filter(owner=person)
    return mine.annotate(holds=Exists(held)).order_by("-changed", "-pk")


def _in_order(shown: PostQuerySet, ids: list[int]) -> list[Post]:
    found = {post.pk: post for post in shown.filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def _place_in(
    after: str | None, of: str, *, parts: int, strict: bool
) -> list[int] | None:
    """So many numbers, as they stand in a cursor of the list `of`."""
    told = cursors.opened(of, after).split(".")
    numbers = [int(one) for one in told if _NUMBER.fullmatch(one)]
    if len(numbers) == len(told) == parts:
        return numbers
    if after and strict:
        raise cursors.CursorError
    return None
