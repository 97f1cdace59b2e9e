"""What those have published whom somebody follows, however many they are.

Who follows a few people, or a few thousand quiet ones, is not in the newest posts; who
follows twelve thousand is in most of them. So the newest few thousand posts are looked
through first, which is one stretch of an index, and only when they hold too little is
everybody who is followed asked for their own newest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from feed.models import Follow, Post
from feed.selectors.pages import MAX_PAGE, FeedPage, cursor_of, read_cursor
from feed.selectors.shown import posts_in

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser

    from feed.models import PostQuerySet
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

    Row = tuple[dt.datetime, int]
    """When it was published, and the row."""

WINDOW = 1_000
"""Newest posts that are looked through."""

FEW = 200
"""Follows; asking each of them costs less than the window."""

_LISTED = (
    "x.visibility = 'public' and x.removed is null and x.withheld = ''"
    " and not x.demoted"
)
# The first half is a stretch of the index, the second settles equal moments.
_BEFORE = " and x.published <= %s and (x.published < %s or x.id < %s)"


def following_page(
    *, viewer: Viewer, after: str | None = None, limit: int = 6
) -> FeedPage:
    """Of those whom this viewer follows, the newest first."""
    limit = min(max(limit, 1), MAX_PAGE)
    if not viewer.is_authenticated:
        return FeedPage([], None)
    found: list[Post] = []
    before = read_cursor(after or "")
    while len(found) <= limit:
        asked = limit + 1 - len(found)
        rows = followed_before(person=viewer.pk, before=before, most=asked)
        # Safety has the last word: what may not be shown leaves a gap to be filled.
        found += posts_in(viewer=viewer, ids=[pk for _, pk in rows])
        if len(rows) < asked:
            break
        before = rows[-1]
    return FeedPage(
        found[:limit], cursor_of(found[limit - 1]) if len(found) > limit else None
    )


def followed_before(*, person: int, before: Row | None, most: int) -> list[Row]:
    """The newest `most` public posts, older than `before`, of those whom this person
    follows: the newest first. Who may see them is asked when they are shown."""
    if Follow.objects.filter(person=person)[FEW : FEW + 1].exists():
        found = _in_window(person, before, most)
        if len(found) == most:
            return found
    return _of_each(person, before, most)


def _in_window(person: int, before: Row | None, most: int) -> list[Row]:
    window = _older(Post.objects.listed().filter(demoted=False), before)
    newest = window.order_by("-published", "-pk").values("pk")[:WINDOW]
    mine = Follow.objects.filter(person=person)
    followed = Exists(mine.filter(creator=OuterRef("author"))) | Exists(
        mine.filter(character=OuterRef("lead"))
    )
    posts = Post.objects.filter(followed, pk__in=newest).order_by("-published", "-pk")
    return list(posts.values_list("published", "pk")[:most])


def _older(posts: PostQuerySet, before: Row | None) -> PostQuerySet:
    if before is None:
        return posts
    moment, pk = before
    rest = Q(published__lt=moment) | Q(pk__lt=pk)
    return posts.filter(rest, published__lte=moment)


def _of_each(person: int, before: Row | None, most: int) -> list[Row]:
    """The newest few of everybody, then the newest of all."""
    older = _BEFORE if before is not None else ""
    bounds: list[Any] = []
    if before is not None:
        moment = connection.ops.adapt_datetimefield_value(before[0])
        bounds = [moment, moment, before[1]]
    last = " order by x.published desc, x.id desc limit %s"
    each = (
        "select x.id from feed_post x where x.author_id = f.creator_id"  # noqa: S608  constants
        f" and {_LISTED}{older}{last}",
        "select x.id from feed_post x where x.lead_id = f.character_id"  # noqa: S608  constants
        f" and {_LISTED}{older}{last}",
    )
    ids: set[int] = set()
    with connection.cursor() as cursor:
        for newest, column in zip(each, ("creator_id", "character_id"), strict=True):
            # SQLite knows no LATERAL; its correlated IN runs along the same index.
            joined = (
                f"cross join lateral ({newest}) n join feed_post p on p.id = n.id"
                if connection.vendor == "postgresql"
                else f"join feed_post p on p.id in ({newest})"
            )
            cursor.execute(
                f"select p.id from feed_follow f {joined}"  # noqa: S608  no value but marks
                f" where f.person_id = %s and f.{column} is not null"
                " order by p.published desc, p.id desc limit %s",
                [*bounds, most, person, most],
            )
            ids.update(row[0] for row in cursor.fetchall())
    posts = Post.objects.filter(pk__in=ids).order_by("-published", "-pk")
    return list(posts.values_list("published", "pk")[:most])
