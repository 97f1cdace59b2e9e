"""The ranked feed: a list for one viewer, its pages, and why each post is where it is."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Exists, OuterRef
from django.utils import timezone

from avatarfx.models import ClipActor
from feed import ranking
from feed.models import (
    Hidden,
    Impression,
    Post,
    RankedList,
    Ranker,
    SnippetLine,
    Unwanted,
)
from feed.ranking import PRIOR, Weights
from feed.ranking.traits import NAMES
from feed.ranking.weights import WeightsError
from feed.selectors.candidates import candidates, house
from feed.selectors.kept import Kept
from feed.selectors.shared import Shared
from feed.selectors.tastes import taste_of
from socialapp.accounts.circle import unmuted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from feed.models import PostQuerySet
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MOST = 200
"""Posts in a list."""

FRESH_DAYS = 14
"""For how long somebody is not shown again what they were shown, while there is
anything else."""

Entry = tuple[int, list[float], int]
"""As in `RankedList.posts`."""


@dataclass(frozen=True, slots=True)
class Ordered:
    entries: list[Entry]
    weights: list[float]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a post is where it is."""

    terms: dict[str, float]
    """By name, those that count; they sum to `score`."""

    score: float
    chance: bool
    """It has its first chance there: few have met it yet."""


_weights: Shared[Weights] = Shared()


def weights_now() -> Weights:
    """Those that are in use; newly learnt ones within `FEED_SHARED_SECONDS`."""
    return _weights.get("", 0, _read_weights)


def _read_weights() -> Weights:
    """Learnt ones, when there are any that can be read; else the house's judgement."""
    newest = Ranker.objects.filter(active=True).first()
    if newest is None:
        return PRIOR
    try:
        return Weights.from_json(newest.weights)
    except WeightsError:
        # A version with other traits stored them.
        return PRIOR


def ranked(
    *, viewer: Viewer, name: str, personal: bool, now: dt.datetime | None = None
) -> Ordered:
    """Everything that a page could show this viewer, best first: what they were not
    shown yet, then the rest. `name` is theirs as in `View`; empty: nobody's."""
    now = now or timezone.now()
    taste = taste_of(viewer) if personal else ranking.Taste()
    seed = secrets.randbelow(2**32)
    pool = candidates(taste=taste, seed=seed, now=now)
    weights = weights_now()
    scores = ranking.score(pool, taste=taste, house=house(), weights=weights)
    posts = pool.posts.tolist()
    seen = _seen(name, posts, now)
    known = np.isin(pool.posts, list(seen)) if seen else np.zeros(len(pool), np.bool_)
    traits = scores.traits.tolist()
    order = ranking.arrange(
        pool, scores.totals, taste=taste, seed=seed, most=MOST, later=known
    )
    entries = [(posts[one.row], traits[one.row], int(one.chance)) for one in order]
    return Ordered(entries, weights.row())


def trending(*, now: dt.datetime | None = None) -> Ordered:
    """The same for everybody: what is liked of late."""
    now = now or timezone.now()
    pool = candidates(taste=ranking.Taste(), seed=0, now=now)
    order = np.lexsort((-pool.posts, pool.ages, -pool.heat))
    return Ordered([(int(pool.posts[row]), [], 0) for row in order[:MOST]], [])


def _seen(name: str, posts: Sequence[int], now: dt.datetime) -> set[int]:
    if not name:
        return set()
    since = (now - dt.timedelta(days=FRESH_DAYS)).date()
    return set(_met(viewer=name, posts=list(posts), since=since))


_met = Kept(
    lambda viewer, posts, since: Impression.objects.filter(
        viewer=viewer, post_id__among=posts, day__gte=since
    ).values_list("post_id", flat=True),
    viewer=str,
    posts=list,
    since=dt.date,
)


def list_of(*, name: str, key: str) -> RankedList | None:
    """The list that this viewer is reading, if it is theirs and still there."""
    found = RankedList.objects.filter(key=key).first()
    return found if found is not None and found.viewer in {"", name} else None


def without_unwanted(posts: PostQuerySet, viewer: Viewer) -> PostQuerySet:
    """Whom they muted and what they hid a moment ago is on no page of a list that was
    made before. Blocks are held by `PostQuerySet.fit_for`."""
    if not viewer.is_authenticated:
        return posts
    cast = Hidden.objects.filter(person=viewer.pk).values("character")
    unwanted = Unwanted.objects.filter(person=viewer.pk).values("post")
    # Of a cast of several, whoever is hidden in whichever seat.
    acted = ClipActor.objects.filter(clip=OuterRef("clip"), character__in=cast)
    said = SnippetLine.objects.filter(snippet=OuterRef("snippet"), character__in=cast)
    return (
        posts.filter(~Exists(acted), ~Exists(said), unmuted(viewer, "author"))
        .exclude(clip__isnull=False, clip__character__in=cast)
        .exclude(snippet__isnull=False, snippet__lead__in=cast)
        .exclude(pk__in=unwanted)
    )


def reasons_for(*, shown: RankedList, post: Post) -> Reason | None:
    """From the list that showed it; None: it is not on it, it was not ranked, or that
    was done by a version with other traits."""
    for pk, traits, chance in shown.posts:
        if pk == post.pk and len(traits) == len(shown.weights) == len(NAMES):
            terms = ranking.explain(traits, shown.weights)
            return Reason(terms, round(sum(terms.values()), 6), bool(chance))
    return None


def placed(
    looks: Sequence[tuple[str, float, float]], shown: RankedList | None
) -> list[tuple[str, float, float, int, tuple[float, ...]]]:
    """Looks (post key, seconds, fraction) with the place and the traits that the list
    gave each; posts that do not exist are left out. In one query. Nothing is learnt from
    the traits of another version."""
    ranks: dict[int, tuple[int, list[float]]] = {}
    if shown is not None:
        ranks = {pk: (at, traits) for at, (pk, traits, _) in enumerate(shown.posts)}
    known = Post.objects.filter(key__in=[key for key, _, _ in looks])
    ids = dict(known.values_list("key", "pk"))
    found = []
    for key, seconds, watched in looks:
        if key in ids:
            place, traits = ranks.get(ids[key], (0, []))
            traits = traits if len(traits) == len(NAMES) else []
            found.append((key, seconds, watched, place, tuple(traits)))
    return found
