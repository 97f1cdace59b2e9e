"""Likes of comments: under any concurrency the counter is count(*)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from socialapp.accounts import circle
from socialapp.comments.errors import CommentError
from socialapp.comments.models import Comment, CommentLike
from socialapp.comments.services import news
from socialapp.comments.services.checks import must_act, must_be_adult

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@transaction.atomic
def like_comment(*, comment: Comment, person: User) -> int:
    """Like once, however often asked; the number of likes now. CommentError for one
    that is not there, and for whom it is not."""
    must_be_adult(person)
    must_act(person)
    # Locked, so that nobody deletes it under the like.
    found = Comment.objects.select_for_update(of=("self",), no_key=True)
    row = found.select_related("author").filter(pk=comment.pk).first()
    if row is None or not row.counts:
        raise CommentError("This comment is gone.", code="not-there")
    if row.author is not None and circle.are_apart(person, row.author):
        raise CommentError("One of you blocked the other.", code="apart")
    _, created = CommentLike.objects.get_or_create(comment=row, person=person)
    if created:
        _count(row, 1)
    likes = _likes_of(row)
    if created and row.author is not None and row.author_id != person.pk:
        news.liked(row, likes)
    return likes


@transaction.atomic
def unlike_comment(*, comment: Comment, person: User) -> int:
    """Take the like back if there is one; the number of likes now."""
    gone, _ = CommentLike.objects.filter(comment=comment, person=person).delete()
    if gone:
        _count(comment, -1)
    return _likes_of(comment)


def _count(comment: Comment, by: int) -> None:
    Comment.objects.filter(pk=comment.pk).update(likes=F("likes") + by)


def _likes_of(comment: Comment) -> int:
    found = Comment.objects.filter(pk=comment.pk).values_list("likes", flat=True)
    return found.first() or 0
