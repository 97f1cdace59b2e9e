"""J6.10: a stream is followed on its socket, and its log gives the same poses later."""

from __future__ import annotations

import base64
import os
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from common import good
from troupe_client.api.streams import (
    streams_create,
    streams_end_create,
    streams_events_retrieve,
    streams_start_create,
    streams_ticket_create,
)
from troupe_client.models import (
    DuetEnum,
    EventsRead,
    StreamDetailRead,
    StreamWriteRequest,
    TicketRead,
    Visibility,
)

from socialapp.performance.motion import FaceTrack
from streams.protocol import from_frame, from_json
from streams.protocol.events import (
    AudioChunk,
    Event,
    Line,
    Logged,
    StreamEnded,
    Welcome,
)

if TYPE_CHECKING:
    from troupe_client import AuthenticatedClient

PATIENCE = 180.0
LINES = 2
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Socket:
    """A WebSocket, from the client's side (RFC 6455)."""

    def __init__(self, url: str, path: str) -> None:
        parts = urlsplit(url)
        self._raw = socket.create_connection(
            (parts.hostname, parts.port or 80), timeout=PATIENCE
        )
        self._file = self._raw.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        )
        self._raw.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        status = self._file.readline()
        assert b" 101 " in status, status
        while self._file.readline().strip():
            pass

    def frame(self) -> str | bytes | None:
        """The next one with something in it; None: it is closed."""
        kind, whole = 0, b""
        while True:
            first, second = self._file.read(2)
            size = second & 127
            if size > 125:
                size = int.from_bytes(self._file.read(2 if size == 126 else 8), "big")
            data = self._file.read(size)
            code = first & 15
            if code == PING:
                self._send(PONG, data)
            elif code == CLOSE:
                return None
            elif code != PONG:
                kind, whole = kind or code, whole + data
                if first & 128:
                    return whole.decode() if kind == TEXT else whole

    def _send(self, code: int, data: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self._raw.sendall(bytes((128 | code, 128 | len(data))) + mask + masked)

    def close(self) -> None:
        self._file.close()
        self._raw.close()


def on_air(app: AuthenticatedClient) -> str:
    body = StreamWriteRequest(
        title="By telephone",
        duet=DuetEnum.CLOUD_COVER,
        visibility=Visibility.UNLISTED,
    )
    made = good(StreamDetailRead, streams_create.sync(client=app, body=body))
    good(StreamDetailRead, streams_start_create.sync(made.key, client=app))
    return made.key


def follow(app: AuthenticatedClient, url: str, key: str) -> list[Event]:
    """Everything that the socket said, until two lines were whole and it was ended."""
    ticket = good(TicketRead, streams_ticket_create.sync(key, client=app))
    watching = Socket(url, ticket.path)
    heard: list[Event] = []
    whole: set[int] = set()
    ending = False
    until = time.monotonic() + PATIENCE
    try:
        while (frame := watching.frame()) is not None:
            event = from_frame(frame)
            heard.append(event)
            if isinstance(event, AudioChunk) and event.last:
                whole.add(event.line)
            if len(whole) >= LINES and not ending:
                streams_end_create.sync(key, client=app)
                ending = True
            if isinstance(event, StreamEnded):
                break
            assert time.monotonic() < until, f"{len(whole)} lines in {PATIENCE} s"
    finally:
        watching.close()
    return heard


def logged(app: AuthenticatedClient, key: str) -> list[Event]:
    found: list[Event] = []
    after = 0
    while True:
        answer = streams_events_retrieve.sync(key, client=app, after=after)
        page = good(EventsRead, answer)
        if not page.events:
            return found
        found += [from_json(event.to_dict()) for event in page.events]
        after = page.after


def poses(line: Line) -> list[tuple[object, ...]]:
    """Every face of a line, 25 times a second."""
    ticks = range(round(line.performance.seconds * 25))
    return [
        (part.seat, tick, FaceTrack(part).at(tick / 25))
        for part in line.performance.parts
        for tick in ticks
    ]


def follow_and_replay(app: AuthenticatedClient, url: str) -> None:
    key = on_air(app)
    live = follow(app, url, key)
    assert isinstance(live[0], Welcome), live[0]
    seen = [event for event in live if isinstance(event, Logged)]
    numbers = [event.seq for event in seen]
    first = live[0].after + 1
    assert numbers == list(range(first, first + len(numbers))), numbers
    log = {event.seq: event for event in logged(app, key) if isinstance(event, Logged)}
    for event in seen:
        assert log[event.seq] == event, event.seq
    lines = [event for event in seen if isinstance(event, Line)]
    assert len(lines) >= LINES
    frames = 0
    for line in lines:
        kept = log[line.seq]
        assert isinstance(kept, Line)
        assert poses(kept) == poses(line), line.line
        frames += len(poses(line))
    moving = {face for _, _, face in poses(lines[0])}
    assert len(moving) > 10, "a face that stands still"
    print(
        f"followed {len(lines)} lines on the socket; {frames} poses again from the log"
    )
