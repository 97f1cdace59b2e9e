"""Threads: opened by their hosts, ruled by their owners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.comments.errors import CommentError
from socialapp.comments.models import Comment, Thread
from socialapp.comments.services.checks import must_act

if TYPE_CHECKING:
    from socialapp.accounts.models import User


def open_thread(*, kind: str, owner: User) -> Thread:
    """A new one; its host points at it in the same transaction."""
    return Thread.objects.create(kind=kind, owner=owner)


@transaction.atomic
def change_thread(
    *, thread: Thread, owner: User, who: str | None = None, answers: bool | None = None
) -> Thread:
    """Who may write, and whether the character answers. What was written stays."""
    _must_own(thread, owner)
    must_act(owner)
    if who is not None and who not in Thread.Who.values:
        raise CommentError(
            "Choose who may write: everyone, people you follow, or nobody.",
            code="no-such-choice",
            field="who",
        )
    row = Thread.objects.select_for_update().get(pk=thread.pk)
    row.who = thread.who = row.who if who is None else who
    row.answers = thread.answers = row.answers if answers is None else answers
    row.save(update_fields=["who", "answers"])
    return thread


@transaction.atomic
def pin(*, comment: Comment, owner: User) -> None:
    """One comment stands above the others; the one before it loses the place.
    CommentError for an answer, and for one that others cannot read."""
    _must_own(comment.thread, owner)
    must_act(owner)
    Thread.objects.select_for_update().get(pk=comment.thread_id)
    row = Comment.objects.filter(pk=comment.pk).first()
    if row is None or not row.counts:
        raise CommentError("This comment is gone.", code="not-there")
    if row.root_id is not None:
        raise CommentError(
            "An answer cannot be pinned without what it answers. Pin that one.",
            code="not-a-root",
        )
    Thread.objects.filter(pk=row.thread_id).update(pinned=row)


@transaction.atomic
def unpin(*, comment: Comment, owner: User) -> None:
    """Nothing happens when it is not the pinned one."""
    _must_own(comment.thread, owner)
    Thread.objects.filter(pk=comment.thread_id, pinned=comment.pk).update(pinned=None)


def _must_own(thread: Thread, owner: User) -> None:
    if thread.owner_id != owner.pk:
        raise CommentError("This thread is not yours.", code="not-yours")
