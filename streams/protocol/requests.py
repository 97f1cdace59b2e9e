"""What a viewer's socket may send, read strictly: text frames with one JSON object."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from socialapp.performance import codec
from socialapp.performance.codec import FormatError
from streams.protocol.codes import Close
from streams.protocol.events import REACTIONS

MAX_BYTES = 4096
"""Of one message; a larger one closes the socket."""

RATE = 10.0
"""Messages a second that a socket may send for ever."""

BURST = 30
"""How many it may send at once, after a while of silence."""

MAX_TEXT = 300
"""Characters of a message of the audience."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for the stream's clock, and keeps the way open."""

    kind: ClassVar[str] = "ping"

    n: int
    """1 for the first message of a socket, then always one more."""


@dataclass(frozen=True, slots=True)
class Say:
    """A message to the audience."""

    kind: ClassVar[str] = "say"

    n: int
    text: str
    """Up to MAX_TEXT characters."""


@dataclass(frozen=True, slots=True)
class React:
    kind: ClassVar[str] = "react"

    n: int
    reaction: str
    """One of REACTIONS."""


@dataclass(frozen=True, slots=True)
class Vote:
    """For a topic; a second vote takes the first one back."""

    kind: ClassVar[str] = "vote"

    n: int
    topic: int


Request = Ping | Say | React | Vote
REQUESTS: dict[str, type[Request]] = {
    request.kind: request for request in (Ping, Say, React, Vote)
}


class RequestError(Exception):
    """A message that closes its socket: the code, and the words for it."""

    def __init__(self, code: Close, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def read_request(frame: str | bytes, expected: int) -> Request:
    """The request in a frame; `expected` is the ``n`` it must have. RequestError."""
    if len(frame) > MAX_BYTES or (
        isinstance(frame, str) and len(frame.encode("utf-8", "replace")) > MAX_BYTES
    ):
        raise RequestError(Close.TOO_LARGE, f"A message has at most {MAX_BYTES} bytes.")
    if not isinstance(frame, str):
        raise RequestError(Close.UNREADABLE, "Send JSON in text frames.")
    try:
        data = json.loads(frame, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RequestError(Close.UNREADABLE, "This is not JSON.") from None
    request = _read(data)
    if request.n != expected:
        raise RequestError(
            Close.WRONG_SEQUENCE, f"n is {request.n}; {expected} is next."
        )
    return request


def _read(data: Any) -> Request:
    if not isinstance(data, dict):
        raise RequestError(Close.UNREADABLE, "Send one object with a kind.")
    name = data.get("kind")
    kind: Any = REQUESTS.get(name) if isinstance(name, str) else None
    if kind is None:
        known = ", ".join(REQUESTS)
        raise RequestError(Close.UNREADABLE, f"Unknown kind; these exist: {known}.")
    body = {key: value for key, value in data.items() if key != "kind"}
    try:
        request: Request = codec.load(kind, body, kind.kind)
    except FormatError as error:
        raise RequestError(Close.UNREADABLE, f"{error}.") from None
    if isinstance(request, React) and request.reaction not in REACTIONS:
        known = ", ".join(REACTIONS)
        raise RequestError(Close.UNREADABLE, f"Unknown reaction; these exist: {known}.")
    return request


def _no_number(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
