"""What the section under a thing shows, for its page and its fragment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialapp.comments import selectors
from socialapp.comments.models import MAX_TEXT, Comment, Thread
from socialapp.comments.services import why_closed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

ORDERS = {"top": "Top", "newest": "Newest", "oldest": "Oldest"}

MOST = MAX_TEXT


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
    most: int = MOST

    @property
    def orders(self) -> dict[str, str]:
        return ORDERS

    @property
    def stored(self) -> bool:
        return self.thread.pk is not None


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
    order = order if order in ORDERS else "top"
    stored = thread if thread.pk else None
    closed = why_closed(thread, viewer)
    mine = viewer.is_authenticated and viewer.pk == thread.owner_id
    focus = None
    pinned = None
    if start is not None:
        focus = selectors.focus_on(start, viewer, after=after, limit=limit)
        page = focus.answers
    else:
        page = selectors.roots_of(stored, viewer, order=order, after=after, limit=limit)
        pinned = None if after else selectors.pinned_of(stored, viewer)
    held = 0
    if mine and viewer.is_authenticated and stored is not None:
        held = selectors.held_for(viewer).filter(thread=stored).count()
    return Talk(
        thread=thread,
        url=url,
        back=back or url,
        page=page,
        order=order,
        pinned=pinned,
        focus=focus,
        closed=closed.message if closed else "",
        code=closed.code if closed else "",
        young=viewer.is_authenticated and viewer.is_minor,
        mine=mine,
        held=held,
        draft=draft,
    )
