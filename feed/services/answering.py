"""Characters answer comments: asked for with the comment, made by a worker, once.

The row is the truth and a wake-up only a wish: a worker that dies leaves a lease that
runs out, and `reconcile` puts the row back in line.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from feed.models import CommentAnswer, Post
from feed.services import answer_lines
from feed.services.talk import KIND, may_answer
from moderation.models import ApprovalState
from socialapp.accounts import circle
from socialapp.comments import folding, hosts
from socialapp.comments import services as comments
from socialapp.comments.errors import CommentError
from socialapp.engines.errors import EngineError
from socialapp.jobs import horse
from socialapp.jobs.queue import BackendDownError, enqueue, waiting

if TYPE_CHECKING:
    from socialapp.comments.models import Comment

log = logging.getLogger(__name__)

JOB = "feed.jobs.answer_comments"

LEASE = timedelta(seconds=60)
"""Longer than a line may take (``answer_lines.LINE_SECONDS``) with its screening."""

MAX_ATTEMPTS = 3
BATCH = 4
STALE = timedelta(hours=6)
"""An answer that comes later than this answers nobody."""

MOST_AN_HOUR = 20
"""Answers under one post."""

MOST_A_DAY = 3
"""Answers to one person under one post."""


@dataclass(frozen=True, slots=True)
class Lease:
    comment_id: int
    fence: int


def ask_for(*, comment: Comment) -> bool:
    """In the transaction that shows the comment; whether it will be answered."""
    post = Post.objects.filter(thread=comment.thread_id).first()
    if post is None or _why_not(post, comment) or _too_many(post, comment):
        return False
    _, created = CommentAnswer.objects.get_or_create(
        comment=comment, defaults={"post": post}
    )
    if created:
        enqueue(JOB)
    return created


def answer_waiting() -> int:
    """Claim what waits and answer it; how many were said."""
    done = 0
    worker = horse.name()
    while batch := claim(worker=worker):
        for row in batch:
            done += _answer(row)
    return done


@transaction.atomic
def claim(*, worker: str, most: int = BATCH) -> list[CommentAnswer]:
    """The next ones in line, now this worker's."""
    line = CommentAnswer.objects.select_for_update(skip_locked=True).filter(
        state=CommentAnswer.State.WAITING
    )
    found = list(line.order_by("created")[:most])
    for row in found:
        row.state = CommentAnswer.State.MAKING
        row.fence += 1
        row.attempts += 1
        CommentAnswer.objects.filter(pk=row.pk).update(
            state=row.state,
            fence=row.fence,
            attempts=row.attempts,
            leased_until=Now() + LEASE,
            worker=worker[:80],
        )
    return found


def reconcile(*, lost: str = "") -> dict[str, int]:
    """Put back what dead workers dropped, and wake somebody when answers wait."""
    returned = sum(_give_up(lease, "The worker stopped.") for lease in _dead(lost))
    woken = 0
    if CommentAnswer.objects.filter(state=CommentAnswer.State.WAITING).exists():
        try:
            woken = int(not waiting())
        except BackendDownError:
            woken = 0
        if woken:
            enqueue(JOB)
    return {"answers_returned": returned, "answers_woken": woken}


def _answer(row: CommentAnswer) -> int:
    lease = Lease(row.pk, row.fence)
    comment = row.comment
    post = Post.objects.full().get(pk=row.post_id)
    why = _why_not(post, comment)
    if not why and comment.created < timezone.now() - STALE:
        why = "It came too late."
    if why:
        _finish(lease, CommentAnswer.State.SILENT, why)
        return 0
    try:
        line = answer_lines.line_for(post=post, comment=comment, seed=row.pk)
    except (EngineError, TimeoutError) as error:
        _give_up(lease, str(error) or "No engine answered in time.")
        return 0
    if line is None:
        _finish(lease, CommentAnswer.State.SILENT, "Nothing that may be said.")
        return 0
    return _say(lease, post, comment, line)


def _say(
    lease: Lease, post: Post, comment: Comment, line: answer_lines.Answered
) -> int:
    """The comment and the end of the lease are one transaction."""
    words = post.author.filter_words.values_list("folded", flat=True)
    if folding.has_word(line.text, list(words)):
        _finish(lease, CommentAnswer.State.SILENT, "A word of the owner's list.")
        return 0
    try:
        with transaction.atomic():
            if not _finish(lease, CommentAnswer.State.SAID, line.engine):
                return 0
            comments.answer_as(
                comment=comment, character=post.character, text=line.text
            )
    except CommentError as error:
        _finish(lease, CommentAnswer.State.SILENT, error.message)
        return 0
    return 1


def _finish(lease: Lease, state: str, why: str) -> bool:
    """False: fenced off, and nothing was written."""
    held = CommentAnswer.objects.filter(
        pk=lease.comment_id, fence=lease.fence, state=CommentAnswer.State.MAKING
    )
    return bool(held.update(state=state, why=why[:200], leased_until=None, worker=""))


def _give_up(lease: Lease, why: str) -> bool:
    """End this attempt; it is tried again unless that was done thrice."""
    row = CommentAnswer.objects.filter(pk=lease.comment_id).first()
    spent = row is None or row.attempts >= MAX_ATTEMPTS
    state = CommentAnswer.State.SILENT if spent else CommentAnswer.State.WAITING
    return _finish(lease, state, why)


def _dead(lost: str) -> list[Lease]:
    making = CommentAnswer.objects.filter(state=CommentAnswer.State.MAKING)
    over = Q(leased_until__lt=Now()) | Q(leased_until__isnull=True)
    if lost:
        over |= Q(worker=lost)
    found = {Lease(*one) for one in making.filter(over).values_list("pk", "fence")}
    for pk, fence, worker in making.values_list("pk", "fence", "worker"):
        if horse.gone(worker):
            found.add(Lease(pk, fence))
    return sorted(found, key=lambda lease: lease.comment_id)


def _why_not(post: Post, comment: Comment) -> str:
    """Why no machine answers this comment; empty: it may. Asked when the comment is
    shown and again when the answer is made."""
    author, character = comment.author, post.character
    if comment.thread.kind != KIND or not comment.thread.answers:
        return "The switch is off."
    if author is None:
        return "A machine wrote it."
    if author.is_minor or author.leaves is not None or not author.is_active:
        return "Its writer is not answered."
    if not may_answer(post) or character.removed or character.withheld:
        return "The character is not there."
    if character.waits or character.approval == ApprovalState.REFUSED:
        return "The character is not approved."
    if not comment.counts or not hosts.is_visible(comment.thread, author):
        return "The comment is not on show."
    if circle.are_apart(author, post.author):
        return "They keep apart."
    return ""


def _too_many(post: Post, comment: Comment) -> bool:
    now = timezone.now()
    asked = CommentAnswer.objects.filter(post=post)
    lately = asked.filter(created__gt=now - timedelta(hours=1))
    theirs = asked.filter(
        created__gt=now - timedelta(days=1), comment__author=comment.author_id
    )
    return lately.count() >= MOST_AN_HOUR or theirs.count() >= MOST_A_DAY
