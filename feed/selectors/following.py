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

from avatarfx.models import ClipActor
from feed.cursors import sealed
from feed.models import Follow, Post, SnippetLine
from feed.selectors.pages import MAX_PAGE, FeedPage, place_in, place_of
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

GAPS = (60, 120)
"""Posts that are looked at, all at once, when of those before too few may be shown."""

FEW = 200
"""Follows; asking each of them costs less than the window."""

ROLES = 400
"""Newest seats of a character who is followed: whoever plays in more clips than that is
found in the older ones where they lead."""

_LISTED = (
    "x.visibility = 'public' and x.removed is null and x.withheld = ''"
    " and not x.demoted"
)
# The first half is a stretch of the index, the second settles equal moments.
_BEFORE = " and x.published <= %s and (x.published < %s or x.id < %s)"


def following_page(
    *, viewer: Viewer, after: str | None = None, limit: int = 6, strict: bool = False
) -> FeedPage:
    """Of those whom this viewer follows, the newest first. A page is short, and is not
    the last, when next to nothing of what they published may be shown. `strict` as in
    ``pages.place_in``."""
    limit = min(max(limit, 1), MAX_PAGE)
    if not viewer.is_authenticated:
        return FeedPage([], None)
    of = f"following:{viewer.pk}"
    found: list[Post] = []
    before = place_in(after, of, strict=strict)
    # Safety has the last word: what may not be shown leaves a gap to be filled.
    for asked in (limit + 1, *GAPS):
        rows = followed_before(person=viewer.pk, before=before, most=asked)
        found += posts_in(viewer=viewer, ids=[pk for _, pk in rows])
        if len(found) > limit:
            last = found[limit - 1]
            return FeedPage(
                found[:limit], sealed(of, place_of(last.published, last.pk))
            )
        if len(rows) < asked:
            return FeedPage(found, None)
        before = rows[-1]
    assert before is not None  # noqa: S101  there were rows
    return FeedPage(found, sealed(of, place_of(*before)))


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
    cast = mine.filter(character__isnull=False).values("character")
    acted = ClipActor.objects.filter(clip=OuterRef("clip"), character__in=cast)
    said = SnippetLine.objects.filter(snippet=OuterRef("snippet"), character__in=cast)
    followed = (
        Exists(mine.filter(creator=OuterRef("author")))
        | Exists(mine.filter(character=OuterRef("lead")))
        | Exists(acted)
        | Exists(said)
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
    """The newest few of everybody, then the newest of all: one query of people, and one
    of characters in whichever seat."""
    older = _BEFORE if before is not None else ""
    bounds: list[Any] = []
    if before is not None:
        moment = connection.ops.adapt_datetimefield_value(before[0])
        bounds = [moment, moment, before[1]]
    own = [*bounds, most, person]
    seats = [ROLES, person, *bounds]
    people = _their_own("author_id", "creator_id", older)
    cast = " union ".join(
        [
            _their_own("lead_id", "character_id", older),
            _in_a_seat("avatarfx_clipactor", "clip_id", older),
            _in_a_seat("feed_snippetline", "snippet_id", older),
        ]
    )
    last = " order by published desc, id desc limit %s"
    ids: set[int] = set()
    with connection.cursor() as cursor:
        for sql, values in ((people, own), (cast, [*own, *seats, *seats])):
            cursor.execute(sql + last, [*values, most])
            ids.update(row[0] for row in cursor.fetchall())
    posts = Post.objects.filter(pk__in=ids).order_by("-published", "-pk")
    return list(posts.values_list("published", "pk")[:most])


def _their_own(of: str, column: str, older: str) -> str:
    """What those have published whom the column `column` of a follow names: the newest
    few of each."""
    newest = (
        f"select x.id from feed_post x where x.{of} = f.{column}"  # noqa: S608  constants
        f" and {_LISTED}{older} order by x.published desc, x.id desc limit %s"
    )
    # SQLite knows no LATERAL; its correlated IN runs along the same index.
    joined = (
        f"cross join lateral ({newest}) n join feed_post p on p.id = n.id"
        if connection.vendor == "postgresql"
        else f"join feed_post p on p.id in ({newest})"
    )
    return (
        f"select p.id as id, p.published as published from feed_follow f {joined}"  # noqa: S608  no value but marks
        f" where f.person_id = %s and f.{column} is not null"
    )


def _in_a_seat(table: str, whose: str, older: str) -> str:
    """What characters who are followed play or speak in, as `table` has it."""
    newest = (
        f"select y.id from {table} y where y.character_id = f.character_id"  # noqa: S608  constants
        " order by y.id desc limit %s"
    )
    joined = (
        f"cross join lateral ({newest}) n join {table} a on a.id = n.id"
        if connection.vendor == "postgresql"
        else f"join {table} a on a.id in ({newest})"
    )
    return (
        f"select x.id as id, x.published as published from feed_follow f {joined}"  # noqa: S608  no value but marks
        f" join feed_post x on x.{whose} = a.{whose}"
        f" where f.person_id = %s and f.character_id is not null and {_LISTED}{older}"
    )
