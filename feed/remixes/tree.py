"""What a viewer sees of a tree: the chain above a post, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from avatarfx.remixes import RemixKind
from feed import cursors
from feed.models import Post, PostStat, Remix
from feed.remixes.ancestry import rows_above
from feed.remixes.chips import named_to
from feed.selectors.pages import with_likes
from socialapp.accounts.circle import not_apart

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from feed.models import PostQuerySet
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

CHILDREN = 20
"""On a page."""

SHORT = 6
"""Ancestors that the post's own page shows; the rest is on the page of the tree."""

SHOWN, REMOVED, GONE, AWAY, UNLINKED = "shown", "removed", "gone", "away", "unlinked"


@dataclass(frozen=True, slots=True)
class Branch:
    """One place in the tree."""

    state: str
    """``shown``; ``removed`` by its author and ``gone`` with their account, of which
    the credit stays; ``away``: not for this viewer, so without a name; ``unlinked``:
    its author took the credit off."""

    kind: str = ""
    """How the next one was made of it; of a child, how it was made."""

    post: Post | None = None
    credit: dict[str, Any] | None = None

    @property
    def how(self) -> str:
        """The kind, in words."""
        return RemixKind(self.kind).label if self.kind else ""

    @property
    def names(self) -> str:
        people = (self.credit or {}).get("characters", [])
        return ", ".join(str(one.get("name", "")) for one in people)


@dataclass(frozen=True, slots=True)
class Tree:
    above: tuple[Branch, ...]
    """From the first original down to the parent."""

    children: tuple[Branch, ...]
    """Most liked first."""

    after: str | None
    """Where the next page of children begins."""

    hidden: int
    """Children that this viewer may not see."""

    @property
    def is_empty(self) -> bool:
        return not (self.above or self.children or self.hidden)

    @property
    def top(self) -> tuple[Branch, ...]:
        """The first of a long chain."""
        return self.above[:1] if len(self.above) > SHORT else ()

    @property
    def near(self) -> tuple[Branch, ...]:
        """The last of it, or all of a short one."""
        return self.above[1 - SHORT :] if len(self.above) > SHORT else self.above

    @property
    def left_out(self) -> int:
        return len(self.above) - len(self.top) - len(self.near)


def tree_of(viewer: Viewer, post: Post, *, after: str = "") -> Tree:
    """In six queries, however long the chain and however many children."""
    children, following = children_of(viewer, post, after=after)
    return Tree(
        above=chain_of(viewer, post),
        children=children,
        after=following,
        hidden=_hidden(viewer, post),
    )


def chain_of(viewer: Viewer, post: Post) -> tuple[Branch, ...]:
    """The whole ancestry, the first original first."""
    order = rows_above(post.pk)
    if not order:
        return ()
    rows = Remix.objects.in_bulk(order)
    parents = {row.parent_id for row in rows.values() if row.parent_id}
    known = with_likes(named_to(viewer).filter(pk__in=parents), viewer)
    found = {one.pk: one for one in known}
    chain = [_branch(rows[pk], found) for pk in order]
    return tuple(reversed(chain))


def _branch(row: Remix, found: dict[int, Post]) -> Branch:
    if row.outcome == Remix.Outcome.UNLINK:
        return Branch(UNLINKED, row.kind)
    if row.parent_id is None:
        return Branch(GONE, row.kind, credit=row.credit)
    post = found.get(row.parent_id)
    if post is None:
        return Branch(AWAY, row.kind)
    if post.removed is not None:
        return Branch(REMOVED, row.kind, credit=row.credit)
    return Branch(SHOWN, row.kind, post, row.credit)


def children_of(
    viewer: Viewer,
    post: Post,
    *,
    after: str = "",
    limit: int = CHILDREN,
    strict: bool = False,
) -> tuple[tuple[Branch, ...], str | None]:
    """What was made of it, most liked first, and where the next page begins. A cursor
    that this list did not give out begins at the top; with `strict` it is a
    CursorError."""
    of = f"remixes:{post.pk}"
    shown = _children(viewer, post)
    place = _place(cursors.opened(of, after))
    if place is None and after and strict:
        raise cursors.CursorError
    if place is not None:
        likes, pk = place
        shown = shown.filter(Q(stat__likes__lt=likes) | Q(stat__likes=likes, pk__lt=pk))
    found = list(shown.order_by("-stat__likes", "-pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    branches = tuple(Branch(SHOWN, one.remix.kind, one) for one in found)
    if not more:
        return branches, None
    return branches, cursors.sealed(of, f"{found[-1].stat.likes}.{found[-1].pk}")


def _children(viewer: Viewer, post: Post) -> PostQuerySet:
    made = Post.objects.listed().fit_for(viewer).filter(remix__parent=post)
    linked = made.exclude(remix__outcome=Remix.Outcome.UNLINK)
    return with_likes(linked.filter(not_apart(viewer, "author")), viewer)


def _hidden(viewer: Viewer, post: Post) -> int:
    """Of those that the counter counts: what only others may see says how many, and
    nothing else."""
    counted = (
        PostStat.objects.filter(post=post).values_list("remixes", flat=True).first()
    )
    return max(0, (counted or 0) - _children(viewer, post).count()) if counted else 0


def _place(told: str) -> tuple[int, int] | None:
    """Likes and row; None for what is neither."""
    likes, _, pk = told.partition(".")
    if not (likes.isascii() and likes.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    if len(likes) > 12 or len(pk) > 18:
        return None
    return int(likes), int(pk)
