"""Rows and counters, changed together. Everybody locks the thread first, then the
comment: writers of one thread take turns, and the counters are count(*)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F

from socialapp.comments import signals
from socialapp.comments.models import Comment, Thread
from socialapp.comments.services import news

if TYPE_CHECKING:
    from collections.abc import Mapping


def locked(comment: Comment) -> Comment | None:
    """The row as it is now, its thread locked before it; None when it is gone."""
    Thread.objects.select_for_update().filter(pk=comment.thread_id).first()
    return (
        Comment.objects.select_for_update(of=("self",))
        .select_related("thread__owner", "author", "character")
        .filter(pk=comment.pk)
        .first()
    )


def change(row: Comment, fields: Mapping[str, Any]) -> None:
    """Of a locked row; counters and news follow what others can read."""
    before = row.counts
    Comment.objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)
    if row.counts == before:
        return
    count(row, 1 if row.counts else -1)
    if row.counts:
        shown(row)
    else:
        news.forget_comment(row)


def shown(row: Comment) -> None:
    """Others can read it from now on."""
    news.commented(row)
    signals.comment_shown.send(Comment, comment=row)


def count(row: Comment, by: int) -> None:
    """One comment more or fewer that others can read."""
    Thread.objects.filter(pk=row.thread_id).update(count=F("count") + by)
    if row.root_id is not None and row.parent_id is not None:
        Comment.objects.filter(pk=row.root_id).update(replies=F("replies") + by)
        Comment.objects.filter(pk=row.parent_id).update(answers=F("answers") + by)
    row.thread.count = Thread.objects.values_list("count", flat=True).get(
        pk=row.thread_id
    )
    signals.thread_counted.send(Thread, thread=row.thread)


def drop(row: Comment, gone: str, **more: Any) -> None:
    """Take a locked comment away: the row goes when nobody answered it, else a line
    stays in its place. Its words go in any case."""
    change(row, {"gone": gone, "held": False})
    row.history.all().delete()
    Thread.objects.filter(pk=row.thread_id, pinned=row.pk).update(pinned=None)
    if not row.children.exists():
        _delete(row)
        return
    Comment.objects.filter(pk=row.pk).update(
        text="", edits=0, edited=None, change_waits=False, **more
    )


def _delete(row: Comment) -> None:
    """And every ancestor that was only a line above it."""
    up: Comment | None = row
    while up is not None:
        parent = up.parent
        Comment.objects.filter(pk=up.pk).delete()
        bare = parent is not None and parent.gone and not parent.children.exists()
        up = parent if bare else None
