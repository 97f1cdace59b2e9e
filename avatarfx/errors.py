"""Why a clip cannot be asked for; each message is fit for the user."""

from __future__ import annotations


class DiskFullError(Exception):
    """There is no room to make or keep a clip."""

    def __init__(self) -> None:
        self.message = (
            "The disk of this copy is full, so no clip can be made."
            " Nothing was spent; ask whoever runs it to free some space."
        )
        super().__init__(self.message)


class HeldError(Exception):
    """The finished film may not be shown; the message is for its owner."""


class IdempotencyConflictError(Exception):
    """The key was used for another request within the last day."""

    def __init__(self) -> None:
        self.message = (
            "This Idempotency-Key was used for a different clip."
            " Send a new key for a new clip."
        )
        super().__init__(self.message)


class NotNowError(Exception):
    """The clip is in a state in which this cannot be done."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class LineFullError(NotNowError):
    """So many clips wait that one more is not taken now."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        self.retry_after = retry_after
        """Seconds until there is likely room."""

        super().__init__(message)
