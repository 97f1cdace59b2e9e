"""Threads as a viewer may read them: one query for a page, however long or deep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from socialapp.comments import hosts
from socialapp.comments.models import Comment, CommentEdit, FilterWord, Thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.comments.models import CommentQuerySet

    Viewer = User | AnonymousUser

ORDERS = ("top", "newest", "oldest")
MAX_PAGE = 100
PAGE = 20


class CursorError(ValueError):
    """A cursor that was given out for another list, or by nobody."""

    def __init__(self) -> None:
        super().__init__("No such cursor. Take the one from “next” of this very list.")


@dataclass(frozen=True, slots=True)
class CommentPage:
    comments: list[Comment]
    after: str | None
    """Where the next page begins; None on the last one."""


@dataclass(frozen=True, slots=True)
class Focus:
    """One comment with the way up to it and what was answered to it."""

    comment: Comment
    above: list[Comment]
    """The root, then the nearest ancestors, the eldest first."""

    skipped: int
    """Ancestors between the root and those."""

    answers: CommentPage


def roots_of(
    thread: Thread | None,
    viewer: Viewer,
    *,
    order: str = "top",
    after: str | None = None,
    limit: int = PAGE,
) -> CommentPage:
    """Comments under the thing itself, one query. The pinned one is not among them.
    CursorError for a cursor of another list."""
    if thread is None:
        if after:
            raise CursorError
        return CommentPage([], None)
    found = Comment.objects.filter(thread=thread, root__isnull=True)
    if thread.pinned_id:
        found = found.exclude(pk=thread.pinned_id)
    return _page(found, viewer, f"t{thread.pk}", order, after=after, limit=limit)


def branch_of(
    root: Comment, viewer: Viewer, *, after: str | None = None, limit: int = PAGE
) -> CommentPage:
    """Everything below a root in the order it was said, one query, whatever its depth."""
    found = Comment.objects.filter(root=root.pk)
    return _page(found, viewer, f"b{root.pk}", "oldest", after=after, limit=limit)


def answers_to(
    comment: Comment, viewer: Viewer, *, after: str | None = None, limit: int = PAGE
) -> CommentPage:
    """What was answered to this one directly, in the order it was said; one query."""
    found = Comment.objects.filter(parent=comment.pk)
    return _page(found, viewer, f"a{comment.pk}", "oldest", after=after, limit=limit)


def below(
    comment: Comment, viewer: Viewer, *, after: str | None = None, limit: int = PAGE
) -> CommentPage:
    """The branch of a root, the answers to any other one."""
    list_of = answers_to if comment.root_id else branch_of
    return list_of(comment, viewer, after=after, limit=limit)


def focus_on(
    comment: Comment, viewer: Viewer, *, after: str | None = None, limit: int = PAGE
) -> Focus:
    """Two queries: the way up, and a page of answers."""
    ids = list(comment.above)
    if comment.root_id and comment.root_id not in ids:
        ids.insert(0, comment.root_id)
    found = {}
    if ids:
        rows = Comment.objects.listed_for(viewer).full().filter(pk__in=ids)
        found = {one.pk: one for one in rows}
    return Focus(
        comment,
        [found[pk] for pk in ids if pk in found],
        comment.depth - len(ids),
        below(comment, viewer, after=after, limit=limit),
    )


def pinned_of(thread: Thread | None, viewer: Viewer) -> Comment | None:
    """The pinned comment, when this viewer reads it."""
    if thread is None or not thread.pinned_id:
        return None
    found = Comment.objects.listed_for(viewer).full().spoken()
    return found.filter(pk=thread.pinned_id).first()


def comment_for(*, viewer: Viewer, key: str) -> Comment:
    """One that this viewer reads, under something that they may open, also one that is
    only a line because it is gone. Comment.DoesNotExist for all others; owners of
    threads find what their words held."""
    rows = Comment.objects.listed_for(viewer).full()
    comment = rows.filter(key=key).first() or _held_for(viewer, key)
    if comment is None or not hosts.is_visible(comment.thread, viewer):
        raise Comment.DoesNotExist
    return comment


def words_for(*, viewer: Viewer, key: str) -> Comment:
    """As ``comment_for``, but only one whose words are there to be read."""
    comment = comment_for(viewer=viewer, key=key)
    if not comment.speaks:
        raise Comment.DoesNotExist
    return comment


def _held_for(viewer: Viewer, key: str) -> Comment | None:
    if not viewer.is_authenticated or viewer.is_minor:
        return None
    row = held_for(viewer).filter(key=key).first()
    if row is not None:
        row.speaks = row.to_speaks = True
        row.muted = row.liked = False
    return row


def held_for(owner: User) -> CommentQuerySet:
    """What waits for this person because of their words, the newest first."""
    found = Comment.objects.full().filter(
        thread__owner=owner, held=True, gone="", withheld="", approval="approved"
    )
    return found.filter(author__leaves__isnull=True).order_by("-pk")


def history_of(comment: Comment) -> Sequence[CommentEdit]:
    """What it said before, the oldest first."""
    return list(comment.history.all())


def words_of(owner: User) -> Sequence[FilterWord]:
    return list(FilterWord.objects.filter(owner=owner).order_by("word", "pk"))


def _page(
    found: CommentQuerySet,
    viewer: Viewer,
    scope: str,
    order: str,
    *,
    after: str | None,
    limit: int,
) -> CommentPage:
    limit = min(max(limit, 1), MAX_PAGE)
    order = order if order in ORDERS else "top"
    scope = f"{scope}{order[0]}"
    if after:
        found = found.filter(_beyond(after, scope, order))
    by = {"top": ("-likes", "-pk"), "newest": ("-pk",), "oldest": ("pk",)}[order]
    rows = list(found.listed_for(viewer).full().order_by(*by)[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return CommentPage(
        rows, f"{scope}.{rows[-1].likes}.{rows[-1].pk}" if more else None
    )


def _beyond(cursor: str, scope: str, order: str) -> Q:
    """What comes after the last row of a page, by what it was sorted by: rows that are
    added or removed move nothing."""
    mark, _, rest = cursor.partition(".")
    likes, _, pk = rest.partition(".")
    numbers = (likes, pk)
    if mark != scope or not all(
        one.isascii() and one.isdigit() and len(one) < 19 for one in numbers
    ):
        raise CursorError
    if order == "top":
        return Q(likes__lt=int(likes)) | Q(likes=int(likes), pk__lt=int(pk))
    return Q(pk__lt=int(pk)) if order == "newest" else Q(pk__gt=int(pk))
