"""What the section under a thing shows, for its page and its fragment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialapp.comments import selectors
from socialapp.comments.models import MAX_TEXT, Comment, Thread
from socialapp.comments.services import why_closed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

ORDERS = {"top": "Top", "newest": "Newest", "oldest": "Oldest"}


@dataclass(frozen=True, slots=True)
class Talk:
    thread: Thread
    """Without a row until somebody wrote."""

    url: str
    """Of the page with all comments."""

    back: str
    """Where a plain form leads back to."""

    page: selectors.CommentPage
    order: str = "top"
    pinned: Comment | None = None
    focus: selectors.Focus | None = None
    closed: str = ""
    """Why this viewer cannot write; empty: they can."""

    code: str = ""
    young: bool = False
    mine: bool = False
    held: int = 0
    """What waits in this thread because of its owner's words; for them alone."""

    draft: str = ""
    most: int = MAX_TEXT

    @property
    def orders(self) -> dict[str, str]:
        return ORDERS


def around(thread: Thread, viewer: Viewer, *, url: str, back: str = "") -> Talk:
    """What single lines of a thread need to know, without any of its pages."""
    closed = why_closed(thread, viewer)
    return Talk(
        thread=thread,
        url=url,
        back=back or url,
        page=selectors.CommentPage([], None),
        closed=closed.message if closed else "",
        code=closed.code if closed else "",
        young=viewer.is_authenticated and viewer.is_minor,
        mine=viewer.is_authenticated and viewer.pk == thread.owner_id,
    )


def talk_in(
    thread: Thread,
    viewer: Viewer,
    *,
    url: str,
    back: str = "",
    order: str = "top",
    after: str | None = None,
    start: Comment | None = None,
    limit: int = selectors.PAGE,
    draft: str = "",
) -> Talk:
    """A page of a thread, or with `start` of what is below one comment. CursorError."""
    talk = replace(around(thread, viewer, url=url, back=back), draft=draft)
    stored = thread if thread.pk else None
    if stored is not None and talk.mine and viewer.is_authenticated:
        waiting = selectors.held_for(viewer).filter(thread=stored)
        talk = replace(talk, held=waiting.count())
    if start is not None:
        focus = selectors.focus_on(start, viewer, after=after, limit=limit)
        return replace(talk, focus=focus, page=focus.answers)
    order = order if order in ORDERS else "top"
    page = selectors.roots_of(stored, viewer, order=order, after=after, limit=limit)
    pinned = None if after else selectors.pinned_of(stored, viewer)
    return replace(talk, order=order, page=page, pinned=pinned)
