"""The end of a WebSocket as its server holds it: how much has not left, who still reads.

ASGI's ``send`` says neither, and a server that cannot know lets one reader who stopped
reading cost it megabytes. `Lines` puts a `Line` into the scope: of Daphne the real one,
of any other server one that counts what it has not taken yet. All of it belongs to the
event loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

KERNEL_BYTES = 64 * 1024
"""Send buffer of one socket. What waits in the kernel can no longer be overtaken, and
the usual megabytes hide for a minute that nobody reads."""


class Frame:
    """One message for many sockets, put into its wire form once."""

    __slots__ = ("_wire", "content", "size")

    def __init__(self, content: str | bytes) -> None:
        self.content = content
        self.size = len(content)
        self._wire = b""

    def wire(self) -> bytes:
        """As a server sends it: RFC 6455, one frame, not masked, not compressed."""
        if not self._wire:
            text = isinstance(self.content, str)
            data = (
                self.content.encode() if isinstance(self.content, str) else self.content
            )
            kind = 0x81 if text else 0x82
            if len(data) < 126:
                head = struct.pack(">BB", kind, len(data))
            elif len(data) < 65536:
                head = struct.pack(">BBH", kind, 126, len(data))
            else:
                head = struct.pack(">BBQ", kind, 127, len(data))
            self._wire = head + data
        return self._wire


class Line(Protocol):
    def waiting(self) -> int:
        """Bytes that were written and have not left this process."""

    def unanswered(self) -> float:
        """Seconds since the oldest ping that the other side has not answered; 0: none.
        Pings and messages stay in order, so an answer proves that all was read."""

    def write(self, frame: Frame) -> None:
        """Hand it over; nothing when the socket is closed."""

    def ping(self) -> None: ...

    def close(self, code: int) -> None:
        """With a close frame; a side that does not answer is cut off a second later."""


class DaphneLine:
    """Daphne's own protocol object, past the ASGI messages."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        # Under TLS the buffer is one deeper.
        while not hasattr(self._transport, "dataBuffer"):
            self._transport = self._transport.transport
        self._pings: deque[tuple[bytes, float]] = deque()
        self._number = 0
        protocol.onPong = self._pong
        with contextlib.suppress(OSError):
            self._transport.getHandle().setsockopt(
                socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES
            )

    def waiting(self) -> int:
        transport = self._transport
        left: int = len(transport.dataBuffer) - transport.offset
        return left + int(transport._tempDataLen)

    def unanswered(self) -> float:
        return time.monotonic() - self._pings[0][1] if self._pings else 0.0

    def write(self, frame: Frame) -> None:
        protocol = self._protocol
        if protocol.state != protocol.STATE_OPEN:
            return
        if protocol.send_queue:
            # Autobahn has parts of its own under way; they come first.
            protocol.sendData(frame.wire())
        else:
            # Its sendData would write the same bytes, after 60 microseconds spent on
            # colours for a log that nobody reads.
            protocol.transport.write(frame.wire())

    def ping(self) -> None:
        protocol = self._protocol
        if protocol.state == protocol.STATE_OPEN:
            self._number += 1
            name = b"%d" % self._number
            self._pings.append((name, time.monotonic()))
            protocol.transport.write(b"\x89" + bytes((len(name),)) + name)

    def close(self, code: int) -> None:
        # Not sendClose: it takes neither 1009 nor 1012, which are the server's to say.
        protocol = self._protocol
        if protocol.state == protocol.STATE_OPEN:
            protocol.sendCloseFrame(code=int(code))

    def _pong(self, payload: bytes) -> None:
        # An answer to a later ping answers the earlier ones; one to none, nothing.
        if any(name == payload for name, _ in self._pings):
            while self._pings.popleft()[0] != payload:
                pass


class PlainLine:
    """Any server's ``send``: what it has not taken yet waits here."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: deque[tuple[dict[str, Any], int]] = deque()
        self._size = 0
        self._since = 0.0
        self._task: asyncio.Task[None] | None = None

    def waiting(self) -> int:
        return self._size

    def unanswered(self) -> float:
        return time.monotonic() - self._since if self._queue else 0.0

    def write(self, frame: Frame) -> None:
        field = "text" if isinstance(frame.content, str) else "bytes"
        self._put({"type": "websocket.send", field: frame.content}, frame.size)

    def ping(self) -> None:
        """The server pings by itself."""

    def close(self, code: int) -> None:
        self._put({"type": "websocket.close", "code": int(code)}, 0)

    def _put(self, message: dict[str, Any], size: int) -> None:
        if not self._queue:
            self._since = time.monotonic()
        self._queue.append((message, size))
        self._size += size
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        while self._queue:
            message, size = self._queue[0]
            try:
                await self._send(message)
            except Exception:
                # It is closed: what is left has no reader.
                self._queue.clear()
                self._size = 0
                return
            if self._queue:
                self._queue.popleft()
                self._size -= size
            self._since = time.monotonic()


END_SECONDS = 0.3
"""Between the last words to all sockets and the end of the process."""


def before_the_end(work: Callable[[], None]) -> None:
    """Under Daphne, do this when the process is told to stop, and give what it sends a
    moment to leave. Any other server says goodbye in its own way."""
    reactor: Any = sys.modules.get("twisted.internet.reactor")
    if reactor is None:
        return

    def last_words() -> Any:
        from twisted.internet.task import deferLater  # noqa: PLC0415

        work()
        return deferLater(reactor, END_SECONDS, lambda: None)

    reactor.addSystemEventTrigger("before", "shutdown", last_words)


class Lines:
    """Outermost of all ASGI applications: only there is ``send`` the server's own."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        protocol = _daphne_protocol(send)
        scope["line"] = PlainLine(send) if protocol is None else DaphneLine(protocol)
        await self.app(scope, receive, send)


def _daphne_protocol(send: Any) -> Any:
    """Daphne's ``send`` is ``partial(server.handle_reply, protocol)``."""
    arguments: tuple[Any, ...] = getattr(send, "args", ())
    if len(arguments) == 1 and hasattr(arguments[0], "sendData"):
        return arguments[0]
    return None
