"""What decides whether others read a comment: moderation, approvals, the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from moderation.approvals import selectors as approvals
from moderation.approvals import services as asking
from socialapp.comments.approving import FACET, KIND, facet_of
from socialapp.comments.errors import CommentError
from socialapp.comments.models import Comment
from socialapp.comments.services import counting
from socialapp.comments.services.writing import put_words

if TYPE_CHECKING:
    from moderation.models import Approval
    from socialapp.accounts.models import User


@transaction.atomic
def set_withheld(*, comment: Comment, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty, which is back in the thread."""
    row = counting.locked(comment)
    if row is not None:
        counting.change(row, {"withheld": level})
    comment.withheld = level


@transaction.atomic
def settle_words(*, approval: Approval) -> None:
    """Its words, or new ones, were decided about or wait again. Safe to call twice."""
    if approval.kind != KIND:
        return
    found = Comment.objects.filter(key=approval.subject_key).first()
    row = counting.locked(found) if found else None
    newest = approvals.newest(kind=KIND, key=approval.subject_key, facet=FACET)
    if row is None or row.gone or newest is None or newest.pk != approval.pk:
        return
    if facet_of(row.text).sha256 == approval.sha256:
        counting.change(row, {"approval": approval.state, "change_waits": False})
    elif approval.approved:
        put_words(row, str(approval.says.get(FACET, row.text)))
    else:
        counting.change(row, {"change_waits": approval.pending})
    if approval.approved:
        asking.forget_content(approval=approval)


@transaction.atomic
def let_in(*, comment: Comment, owner: User) -> None:
    """The owner of the thread read it and lets it stand, filter word or not."""
    if comment.thread.owner_id != owner.pk:
        raise CommentError("This thread is not yours.", code="not-yours")
    row = counting.locked(comment)
    if row is not None and row.held:
        counting.change(row, {"held": False})
