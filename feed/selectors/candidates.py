"""Candidates for a page, from a handful of small indexed queries: whatever the house's
size, some 500 posts are looked at."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection
from django.utils import timezone

from feed import heat, ranking
from feed.models import Post, PostStat, Remix
from feed.ranking import House, Pool
from feed.ranking.arranging import FAIR, NEW
from feed.selectors import facts
from feed.selectors.facts import pool_of
from feed.selectors.kept import Kept
from feed.selectors.shared import Shared, newest_post

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feed.ranking import Taste
    from feed.ranking.facts import Ints

EACH = 3
"""Newest posts of everybody who is followed."""

FOLLOWED, TRENDING, UNMET, TOPICAL = 60, 300, 300, 24
"""Most of each kind; of a subject, the last. With 100 of the followed and 40 of a subject
the ten best of a page scored 0.1 % higher, on average of 120 viewers in a house of a
million posts."""

REMIXES = 60
"""Newest of what was made of posts that the viewer liked."""

UNDER = 80
"""Newest posts of a tag among which the liked ones are looked for: heat halves twice a
day, so that older ones are liked of late but rarely."""

TRIED = 60
"""Of those that few have met, drawn by the viewer."""

SUBJECTS = 3
"""Tags that a viewer likes best."""

NEWEST = 100
"""So that a quiet house has candidates at all."""

RATES_SECONDS = 300.0
"""For how long one process goes by the rates that it has counted."""

_rates: list[tuple[float, House]] = []


def forget() -> None:
    """What this process has counted; for tests, whose rows come and go."""
    _rates.clear()
    facts.forget()
    Shared.forget()


@dataclass(frozen=True, slots=True)
class _Common:
    """Candidates that do not depend on who looks."""

    at: dt.datetime
    pool: Pool
    everybodys: Ints
    """Rows of what is trending, and of the newest."""

    unmet: Ints
    """Rows of those that few have met."""


_common: Shared[_Common] = Shared()
_topics: Shared[list[int]] = Shared(times=6)


def candidates(*, taste: Taste, seed: int, now: dt.datetime | None = None) -> Pool:
    """Public posts that may be placed; who may see them is asked when they are shown."""
    now = now or timezone.now()
    newest = newest_post()
    common = _common.get("", newest, lambda: _commons(now))
    followed = [*_followed(taste), *_remixes_of(taste.liked)]
    topical: list[int] = []
    for tag in _best(taste):
        topical += _topics.get(str(tag), 0, partial(_topical, tag=tag))
    posts = common.pool.posts
    rows = [
        common.everybodys,
        np.array(list(_drawn(common.unmet.tolist(), seed)), np.int64),
        np.flatnonzero(np.isin(posts, [*followed, *topical])),
    ]
    pools = [_later(common.pool.take(np.unique(np.concatenate(rows))), common.at, now)]
    known = set(posts.tolist())
    others = [one for one in dict.fromkeys([*followed, *topical]) if one not in known]
    if others:
        pools.append(pool_of(others, now=now))
    return ranking.join(pools)


def _commons(now: dt.datetime) -> _Common:
    trending, unmet, newest = _trending(), _unmet(now), _newest()
    pool = pool_of(list(dict.fromkeys([*trending, *newest, *unmet])), now=now)
    return _Common(
        now,
        pool,
        np.flatnonzero(np.isin(pool.posts, [*trending, *newest])),
        np.flatnonzero(np.isin(pool.posts, unmet)),
    )


def _later(pool: Pool, then: dt.datetime, now: dt.datetime) -> Pool:
    """As it is now, after what was known of it then."""
    seconds = max(0.0, (now - then).total_seconds())
    return replace(
        pool,
        ages=pool.ages + seconds / 3600.0,
        heat=pool.heat * 2.0 ** (-seconds / heat.HALF_LIFE),
    )


def house() -> House:
    """This server's own rates, over the posts that were met last; judgements weigh in
    as a hundred views would."""
    clock = time.monotonic()
    if not _rates or _rates[0][0] <= clock:
        _rates[:] = [(clock + RATES_SECONDS, _house())]
    return _rates[0][1]


def _house() -> House:
    met = PostStat.objects.filter(views__gt=0).order_by("-post_id")[:2000]
    names = (
        *("views", "watched", "likes", "follows", "comments", "remixes"),
        *("shown", "dwell"),
    )
    rows = list(met.values_list(*names))
    views, watched, likes, follows, comments, remixes, shown, dwell = (
        (sum(column) for column in zip(*rows, strict=True))
        if rows
        else (0,) * len(names)
    )
    known, prior = House(), 100.0

    def rate(total: float, judged: float) -> float:
        return (total + prior * judged) / (views + prior)

    return House(
        watched=rate(watched, known.watched),
        dwell=(dwell + prior * known.dwell) / (shown + prior),
        likes=rate(likes, known.likes),
        # Where nobody has done either yet, no post is worse for lacking them.
        comments=rate(comments, known.comments) if comments else 0.0,
        remixes=rate(remixes, known.remixes) if remixes else 0.0,
        follows=rate(follows, known.follows),
        heat=max(known.heat, 3.0 * likes / max(1, len(rows))),
    )


def _followed(taste: Taste) -> list[int]:
    found = _newest_each(taste.people, _OF_PEOPLE) if len(taste.people) else []
    if len(taste.characters):
        found += _newest_each(taste.characters, _OF_CHARACTERS)
    return found


_SHOWN = (
    "x.visibility = 'public' and x.removed is null and x.withheld = ''"
    " and not x.kept_back"
)

_OF_PEOPLE = (
    f"select x.id, x.published from feed_post x where x.author_id = m.id and {_SHOWN}"  # noqa: S608  constants
    f" order by x.published desc limit {EACH}"
)
_OF_CHARACTERS = (
    f"select x.id, x.published from feed_post x where x.lead_id = m.id and {_SHOWN}"  # noqa: S608  constants
    f" order by x.published desc limit {EACH}"
)


def _newest_each(ids: Ints, newest: str) -> list[int]:
    """The newest few posts of each, the newest of all first."""
    marks = ", ".join(["%s"] * len(ids))
    if connection.vendor == "postgresql":
        rows = ", ".join(["(%s::bigint)"] * len(ids))
        sql = (
            f"select p.id from (values {rows}) m(id) cross join lateral ({newest}) p"  # noqa: S608  no value but marks
            f" order by p.published desc limit {FOLLOWED}"
        )
    else:
        # SQLite knows no LATERAL; its correlated IN runs along the same index.
        table = "accounts_user" if newest is _OF_PEOPLE else "characters_character"
        inner = newest.replace("select x.id, x.published", "select x.id")
        sql = (
            f"select p.id from {table} m join feed_post p on p.id in ({inner})"  # noqa: S608  no value but marks
            f" where m.id in ({marks}) order by p.published desc limit {FOLLOWED}"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, ids.tolist())
        return [row[0] for row in cursor.fetchall()]


def _trending() -> list[int]:
    stats = PostStat.objects.filter(heat__gt=0).order_by("-heat")
    return list(stats.values_list("post_id", flat=True)[:TRENDING])


_topical = Kept(
    lambda tag: (
        PostStat.objects.filter(
            post__in=Post.tags.through.objects.filter(tag_id=tag)
            .order_by("-post_id")
            .values("post_id")[:UNDER]
        )
        .order_by("-heat", "-post_id")
        .values_list("post_id", flat=True)[:TOPICAL]
    ),
    tag=int,
)
"""What is liked of late among the newest under a tag."""


def _remixes_of(liked: Ints) -> list[int]:
    """Newest first; one whose post is gone, or was taken off, is left out later."""
    return _made_of(posts=liked.tolist()) if len(liked) else []


_made_of = Kept(
    lambda posts: (
        Remix.objects.filter(parent_id__among=posts, child__isnull=False)
        .order_by("-pk")
        .values_list("child_id", flat=True)[:REMIXES]
    ),
    posts=list,
)


def _unmet(now: dt.datetime) -> list[int]:
    since = now - dt.timedelta(hours=NEW)
    posts = Post.objects.listed().filter(published__gt=since, stat__shown__lt=FAIR)
    return list(posts.order_by("-published").values_list("pk", flat=True)[:UNMET])


def _newest() -> list[int]:
    posts = Post.objects.listed().order_by("-published", "-pk")
    return list(posts.values_list("pk", flat=True)[:NEWEST])


def _drawn(ids: Sequence[int], seed: int) -> Iterable[int]:
    if len(ids) <= TRIED:
        return ids
    return Random(seed).sample(list(ids), TRIED)  # noqa: S311  a draw, not a secret


def _best(taste: Taste) -> list[int]:
    liked = sorted(taste.tags.items(), key=lambda one: (-one[1], one[0]))
    return [tag for tag, value in liked[:SUBJECTS] if value > 0]
