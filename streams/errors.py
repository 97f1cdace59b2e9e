"""Refusals of this app; their texts are for the person who asked."""


class StreamError(Exception):
    """What was asked for cannot be, or not now. `code` is for programs; `field` is what
    it is about, empty for the whole."""

    def __init__(
        self, message: str, *, code: str = "stream-refused", field: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class FencedError(Exception):
    """Another director holds the lease: whoever gets this stops directing."""


class TicketError(StreamError):
    """A ticket that opens nothing."""
