"""Of a list that was made before, what a viewer may see now: safety has the last word.

It is asked at every page of the ranked feed, and the ORM takes longer to write this query
than the database to answer it, so it is kept (see ``kept``). Its conditions are those of
every other page, from the same functions. They are given `Somebody`, which has nothing
but what may change between two viewers or leads to another query here: a condition that
asks for more breaks at once, instead of being remembered for everybody. One that looks at
the clock is refused by `Kept`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db.models import prefetch_related_objects

from feed.models import Post, Tag
from feed.models.posts import lines_of_snippets
from feed.selectors.custom import unmuted
from feed.selectors.kept import Kept
from feed.selectors.pages import listed_for
from feed.selectors.ranked import without_unwanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from feed.models import PostQuerySet
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


@dataclass(frozen=True, slots=True)
class Somebody:
    """All that the conditions may know of a viewer."""

    pk: int | None
    is_authenticated: bool
    is_minor: bool = False


def posts_in(*, viewer: Viewer, ids: Sequence[int]) -> list[Post]:
    """Of these, in this order, what this viewer may see now, with all that a card shows.
    Three queries, and one for the lines when there are chats among it."""
    if not viewer.is_authenticated:
        rows = _for_strangers(ids=list(ids))
    else:
        kept = _for_minors if viewer.is_minor else _for_adults
        rows = kept(ids=list(ids), person=viewer.pk)
    found = {post.pk: post for post in rows}
    _add_tags(rows)
    if chats := [post for post in rows if post.snippet_id]:
        prefetch_related_objects(chats, lines_of_snippets())
    return unmuted(viewer, [found[pk] for pk in ids if pk in found])


def _add_tags(posts: Sequence[Post]) -> None:
    """What ``prefetch_related("tags")`` does, by a query that is kept: the ORM takes
    longer to write that one than for all of the cards."""
    theirs: dict[int, list[Tag]] = {post.pk: [] for post in posts}
    for pk, tag, name in _tags(posts=list(theirs)):
        theirs[pk].append(Tag.from_db(None, ("id", "name"), (tag, name)))
    for post in posts:
        there: Any = Tag.objects.all()
        there._result_cache, there._prefetch_done = theirs[post.pk], True
        cache: dict[str, Any] = post.__dict__.setdefault(
            "_prefetched_objects_cache", {}
        )
        cache["tags"] = there


_tags = Kept(
    lambda posts: (
        Post.tags.through.objects.filter(post_id__among=posts)
        .order_by("pk")
        .values_list("post_id", "tag_id", "tag__name")
    ),
    posts=list,
)


def _these_for(somebody: Somebody, ids: list[int]) -> PostQuerySet:
    viewer = cast("Any", somebody)
    shown = without_unwanted(listed_for(viewer).filter(demoted=False), viewer)
    return shown.filter(pk__among=ids).order_by().prefetch_related(None)


_for_strangers = Kept(
    lambda ids: _these_for(Somebody(None, is_authenticated=False), ids), ids=list
)
_for_adults = Kept(
    lambda ids, person: _these_for(Somebody(person, is_authenticated=True), ids),
    ids=list,
    person=int,
)
_for_minors = Kept(
    lambda ids, person: _these_for(
        Somebody(person, is_authenticated=True, is_minor=True), ids
    ),
    ids=list,
    person=int,
)
