"""Viewers without a browser: raw WebSocket clients, many in one loop."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
import time
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
OPEN_SECONDS = 20.0

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10


class Peer(asyncio.Protocol):
    """One socket (RFC 6455, a client without extensions). `heard` gets each message."""

    def __init__(self, heard: Callable[[Peer, int, bytes], None]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = asyncio.Event()
        self.code: int | None = None
        self.messages = 0
        self.bytes = 0
        self.lag = 0.0
        """Seconds that everything from the server arrives late; it stays in order."""

        self.rate = 0.0
        """Bytes a second that it takes; 0: all that come."""

        self._heard = heard
        self._buffer = bytearray()
        self._transport: Any = None
        self._due = 0.0
        self._late: deque[bytes] = deque()

    async def open(
        self, port: int, path: str, headers: dict[str, str] | None = None
    ) -> Peer:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_connection(lambda: self, HOST, port)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = {
            "Host": f"{HOST}:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
            "Origin": f"http://{HOST}:{port}",
            **(headers or {}),
        }
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._transport.write(f"GET {path} HTTP/1.1\r\n{told}\r\n".encode())
        await asyncio.wait_for(self.opened, OPEN_SECONDS)
        return self

    def send(self, data: bytes, *, text: bool = False) -> None:
        self._frame(_TEXT if text else _BINARY, data)

    def knock(self) -> None:
        """An answer to no ping: to be told that the other side is gone."""
        self._frame(_PONG, b"?")

    def stop_reading(self) -> None:
        self._transport.pause_reading()

    def cut(self) -> None:
        """As when the network goes: no close frame."""
        self._transport.abort()

    # asyncio.Protocol -------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        loop = asyncio.get_running_loop()
        if self.rate:
            self._transport.pause_reading()
            loop.call_later(len(data) / self.rate, self._read_on)
        now = loop.time()
        if self.lag or self._late:
            self._due = max(self._due, now + self.lag)
            self._late.append(data)
            loop.call_at(self._due, self._take_late)
        else:
            self._take(data)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed in the handshake"))
        self.closed.set()

    def _read_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _take_late(self) -> None:
        # Timers of one moment run in any order; the bytes stay in theirs.
        self._take(self._late.popleft())

    def _take(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self.opened.done():
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(bytes(buffer[:60])))
                self._transport.abort()
                return
            del buffer[: end + 4]
            self.opened.set_result(None)
        at = 0
        while True:
            found = _frame_at(buffer, at)
            if found is None:
                break
            kind, begin, at = found
            self._on_frame(kind, bytes(buffer[begin:at]))
        del buffer[:at]

    def _on_frame(self, kind: int, data: bytes) -> None:
        if kind in {_TEXT, _BINARY}:
            self.messages += 1
            self._heard(self, kind, data)
        elif kind == _PING:
            self._frame(_PONG, data)
        elif kind == _CLOSE:
            self.code = struct.unpack(">H", data[:2])[0] if data else None
            self._frame(_CLOSE, data)
            self._transport.close()

    def _frame(self, kind: int, data: bytes) -> None:
        if len(data) < 126:
            size = bytes((0x80 | len(data),))
        elif len(data) < 65536:
            size = struct.pack(">BH", 0x80 | 126, len(data))
        else:
            size = struct.pack(">BQ", 0x80 | 127, len(data))
        # A mask of zeros: the same bytes on the wire, without the work.
        self._transport.write(bytes((0x80 | kind,)) + size + bytes(4) + data)


def _frame_at(buffer: bytearray, at: int) -> tuple[int, int, int] | None:
    """Kind, begin and end of the payload at `at`; None when it is not all there."""
    if len(buffer) < at + 2:
        return None
    size = buffer[at + 1] & 0x7F
    begin = at + 2
    if size == 126:
        if len(buffer) < at + 4:
            return None
        size = int.from_bytes(buffer[at + 2 : at + 4])
        begin = at + 4
    elif size == 127:
        if len(buffer) < at + 10:
            return None
        size = int.from_bytes(buffer[at + 2 : at + 10])
        begin = at + 10
    if len(buffer) < begin + size:
        return None
    return buffer[at] & 0x0F, begin, begin + size


def stamp(size: int) -> bytes:
    """A message that says when it was sent: CLOCK_MONOTONIC is the whole machine's."""
    return struct.pack(">d", time.monotonic()).ljust(size, b".")


def age(data: bytes) -> float:
    """Seconds since `stamp`."""
    sent: float = struct.unpack(">d", data[:8])[0]
    return time.monotonic() - sent
