"""Why the server closes a socket. The 44xx are HTTP's numbers plus 4000."""

from __future__ import annotations

from enum import IntEnum


class Close(IntEnum):
    DONE = 1000
    """The stream is over, or the client asked."""

    TOO_LARGE = 1009
    """A message of more than ``requests.MAX_BYTES``."""

    RESTART = 1012
    """This process stops: connect again at once, with ``after``."""

    UNREADABLE = 4400
    """Not JSON, not an object, an unknown kind, or a field too many or too few."""

    TICKET = 4401
    """A ticket that is unknown, used, too old or of another stream; a session that
    ended."""

    NO_STREAM = 4404
    """No such stream, or not for this viewer."""

    TOO_SLOW = 4408
    """What was sent was not read in time. Connect again, with ``after``."""

    WRONG_SEQUENCE = 4409
    """``n`` did not rise by one, or ``after`` is a number that was never sent."""

    WRONG_VERSION = 4426
    """The client asked for another version of this protocol."""

    TOO_FAST = 4429
    """More messages than ``requests.RATE`` allows."""

    FULL = 4503
    """This process holds as many viewers as it may."""
