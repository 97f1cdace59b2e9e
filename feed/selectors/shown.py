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

from feed.selectors.custom import unmuted
from feed.selectors.kept import Kept
from feed.selectors.pages import listed_for
from feed.selectors.ranked import without_unwanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from feed.models import Post, PostQuerySet
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
    return unmuted(viewer, [found[pk] for pk in ids if pk in found])


def _these_for(somebody: Somebody, ids: list[int]) -> PostQuerySet:
    viewer = cast("Any", somebody)
    shown = without_unwanted(listed_for(viewer).filter(demoted=False), viewer)
    return shown.filter(pk__among=ids).order_by()


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
