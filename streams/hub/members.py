"""One viewer's socket: what it has, what waits for it, and when it is given up."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from socialapp.lib.sockets import Frame
from streams.protocol import Close, as_frame
from streams.protocol.events import Closing

if TYPE_CHECKING:
    from socialapp.lib.sockets import Line
    from streams.delivery import Delivery
    from streams.protocol.events import Event
    from streams.selectors import Pass

FULL_BYTES = 48 * 1024
"""That a socket may owe before more waits in its outbox. Below Twisted's 64 KiB, at
which it stops reading what the client sends."""

MOST_BYTES = 1024 * 1024
"""In one outbox: half a minute of a show with sound. Frames are shared by all sockets,
so this bounds how late a reader can be rather than what it costs."""

SLOW_SECONDS = 6.0
"""Without an answer to a ping, or without progress: then the socket is cut off. With
a ping in two seconds, and one for the close, ten are kept."""

PING_SECONDS = 2.0


class Parcel:
    """A delivery on its way to the sockets of one process."""

    __slots__ = (
        "audience",
        "frame",
        "key",
        "last",
        "line",
        "message",
        "seq",
        "writer",
    )

    def __init__(self, delivery: Delivery) -> None:
        self.frame = Frame(delivery.frame)
        self.seq = delivery.seq
        self.audience = delivery.audience
        self.writer = delivery.writer
        self.line = delivery.line
        self.last = delivery.last
        # The key of a message names it; the key of a pose says what it replaces.
        self.key = "" if delivery.audience or delivery.seq else delivery.key
        self.message = delivery.key if delivery.audience else ""


class Member:
    """Belongs to the event loop's thread, like all of the hub."""

    __slots__ = (
        "_backlog",
        "_closing",
        "_latest",
        "_pinged",
        "_size",
        "_stuck",
        "after",
        "audience",
        "catching",
        "entry",
        "gone",
        "host",
        "line",
        "unheard",
    )

    def __init__(
        self,
        line: Line,
        *,
        audience: bool,
        entry: Pass | None = None,
        host: bool = False,
    ) -> None:
        self.line = line
        self.host = host
        """Whose show it is: they stay when it is closed to all others."""

        self.entry = entry
        """With what a person came in; None: a stranger."""

        self.audience = audience
        """Whether this viewer gets what the audience writes."""

        self.unheard: frozenset[str] = frozenset()
        """Handles of those whose words this viewer does not get."""

        self.after = 0
        """The last logged event that it has, or that waits in its outbox."""

        self.catching = True
        """It is still given what happened before it came."""

        self.gone = False
        self._backlog: deque[Parcel] = deque()
        self._latest: dict[str, Parcel] = {}
        self._size = 0
        self._stuck = 0.0
        self._pinged = time.monotonic()
        self._closing: int | None = None

    def offer(self, parcel: Parcel) -> None:
        """Something new; while it is catching up, only what is not in the log."""
        if self.gone:
            return
        if parcel.seq:
            if self.catching or parcel.seq <= self.after:
                return
            self.after = parcel.seq
        elif parcel.audience and not self.hears(parcel):
            return
        if (
            self.catching
            or self._backlog
            or self._latest
            or self.line.waiting() >= FULL_BYTES
        ):
            self._keep(parcel)
        else:
            self.line.write(parcel.frame)
        if parcel.last:
            self.finish(Close.DONE)

    def hears(self, parcel: Parcel) -> bool:
        """Whether what somebody wrote is for this viewer."""
        return self.audience and parcel.writer not in self.unheard

    def catch_up(self, parcel: Parcel) -> None:
        """Something from the log, the next one that it misses."""
        if self.gone or parcel.seq != self.after + 1:
            return
        self.after = parcel.seq
        if self._backlog or self.line.waiting() >= FULL_BYTES:
            self._keep(parcel)
        else:
            self.line.write(parcel.frame)
        if parcel.last:
            self.finish(Close.DONE)

    def tell(self, event: Event) -> None:
        """An answer to this socket alone, past everything that waits."""
        if not self.gone:
            self.line.write(Frame(as_frame(event)))

    def forget(self, line: int) -> None:
        """This line may not be given out any more: whoever still waits for it has to
        come back for what follows it."""
        if any(parcel.line == line for parcel in self._backlog):
            self.close(Close.TOO_SLOW)

    def forget_message(self, message: str) -> None:
        """It was taken away before this viewer got it."""
        kept = [parcel for parcel in self._backlog if parcel.message != message]
        self._backlog = deque(kept)
        self._size = sum(parcel.frame.size for parcel in kept)

    def finish(self, code: int) -> None:
        """Close when everything has been sent."""
        self._closing = code
        self.pump()

    def close(self, code: int, detail: str = "") -> None:
        """Close now: what waits is dropped."""
        if self.gone:
            return
        if code != Close.TOO_SLOW:
            self.tell(Closing(code, detail))
        self.gone = True
        self._backlog.clear()
        self._latest.clear()
        self._size = 0
        self.line.close(code)

    @property
    def owed(self) -> bool:
        """Something waits for it, or it waits to be closed."""
        return bool(self._backlog or self._latest or self._closing is not None)

    def pump(self) -> None:
        """Send what waits, as far as the socket takes it."""
        if self.gone or self.catching:
            return
        line = self.line
        while self._backlog and line.waiting() < FULL_BYTES:
            parcel = self._backlog.popleft()
            self._size -= parcel.frame.size
            line.write(parcel.frame)
            self._stuck = 0.0
        if not self._backlog and self._latest and line.waiting() < FULL_BYTES:
            for parcel in self._latest.values():
                line.write(parcel.frame)
            self._latest.clear()
            self._stuck = 0.0
        if self._closing is not None and not self._backlog:
            self.close(self._closing)

    def look(self, now: float) -> None:
        """What is due: sending, a ping, or giving up. About once a second, and more
        often while something is owed."""
        if self.gone:
            return
        self.pump()
        if self._backlog or self._latest:
            self._stuck = self._stuck or now
        else:
            self._stuck = 0.0
        late = now - self._stuck if self._stuck and not self.catching else 0.0
        if max(late, self.line.unanswered()) > SLOW_SECONDS:
            self.close(Close.TOO_SLOW)
        elif now - self._pinged >= PING_SECONDS:
            self._pinged = now
            self.line.ping()

    def _keep(self, parcel: Parcel) -> None:
        if parcel.key:
            self._latest[parcel.key] = parcel
            return
        self._backlog.append(parcel)
        self._size += parcel.frame.size
        if self._size > MOST_BYTES:
            self.close(Close.TOO_SLOW)
