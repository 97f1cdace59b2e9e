"""A server that answers chat completions as a script says, and no better."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

CUT = "cut"
"""A step: the connection is torn down."""

Step = bytes | float | str
"""Bytes to send, seconds to wait, or CUT."""


@dataclass(frozen=True)
class Answer:
    steps: Sequence[Step] = ()
    status: int = 200
    kind: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)
    chunked: bool = False


@dataclass
class Scripted:
    answers: list[Answer]
    """Taken in order; the last one stays."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    left_early: int = 0
    """Connections that the other side closed while there was more to send."""

    url: str = ""
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.ensure_future(self.serve(reader, writer))
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        except asyncio.IncompleteReadError:
            writer.close()
            return
        names = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = await reader.readexactly(int(names["content-length"]))
        self.requests.append({"path": head[0].split()[1], **json.loads(body)})
        self.keys.append(names.get("authorization", ""))
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        lines = {
            "content-type": answer.kind,
            "connection": "close",
            **({"transfer-encoding": "chunked"} if answer.chunked else {}),
            **answer.headers,
        }
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {answer.status} X\r\n{text}\r\n".encode())
        try:
            await self._play(answer, writer)
        except ConnectionError:
            self.left_early += 1
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _play(self, answer: Answer, writer: asyncio.StreamWriter) -> None:
        for step in answer.steps:
            if step == CUT:
                writer.transport.abort()
                return
            if isinstance(step, float):
                await asyncio.sleep(step)
            elif isinstance(step, bytes):
                frame = b"%x\r\n%s\r\n" % (len(step), step) if answer.chunked else step
                writer.write(frame)
            await writer.drain()
        if answer.chunked:
            writer.write(b"0\r\n\r\n")


@contextlib.asynccontextmanager
async def scripted(*answers: Answer) -> AsyncIterator[Scripted]:
    play = Scripted(list(answers))
    server = await asyncio.start_server(play.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    play.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield play
    finally:
        server.close()
        for task in list(play.serving):
            task.cancel()
        await asyncio.gather(*play.serving, return_exceptions=True)


def event(text: str, **more: Any) -> bytes:
    chunk = {"choices": [{"index": 0, "delta": {"content": text}, **more}]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def usage(read: int, written: int) -> bytes:
    told = {"prompt_tokens": read, "completion_tokens": written}
    chunk = {"choices": [], "usage": told}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def line(text: str) -> Answer:
    """A good answer, word by word."""
    words = [event(f"{word} ") for word in text.split()]
    return Answer([*words, usage(100, len(words)), DONE])
