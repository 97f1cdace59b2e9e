"""Events to frames and back: JSON text, or binary for speech and poses."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from socialapp.performance import Performance, codec
from socialapp.performance.codec import FormatError
from streams.protocol import packing
from streams.protocol.events import LOGGED, PASSING, AudioChunk, Event, Line, PoseKeys

VERSION = 1
"""The first byte of a binary frame."""

BINARY: dict[int, type[Line] | type[AudioChunk] | type[PoseKeys]] = {
    1: Line,
    2: AudioChunk,
    3: PoseKeys,
}
"""The second byte, and what it stands for."""

_NUMBERS: dict[type, int] = {event: number for number, event in BINARY.items()}


def as_frame(event: Event) -> str | bytes:
    """What is sent: text is JSON, bytes are binary. FormatError for odd numbers."""
    if number := _NUMBERS.get(type(event)):
        return bytes((VERSION, number)) + packing.pack(event)
    return json.dumps(to_json(event), ensure_ascii=False, separators=(",", ":"))


def from_frame(frame: str | bytes) -> Event:
    """The event of a frame; FormatError for anything else."""
    if isinstance(frame, str):
        try:
            return from_json(json.loads(frame))
        except (json.JSONDecodeError, RecursionError) as error:
            raise FormatError("A text frame is JSON") from error
    if len(frame) < 2 or frame[0] != VERSION or frame[1] not in BINARY:
        raise FormatError(f"Not a binary frame of version {VERSION}")
    return packing.unpack(BINARY[frame[1]], frame[2:])


def to_json(event: Event) -> dict[str, Any]:
    """The same facts as an object, for text frames, the log and the API: a performance
    is its own JSON, bytes are base64."""
    body: dict[str, Any] = codec.dump(event)
    if isinstance(event, Line):
        body["performance"] = event.performance.to_json()
    elif isinstance(event, AudioChunk):
        body["data"] = base64.b64encode(event.data).decode("ascii")
    return {"kind": event.kind, **body}


def from_json(data: Any) -> Event:
    """FormatError names what is odd."""
    if not isinstance(data, dict):
        raise FormatError("An event is an object")
    name = data.get("kind")
    kind: Any = LOGGED.get(name) or PASSING.get(name) if isinstance(name, str) else None
    if kind is None:
        raise FormatError(f"No event is called {str(name)[:40]!r}")
    body = {key: value for key, value in data.items() if key != "kind"}
    if kind is Line:
        performance = Performance.from_json(body.get("performance"))
        body["performance"] = codec.dump(performance)
    elif kind is AudioChunk:
        try:
            body["data"] = base64.b64decode(body.get("data", ""), validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise FormatError("audio-chunk.data: base64 is needed") from error
    event: Event = codec.load(kind, body, kind.kind)
    return event
