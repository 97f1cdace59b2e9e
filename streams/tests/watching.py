"""Viewers for tests: sockets through the whole stack, and what they saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from streams.protocol import from_frame
from streams.protocol.events import Closing, Event, Logged, Welcome
from tests.sockets import Socket

if TYPE_CHECKING:
    from django.test import Client

    from streams.models import Stream

OWN = "http://testserver"


@dataclass
class Viewer:
    """One socket; what arrives is kept in order."""

    socket: Socket
    seen: list[Event] = field(default_factory=list)
    code: int | None = None
    """Of the close."""

    n: int = 0

    @property
    def welcome(self) -> Welcome:
        first = self.seen[0]
        assert isinstance(first, Welcome)
        return first

    @property
    def logged(self) -> list[Logged]:
        return [event for event in self.seen if isinstance(event, Logged)]

    @property
    def numbers(self) -> list[int]:
        return [event.seq for event in self.logged]

    async def next(self) -> Event | None:
        """The next event; None when the socket closed."""
        message: dict[str, Any] = await self.socket.receive_output()
        if message["type"] == "websocket.close":
            self.code = message["code"]
            return None
        frame = message.get("text") or message.get("bytes")
        assert frame is not None
        event = from_frame(frame)
        self.seen.append(event)
        return event

    async def until(self, kind: str) -> Any:
        """The next event of this kind."""
        while True:
            event = await self.next()
            assert event is not None, f"closed with {self.code} before {kind}"
            if event.kind == kind:
                return event

    async def end(self) -> Closing | None:
        """Read up to the close; the last words, if there were any."""
        while await self.next() is not None:
            pass
        last = self.seen[-1] if self.seen else None
        return last if isinstance(last, Closing) else None

    async def send(self, kind: str, **fields: Any) -> None:
        self.n += 1
        await self.socket.send_json_to({"kind": kind, "n": self.n, **fields})

    async def leave(self) -> None:
        await self.socket.disconnect()


async def open_socket(
    stream: Stream,
    query: str = "",
    *,
    client: Client | None = None,
    origin: str | None = OWN,
) -> Viewer:
    """Accepted, and nothing read yet. `origin` None: a program."""
    # Imported late: the routes need the app registry.
    from socialapp.asgi import sockets  # noqa: PLC0415

    headers = [(b"host", b"testserver")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if client is not None:
        cookie = f"session={client.cookies['session'].value}"
        headers.append((b"cookie", cookie.encode()))
    path = f"/ws/streams/{stream.key}/" + (f"?{query}" if query else "")
    socket = Socket(sockets, path, headers=headers)
    accepted, code = await socket.connect()
    viewer = Viewer(socket)
    if not accepted:
        viewer.code = int(code or 0)
    return viewer


async def watch(stream: Stream, query: str = "", **how: Any) -> Viewer:
    """Welcomed."""
    viewer = await open_socket(stream, query, **how)
    await viewer.until("welcome")
    return viewer


sync = sync_to_async
