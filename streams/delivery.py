"""What goes from services to the hubs of all processes: frames, ready to be sent."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from streams.protocol import as_frame
from streams.protocol.events import Event, Logged, Message, PoseKeys

FORMAT = 1
_HEAD = struct.Struct(">BBIHI")
"""Format, flags, number, length of the key, length of the frame."""

_TEXT, _AUDIENCE = 1, 2


@dataclass(frozen=True, slots=True)
class Delivery:
    """One frame, and how it is treated on its way."""

    frame: str | bytes
    seq: int = 0
    """Of a logged event; 0 for all others."""

    key: str = ""
    """Not empty: only the newest of this key counts, older ones may be dropped."""

    audience: bool = False
    """Written by a person: not for those from whom the chat is kept."""

    last: bool = False
    """Nothing comes after it: sockets are closed."""


def of_event(event: Event) -> Delivery:
    """How each kind of event travels."""
    frame = as_frame(event)
    if isinstance(event, Logged):
        return Delivery(frame, event.seq, last=event.kind == "stream-ended")
    if isinstance(event, Message):
        return Delivery(frame, audience=True)
    if isinstance(event, PoseKeys):
        return Delivery(frame, key=f"pose:{event.part.seat}")
    return Delivery(frame, key=event.kind)


def pack(deliveries: list[Delivery]) -> bytes:
    """As one message of the bus."""
    out = bytearray()
    for one in deliveries:
        text = isinstance(one.frame, str)
        frame = one.frame.encode() if isinstance(one.frame, str) else one.frame
        flags = text * _TEXT | one.audience * _AUDIENCE | one.last * 4
        key = one.key.encode()
        out += _HEAD.pack(FORMAT, flags, one.seq, len(key), len(frame))
        out += key
        out += frame
    return bytes(out)


def unpack(message: bytes) -> list[Delivery]:
    """ValueError for a message of another version of this program."""
    found = []
    at = 0
    try:
        while at < len(message):
            form, flags, seq, key_size, size = _HEAD.unpack_from(message, at)
            if form != FORMAT:
                raise ValueError(f"Not deliveries of format {FORMAT}")
            at += _HEAD.size
            key = message[at : at + key_size].decode()
            at += key_size
            raw = message[at : at + size]
            if len(raw) != size:
                raise ValueError("A delivery ends too early")
            at += size
            frame = raw.decode() if flags & _TEXT else raw
            found.append(
                Delivery(frame, seq, key, bool(flags & _AUDIENCE), bool(flags & 4))
            )
    except struct.error as error:
        raise ValueError("A delivery ends too early") from error
    return found
