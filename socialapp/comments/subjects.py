"""Comments as something to be reported and withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import subjects
from socialapp.comments import hosts, services
from socialapp.comments.approving import KIND
from socialapp.comments.models import Comment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


def register() -> None:
    subjects.register(
        KIND,
        title="Comment",
        find=lambda key: Comment.objects.full().filter(key=key).first(),
        describe=lambda comment: comment.text[:120] or "A comment that is gone",
        snapshot=_snapshot,
        author=lambda comment: comment.author,
        url=lambda comment: comment.get_absolute_url(),
        visible=_visible,
        hide=lambda comment: _withhold(comment, Comment.Level.HIDDEN),
        remove=lambda comment: _withhold(comment, Comment.Level.REMOVED),
        restore=lambda comment: _withhold(comment, ""),
        of_author=_of_author,
    )


def _snapshot(comment: Comment) -> dict[str, str]:
    """With what it answers and what it said before, which tell how it was meant."""
    place = hosts.place_of(comment.thread)
    earlier = "\n".join(edit.text for edit in comment.history.all())
    return {
        "Comment": comment.text,
        "Under": place.title if place else "",
        "Answers": comment.parent.text if comment.parent else "",
        "Before it was changed": earlier,
        "Made by": "a machine" if comment.character_id else "a person",
    }


def _visible(comment: Comment, viewer: Viewer) -> bool:
    shown = Comment.objects.visible_to(viewer).filter(pk=comment.pk)
    return shown.exists() and hosts.is_visible(comment.thread, viewer)


def _withhold(comment: Comment, level: str) -> None:
    services.set_withheld(comment=comment, level=level)


def _of_author(user: User) -> Iterable[Comment]:
    return Comment.objects.full().filter(author=user, gone="")
