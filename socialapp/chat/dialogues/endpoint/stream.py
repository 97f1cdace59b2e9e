"""The stream of a chat completion: bytes of server-sent events in, words out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LINE = 64 * 1024
MOST_BYTES = 4 * 1024 * 1024
"""Of one event and of one answer: 600 characters take 150 kB of events at most."""


@dataclass(slots=True)
class Usage:
    """Tokens as the endpoint counts them; -1: it did not say."""

    read: int = -1
    written: int = -1


class ChatStream:
    """Feed it the bytes as they come. EngineError for what is no such stream."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.ended = False
        """The end mark came."""

        self.finished = False
        """A reason to stop came; some servers send no end mark after it."""

        self._buffer = b""
        self._bytes = 0
        self._thoughts = _Thoughts()

    def feed(self, data: bytes) -> Iterator[str]:
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise EngineError("The endpoint sends without an end; it was cut off.")
        self._buffer += data
        while not self.ended:
            line, found, rest = self._buffer.partition(b"\n")
            if len(line) > MOST_LINE:
                raise EngineError("The endpoint sent a line that is no event.")
            if not found:
                return
            self._buffer = rest
            if text := self._thoughts.without(self._event(line.rstrip(b"\r"))):
                yield text

    def _event(self, line: bytes) -> str:
        if not line or line.startswith((b":", b"event:", b"id:", b"retry:")):
            return ""
        if not line.startswith(b"data:"):
            raise EngineError("The endpoint answered with something else than events.")
        payload = line[5:].strip()
        if payload == b"[DONE]":
            self.ended = True
            return ""
        try:
            chunk = json.loads(payload)
        except (ValueError, RecursionError):
            raise EngineError("The endpoint sent an event that is not JSON.") from None
        return self._chunk(chunk)

    def _chunk(self, chunk: Any) -> str:
        if not isinstance(chunk, dict):
            raise EngineError("The endpoint sent an event that is no completion.")
        if chunk.get("error"):
            raise EngineError("The endpoint broke off with an error of its own.")
        if isinstance(usage := chunk.get("usage"), dict):
            self.usage.read = _count(usage.get("prompt_tokens"))
            self.usage.written = _count(usage.get("completion_tokens"))
        choices = chunk.get("choices")
        if choices is None and "usage" in chunk:
            return ""
        if not isinstance(choices, list):
            raise EngineError("The endpoint sent an event that is no completion.")
        if not choices:
            return ""
        choice = choices[0] if isinstance(choices[0], dict) else {}
        self.finished = self.finished or bool(choice.get("finish_reason"))
        delta = choice.get("delta")
        content = delta.get("content") if isinstance(delta, dict) else None
        if content is not None and not isinstance(content, str):
            raise EngineError("The endpoint sent a piece of text that is no text.")
        return content or ""


def _count(value: object) -> int:
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if good and isinstance(value, int) else -1


class _Thoughts:
    """Leaves out what some models think aloud, between <think> and </think>."""

    OPEN, CLOSE = "<think>", "</think>"

    def __init__(self) -> None:
        self._held = ""
        self._state = "first"

    def without(self, text: str) -> str:
        if self._state == "speech" or not text:
            return text
        self._held += text
        if self._state == "first":
            begun = self._held.lstrip()
            if len(begun) < len(self.OPEN) and self.OPEN.startswith(begun):
                return ""
            if not begun.startswith(self.OPEN):
                self._state = "speech"
                return self._held
            self._state = "thought"
        at = self._held.find(self.CLOSE)
        if at < 0:
            self._held = self._held[-len(self.CLOSE) :]
            return ""
        self._state = "speech"
        return self._held[at + len(self.CLOSE) :].lstrip()
