"""Writing a comment, changing it, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from moderation.abuse import services as abuse
from moderation.approvals import services as asking
from moderation.models import ApprovalState
from socialapp.accounts import circle
from socialapp.comments import folding, hosts
from socialapp.comments.approving import FACET, KIND, facet_of
from socialapp.comments.errors import ChangedError, CommentError
from socialapp.comments.models import (
    MAX_TEXT,
    MOST_ABOVE,
    Comment,
    CommentEdit,
    FilterWord,
    Thread,
)
from socialapp.comments.services import counting
from socialapp.comments.services.checks import must_act, must_write, why_closed
from socialapp.lib.ids import new_key
from socialapp.lib.text import TextError, clean_text

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

__all__ = ["answer_as", "edit_comment", "remove_comment", "why_closed", "write_comment"]

MOST_EDITS = 20
"""Versions of one comment that are kept."""


def write_comment(
    *,
    thread: Thread,
    author: User,
    text: str,
    parent: Comment | None = None,
    address: str = "",
) -> Comment:
    """Screen a comment and show it; one in doubt waits for a moderator's look, one with
    a filter word for the owner of the thread. Until then its writer alone sees it.

    CommentError for who may not write and for what is no text, AbuseError for too much,
    TextRefusedError as screening says. `address`: of the visitor, against spam.
    """
    text = _cleaned(text)
    must_write(thread, author)
    key = new_key()
    # Outside of the transaction, so that the log keeps what is refused.
    ruling = _judged(key, text, author)
    held = _waits_for_owner(thread, author, text)
    with transaction.atomic():
        _allow(thread, author, text, address)
        comment = _put(
            thread,
            parent,
            author=author,
            key=key,
            text=text,
            approval=ruling.state,
            held=held,
        )
        asking.keep(ruling)
        if comment.counts:
            counting.count(comment, 1)
            counting.shown(comment)
    return comment


@transaction.atomic
def answer_as(*, comment: Comment, character: Character, text: str) -> Comment:
    """What a machine answers in the part of a character, screened by whoever made it.
    CommentError when the comment is not there to be answered any more."""
    made = _put(
        comment.thread,
        comment,
        character=character,
        text=_cleaned(text),
        approval=ApprovalState.APPROVED,
    )
    counting.count(made, 1)
    counting.shown(made)
    return made


def edit_comment(
    *,
    comment: Comment,
    person: User,
    text: str,
    edits: int | None = None,
    address: str = "",
) -> Comment:
    """Change one's own words; what others read before is kept as history. Words in doubt
    take their place when they are approved.

    `edits`: of the version that was changed; ChangedError when it is not the newest.
    Errors else as ``write_comment``.
    """
    _must_be_mine(comment, person)
    text = _cleaned(text)
    must_act(person)
    if comment.gone or comment.withheld:
        raise CommentError("This comment is not on show any more.", code="not-there")
    if text == comment.text and not comment.change_waits:
        return comment
    ruling = _judged(comment.key, text, person)
    held = _waits_for_owner(comment.thread, person, text)
    with transaction.atomic():
        # Before the thread is locked, as whoever writes does.
        _allow(comment.thread, person, text, address)
        row = counting.locked(comment)
        if row is None or row.gone:
            raise CommentError("This comment is gone.", code="not-there")
        if edits is not None and edits != row.edits:
            raise ChangedError(edits=row.edits, text=row.text)
        if row.edits >= MOST_EDITS:
            raise CommentError(
                f"A comment can be changed {MOST_EDITS} times. Take it back and write a"
                " new one.",
                code="too-often",
            )
        asking.keep(ruling)
        if ruling.approved:
            put_words(row, text)
        elif row.approval == ApprovalState.APPROVED:
            counting.change(row, {"change_waits": True})
        else:
            # Nobody but its writer has read it yet.
            counting.change(row, {"text": text, "approval": ruling.state, "held": held})
    return row


def put_words(row: Comment, text: str) -> None:
    """New words of a locked comment, approved; the old ones become history when others
    could read them."""
    fields: dict[str, Any] = {"approval": ApprovalState.APPROVED, "change_waits": False}
    if row.author is not None:
        fields["held"] = _waits_for_owner(row.thread, row.author, text)
    if text != row.text:
        if row.approval == ApprovalState.APPROVED and not row.held:
            CommentEdit.objects.create(
                comment=row, text=row.text, written=row.edited or row.created
            )
            fields |= {"edits": row.edits + 1, "edited": timezone.now()}
        fields["text"] = text
    counting.change(row, fields)


@transaction.atomic
def remove_comment(*, comment: Comment, person: User) -> None:
    """By who wrote it, or by the owner of the thread; CommentError for all others.
    Nothing happens to one that is gone."""
    mine = comment.author_id == person.pk
    if not mine and comment.thread.owner_id != person.pk:
        raise CommentError(
            "Only its writer and whoever it is written to may remove a comment. You can"
            " report it.",
            code="not-yours",
        )
    row = counting.locked(comment)
    if row is not None and not row.gone:
        counting.drop(row, Comment.Gone.WRITER if mine else Comment.Gone.OWNER)


def _put(thread: Thread, parent: Comment | None, **fields: Any) -> Comment:
    """The row, in its place; the thread is locked from here on."""
    Thread.objects.select_for_update().get(pk=thread.pk)
    place: dict[str, Any] = {}
    if parent is not None:
        found = Comment.objects.filter(pk=parent.pk, thread=thread)
        there = found.select_related("author", "character").first()
        if there is None or not there.counts:
            raise CommentError(
                "What you answer is gone. You can still write under the whole.",
                code="parent-gone",
                field="reply_to",
            )
        author = fields.get("author")
        if (
            author is not None
            and there.author
            and circle.are_apart(author, there.author)
        ):
            raise CommentError("One of you blocked the other.", code="apart")
        place = {
            "parent": there,
            "root_id": there.root_id or there.pk,
            "depth": there.depth + 1,
            "above": [*there.above, there.pk][-MOST_ABOVE:],
        }
    return Comment.objects.create(thread=thread, **place, **fields)


def _cleaned(text: str) -> str:
    try:
        return clean_text(text, max_length=MAX_TEXT, empty=False)
    except TextError as error:
        raise CommentError(str(error), code="text-odd", field="text") from None


def _judged(key: str, text: str, author: User) -> asking.Ruling:
    ruling = asking.judge(kind=KIND, key=key, facet=facet_of(text), owner=author)
    if ruling.state == ApprovalState.REFUSED:
        raise CommentError(ruling.why, code="refused", field="text")
    return ruling


def _allow(thread: Thread, author: User, text: str, address: str) -> None:
    place = hosts.place_of(thread)
    abuse.allow(
        person=author,
        text=text,
        surface=FACET,
        place=place.mark if place else "",
        address=address,
    )


def _waits_for_owner(thread: Thread, author: User, text: str) -> bool:
    if author.pk == thread.owner_id:
        return False
    words = FilterWord.objects.filter(owner=thread.owner_id)
    return folding.has_word(text, list(words.values_list("folded", flat=True)))


def _must_be_mine(comment: Comment, person: User) -> None:
    if comment.author_id != person.pk:
        raise CommentError("Only its writer may change a comment.", code="not-yours")
