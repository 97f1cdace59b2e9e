"""Refusals; the text of each is for the person who asked."""

from __future__ import annotations


class ChatError(Exception):
    """Something cannot be done, and why."""

    @property
    def message(self) -> str:
        return str(self)


class ChatClosedError(ChatError):
    """Open conversations are for adults."""

    def __init__(self) -> None:
        super().__init__(
            "Open conversations with characters are for people of 18 and over: the house"
            " is quieter for younger ones. Nothing was sent. You can meet the cast, watch"
            " the feed and make clips."
        )


class NotYoursError(ChatError):
    """Only whoever began a conversation may do it."""


class NotNowError(ChatError):
    """It would work at another moment."""
