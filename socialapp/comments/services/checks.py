"""Who may write, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from moderation.models import Standing
from socialapp.accounts import circle
from socialapp.accounts.models import User
from socialapp.comments import hosts
from socialapp.comments.errors import CommentError
from socialapp.comments.models import Thread

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Viewer = User | AnonymousUser


def why_closed(thread: Thread, viewer: Viewer) -> CommentError | None:
    """Why this person cannot write here; None when they can."""
    if not viewer.is_authenticated:
        return CommentError("Sign in to write something.", code="sign-in")
    if viewer.is_minor:
        return CommentError(
            "Comments are for adults. Likes are open to you.", code="adults"
        )
    if thread.owner.is_minor:
        return CommentError(
            "Comments are for adults, and whoever made this is younger.", code="closed"
        )
    if circle.are_apart(viewer, thread.owner):
        return CommentError("One of you blocked the other.", code="apart")
    if viewer.pk == thread.owner_id or thread.who == Thread.Who.EVERYONE:
        return None
    if thread.who == Thread.Who.NOBODY:
        return CommentError(
            f"@{thread.owner.username} has closed the comments. What was written stays.",
            code="closed",
        )
    if hosts.follows(thread, viewer):
        return None
    return CommentError(
        f"Only people whom @{thread.owner.username} follows can write here.",
        code="followed",
    )


def must_act(person: User) -> None:
    """Sessions and tokens outlive what happens to an account; this looks."""
    standing = Standing.objects.filter(user=person).first()
    resting = standing is not None and standing.resting_at(timezone.now())
    active = User.objects.filter(pk=person.pk, is_active=True, leaves__isnull=True)
    if resting or not active.exists():
        raise CommentError("Your account rests and may change nothing.", code="rests")


def must_be_adult(person: User) -> None:
    if person.is_minor:
        raise CommentError("Comments are for adults.", code="adults")


def must_write(thread: Thread, person: User) -> None:
    """CommentError names why not."""
    if error := why_closed(thread, person):
        raise error
    must_act(person)
    if not hosts.is_visible(thread, person):
        raise CommentError(
            "What this stands under is not on show any more.", code="not-there"
        )
