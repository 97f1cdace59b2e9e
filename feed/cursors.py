"""Cursors of lists: each says which list it is of, so that none goes on in another."""

from __future__ import annotations

import re

from django.utils.crypto import salted_hmac

NO_CURSOR = (
    "No page of this list begins here: the cursor is not one that it gave out. Take it"
    " from `next`, unchanged, or begin without one."
)

_SEALED = re.compile(r"([0-9a-f]{8})-(.{1,3000})", re.ASCII)


class CursorError(Exception):
    """A cursor that leads nowhere; its text is for whoever sent it."""

    def __init__(
        self, message: str = NO_CURSOR, *, gone: bool = False, field: str = "after"
    ) -> None:
        super().__init__(message)
        self.gone = gone
        """It led somewhere once: that list was put away, or is somebody else's."""

        self.field = field
        """How the parameter is called in which it was sent."""


def sealed(of: str, place: str) -> str:
    """`place` as the cursor of the list `of`: whatever tells it from all other lists,
    such as ``tag:rain``."""
    return f"{_mark(of)}-{place}"


def opened(of: str, cursor: str | None) -> str:
    """The place in it; empty for one that the list `of` did not give out."""
    match = _SEALED.fullmatch(cursor or "")
    return match[2] if match is not None and match[1] == _mark(of) else ""


def _mark(of: str) -> str:
    return salted_hmac("feed.cursors", of).hexdigest()[:8]
