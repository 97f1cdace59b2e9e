"""What an engine raises."""

from __future__ import annotations


class EngineError(Exception):
    """An engine could not do its work; the message is fit for a user's eyes.

    `permanent` answers the caller's one question: will trying again help?
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
