"""How moderation refuses. Every text is for the person who asked."""

from __future__ import annotations


class ModerationError(Exception):
    """Base; the message says what is wrong and what can be done."""


class NotThereError(ModerationError):
    """No such thing, or nothing that this person may see."""

    def __init__(self) -> None:
        super().__init__("There is nothing here to report. It may be gone already.")


class NotAllowedError(ModerationError):
    """The role does not reach this far."""


class TooManyReportsError(ModerationError):
    """One person floods the queue."""


class TakenError(ModerationError):
    """Another moderator has the case."""


class NotNowError(ModerationError):
    """The state of the thing does not allow it."""


class AppealError(ModerationError):
    """This decision cannot be appealed, or not any longer."""
