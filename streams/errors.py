"""Refusals of this app; their texts are for the person who asked."""


class StreamError(Exception):
    """What was asked for cannot be, or not now. `code` is for programs."""

    def __init__(self, message: str, *, code: str = "stream-refused") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class FencedError(Exception):
    """Another director holds the lease: whoever gets this stops directing."""


class TicketError(StreamError):
    """A ticket that opens nothing."""
