"""Who is told of comments: the owner of the thread, and whom one answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts import circle
from socialapp.comments import hosts
from socialapp.notices import services as notices
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.comments.models import Comment

MILESTONES = (1, 10, 100, 1_000, 10_000, 100_000)
"""Numbers of likes that are news."""

LONGEST_QUOTE = 200


def commented(comment: Comment) -> None:
    """One piece of news a thread until it was read, however many write meanwhile. Not
    of what one wrote oneself, nor of whom one muted or blocked."""
    place = hosts.place_of(comment.thread)
    if place is None:
        return
    told: set[int | None] = {comment.author_id}

    def tell(person: User, kind: str, lead: str) -> None:
        if person.pk not in told and not person.is_minor:
            told.add(person.pk)
            _tell(comment, person, kind, lead, place.url)

    parent = comment.parent
    if parent is not None and parent.author is not None:
        lead = f"{_who(comment)} answered you under “{place.title}”."
        tell(parent.author, Notice.Kind.COMMENT_REPLIED, lead)
    if comment.character_id is None:
        lead = f"{_who(comment)} wrote under “{place.title}”."
        tell(comment.thread.owner, Notice.Kind.POST_COMMENTED, lead)


def liked(comment: Comment, likes: int) -> None:
    """At a milestone; taken back and given again, it is no news."""
    if likes not in MILESTONES or comment.author is None:
        return
    people = "Somebody likes" if likes == 1 else f"{likes:,} people like"
    notices.notify(
        people=[comment.author],
        kind=Notice.Kind.COMMENT_LIKED,
        about=f"comment:{comment.key}:likes:{likes}",
        lead=f"{people} your comment.",
        words=_quoted(comment),
        url=comment.get_absolute_url(),
        action="Look",
    )


def forget_comment(comment: Comment) -> None:
    """It is gone, and its words with it."""
    notices.forget(about=_about(comment))
    for likes in MILESTONES:
        notices.forget(about=f"{_about(comment)}:likes:{likes}")


def _tell(comment: Comment, person: User, kind: str, lead: str, url: str) -> None:
    if comment.author is not None and not circle.hears(person, comment.author):
        return
    unread = Notice.objects.filter(person=person, kind=kind, seen__isnull=True)
    if unread.filter(url__startswith=f"{url}?").exists():
        return
    notices.notify(
        people=[person],
        kind=kind,
        about=_about(comment),
        lead=lead,
        words=_quoted(comment),
        url=f"{url}?from={comment.key}",
        action="Read",
    )


def _who(comment: Comment) -> str:
    if comment.author is not None:
        return f"@{comment.author.username}"
    return f"{comment.character.name} (AI)" if comment.character else "Somebody"


def _quoted(comment: Comment) -> str:
    words = comment.text
    if len(words) > LONGEST_QUOTE:
        words = f"{words[: LONGEST_QUOTE - 1]}…"
    return f"“{words}”"


def _about(comment: Comment) -> str:
    return f"comment:{comment.key}"
