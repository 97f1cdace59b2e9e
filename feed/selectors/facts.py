"""What is known of posts, for the ranking: shared by everybody whom a process serves.

What is known of a post is the same whoever looks, so a post is looked up once in
``settings.FEED_SHARED_SECONDS``, for however many viewers it is a candidate. Ages and heat
are of the moment that is asked about: what is kept changes only with the database.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from feed import heat
from feed.models import Post
from feed.ranking import Pool
from feed.selectors.kept import Kept
from feed.selectors.tastes import tagged

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    Row = tuple[Any, ...]
    """A value for each name of `_NAMES`, as a number."""

    Known = tuple[float, Row | None, frozenset[int]]
    """When it was looked up, what was found (None: it may not be placed), its tags."""

MOST = 20_000
"""Posts of which a process remembers something: about 20 MB."""

_NAMES = (
    "pk",
    "author_id",
    "lead_id",
    "published",
    "stat__shown",
    "stat__views",
    "stat__watched",
    "stat__likes",
    "stat__comments",
    "stat__remixes",
    "stat__follows",
    "stat__heat",
    "remix__parent_id",
    "stat__dwell",
)

_AT = _NAMES.index("published")

_rows = Kept(
    lambda ids: (
        # Whether its author is still here is asked with who may see it, at every page.
        Post.objects.public().filter(pk__among=ids, demoted=False).values_list(*_NAMES)
    ),
    ids=list,
)

_known: dict[int, Known] = {}


def forget() -> None:
    """For tests, whose rows come and go."""
    _known.clear()


def pool_of(ids: Sequence[int], *, now: dt.datetime) -> Pool:
    """Those of them that may be placed, in this order; in two queries at most."""
    found = _look_up(ids)
    columns: list[Sequence[Any]] = list(zip(*(row for row, _ in found), strict=True))
    columns = columns or [()] * len(_NAMES)
    posts, creators, leads, published, shown, views, watched, likes = columns[:8]
    comments, remixes, follows, heats, parents, dwell = columns[8:]
    since = np.array(published, np.float64)
    return Pool(
        posts=np.array(posts, np.int64),
        creators=np.array(creators, np.int64),
        characters=np.array(leads, np.int64),
        ages=np.maximum(0.0, (now.timestamp() - since) / 3600.0),
        shown=np.array(shown, np.int64),
        views=np.array(views, np.int64),
        watched=np.array(watched, np.float64),
        dwell=np.array(dwell, np.float64),
        likes=np.array(likes, np.int64),
        comments=np.array(comments, np.int64),
        remixes=np.array(remixes, np.int64),
        follows=np.array(follows, np.int64),
        heat=heat.left(np.array(heats, np.float64), now),
        parents=np.array(parents, np.int64),
        tags=tuple(tags for _, tags in found),
    )


def _look_up(ids: Iterable[int]) -> list[tuple[Row, frozenset[int]]]:
    clock = time.monotonic()
    oldest = clock - settings.FEED_SHARED_SECONDS
    here = {pk: _known.get(pk) for pk in dict.fromkeys(ids)}
    missing = [pk for pk, one in here.items() if one is None or one[0] <= oldest]
    if missing:
        rows = {row[0]: _counted(row) for row in _rows(ids=missing)}
        tags: dict[int, list[int]] = {}
        for post, tag in tagged(posts=missing):
            tags.setdefault(post, []).append(tag)
        fresh: dict[int, Known] = {
            pk: (clock, rows.get(pk), frozenset(tags.get(pk, ()))) for pk in missing
        }
        here.update(fresh)
        _remember(fresh)
    return [(one[1], one[2]) for one in here.values() if one and one[1]]


def _counted(row: Row) -> Row:
    """In numbers: seconds since 1970 for the moment, 0 for nothing."""
    numbers = (*row[:_AT], row[_AT].timestamp(), *row[_AT + 1 :])
    return tuple(one or 0 for one in numbers) if None in numbers else numbers


def _remember(fresh: dict[int, Known]) -> None:
    if not settings.FEED_SHARED_SECONDS:
        return
    if len(_known) + len(fresh) > MOST:
        # Most of it is out of date by then, and a page costs no more than a first one.
        _known.clear()
    _known.update(fresh)
