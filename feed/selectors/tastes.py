"""What is known of a person's taste, from what they did here."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Value

from feed.models import Follow, Hidden, Impression, Like, Post, Unwanted
from feed.ranking import Taste
from feed.selectors.kept import Kept
from socialapp.accounts.models import Block, Mute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from feed.ranking.facts import Ints
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

    Viewer = User | AnonymousUser

MOST_FOLLOWED = 300
"""Newest follows whose posts are looked for at a page: a page is never slower for those
who follow thousands."""

LOOKS = 200
"""Newest looks that a taste is made of."""

MOST_UNWANTED = 100

PATIENCE = 3.0
"""Looks of average interest that every liking starts with: one clip watched to its end
is not yet a taste."""

MEAN = 0.5
"""Fraction watched that says nothing either way."""

COLD = -0.6
"""Of the character and the tags of a post that somebody wants less of."""


_followed = Kept(
    lambda person: (
        Follow.objects.filter(person=person)
        .order_by("-id")
        .values_list("creator_id", "character_id")[:MOST_FOLLOWED]
    ),
    person=int,
)
_liked = Kept(
    lambda person: (
        Like.objects.filter(user=person)
        .order_by("-created")
        .values_list("post_id", flat=True)[:LOOKS]
    ),
    person=int,
)
_looked = Kept(
    lambda viewer: (
        Impression.objects.filter(viewer=viewer)
        .order_by("-created")
        .values_list("post_id", "post__author_id", "post__lead_id", "watched")[:LOOKS]
    ),
    viewer=str,
)
tagged = Kept(
    lambda posts: Post.tags.through.objects.filter(post_id__among=posts).values_list(
        "post_id", "tag_id"
    ),
    posts=list,
)
_less = Kept(
    lambda person: (
        Unwanted.objects.filter(person=person)
        .order_by("-id")
        .values_list("post_id", flat=True)[:MOST_UNWANTED]
    ),
    person=int,
)


def taste_of(viewer: Viewer) -> Taste:
    """In six queries, whatever they did; a stranger's is empty and costs none."""
    if not viewer.is_authenticated:
        return Taste()
    people, cast = _split(_followed(person=viewer.pk))
    away, away_cast = _split(_away(person=viewer.pk))
    creators, characters, tags = _watched(viewer.pk)
    for character, theirs in _unwanted(viewer.pk):
        if character:
            characters[character] = COLD
        tags.update(dict.fromkeys(theirs, COLD))
    return Taste(
        people=people,
        characters=cast,
        creators=creators,
        cast=characters,
        tags=tags,
        liked=np.array(_liked(person=viewer.pk), np.int64),
        hidden=away,
        hidden_characters=away_cast,
    )


def is_following(
    viewer: Viewer,
    *,
    creator: User | None = None,
    character: Character | None = None,
) -> bool:
    if not viewer.is_authenticated:
        return False
    mine = Follow.objects.filter(person=viewer.pk)
    return mine.filter(creator=creator, character=character).exists()


def _those_away(person: int) -> QuerySet[Any, tuple[int, int]]:
    """Ids of people and of characters whom this one does not want to meet, 0 for
    neither: one query."""
    none = Value(0)
    muted = Mute.objects.filter(person=person).values_list("whom_id", none)
    blocked = Block.objects.filter(person=person).values_list("whom_id", none)
    blocking = Block.objects.filter(whom=person).values_list("person_id", none)
    hidden = Hidden.objects.filter(person=person).values_list(none, "character_id")
    return muted.union(blocked, blocking, hidden)


_away = Kept(_those_away, person=int)


def _split(rows: Iterable[tuple[int | None, int | None]]) -> tuple[Ints, Ints]:
    pairs = list(rows)
    people = [creator for creator, _ in pairs if creator]
    cast = [character for _, character in pairs if character]
    return np.array(people, np.int64), np.array(cast, np.int64)


def _watched(
    person: int,
) -> tuple[dict[int, float], dict[int, float], dict[int, float]]:
    """Liking by creator, character and tag, 0 to 1: how what they showed was watched."""
    rows = _looked(viewer=f"user:{person}")
    creators: dict[int, list[float]] = defaultdict(list)
    cast: dict[int, list[float]] = defaultdict(list)
    tags: dict[int, list[float]] = defaultdict(list)
    parts: dict[int, float] = {}
    for post, author, character, watched in rows:
        creators[author].append(watched)
        if character:
            cast[character].append(watched)
        parts[post] = watched
    for post, tag in tagged(posts=list(parts)) if parts else ():
        tags[tag].append(parts[post])
    return _means(creators), _means(cast), _means(tags)


def _means(looks: Mapping[int, list[float]]) -> dict[int, float]:
    """Above the mean counts; below it, they have merely not met it in the mood."""
    found = {}
    for key, parts in looks.items():
        mean = (sum(parts) + PATIENCE * MEAN) / (len(parts) + PATIENCE)
        if mean > MEAN:
            found[key] = (mean - MEAN) / (1.0 - MEAN)
    return found


def _unwanted(person: int) -> Iterable[tuple[int | None, list[int]]]:
    """Character and tags of each."""
    unwanted = _less(person=person)
    if not unwanted:
        return
    tags: dict[int, list[int]] = defaultdict(list)
    for post, tag in tagged(posts=unwanted):
        tags[post].append(tag)
    for post, lead in _leads(posts=unwanted):
        yield lead, tags[post]


_leads = Kept(
    lambda posts: Post.objects.filter(pk__among=posts).values_list("pk", "lead_id"),
    posts=list,
)
