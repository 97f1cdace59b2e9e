"""What goes from services to the hubs of all processes: frames, ready to be sent."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from streams.protocol import as_frame
from streams.protocol.events import (
    AudioChunk,
    Closing,
    Event,
    Line,
    LineRemoved,
    Logged,
    Message,
    MessageRemoved,
    PoseKeys,
)

FORMAT = 3
_HEAD = struct.Struct(">BBIIHBI")
"""Format, flags, number, line, lengths of the key, of the writer, of the frame."""

_TEXT, _AUDIENCE, _REMOVES, _LAST, _SHUTS = 1, 2, 4, 8, 16
"""Flags."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One frame, and how it is treated on its way."""

    frame: str | bytes
    seq: int = 0
    """Of a logged event; 0 for all others."""

    key: str = ""
    """Of news: only the newest of this key counts, older ones may be dropped. Of a
    message of the audience or its removal: the message's own."""

    audience: bool = False
    """Written by a person: not for those from whom the chat is kept."""

    writer: str = ""
    """Handle of that person: some do not hear them."""

    line: int = 0
    """Of a line, its sound, or its removal."""

    removes: bool = False
    """Nobody may get that line, or that message, any more."""

    last: bool = False
    """Nothing comes after it: sockets are closed."""

    shuts: bool = False
    """From here on it is the host's alone: all others are sent out."""


def of_event(event: Event) -> Delivery:
    """How each kind of event travels."""
    frame = as_frame(event)
    if isinstance(event, Line | AudioChunk | LineRemoved):
        removes = isinstance(event, LineRemoved)
        return Delivery(frame, event.seq, line=event.line, removes=removes)
    if isinstance(event, MessageRemoved):
        return Delivery(frame, event.seq, event.message, removes=True)
    if isinstance(event, Logged):
        return Delivery(frame, event.seq, last=event.kind == "stream-ended")
    if isinstance(event, Message):
        return Delivery(frame, key=event.message, audience=True, writer=event.person)
    if isinstance(event, PoseKeys):
        return Delivery(frame, key=f"pose:{event.part.seat}")
    if isinstance(event, Closing):
        return Delivery(frame, shuts=True)
    return Delivery(frame, key=event.kind)


def pack(deliveries: list[Delivery]) -> bytes:
    """As one message of the bus."""
    out = bytearray()
    for one in deliveries:
        text = isinstance(one.frame, str)
        frame = one.frame.encode() if isinstance(one.frame, str) else one.frame
        flags = (
            text * _TEXT
            | one.audience * _AUDIENCE
            | one.removes * _REMOVES
            | one.last * _LAST
            | one.shuts * _SHUTS
        )
        key, writer = one.key.encode(), one.writer.encode()
        sizes = (len(key), len(writer), len(frame))
        out += _HEAD.pack(FORMAT, flags, one.seq, one.line, *sizes)
        out += key
        out += writer
        out += frame
    return bytes(out)


def unpack(message: bytes) -> list[Delivery]:
    """ValueError for a message of another version of this program."""
    found = []
    at = 0
    try:
        while at < len(message):
            form, flags, seq, line, *sizes = _HEAD.unpack_from(message, at)
            key_size, writer_size, size = sizes
            if form != FORMAT:
                raise ValueError(f"Not deliveries of format {FORMAT}")
            at += _HEAD.size
            key = message[at : at + key_size].decode()
            at += key_size
            writer = message[at : at + writer_size].decode()
            at += writer_size
            raw = message[at : at + size]
            if len(raw) != size:
                raise ValueError("A delivery ends too early")
            at += size
            frame = raw.decode() if flags & _TEXT else raw
            found.append(
                Delivery(
                    frame,
                    seq,
                    key,
                    audience=bool(flags & _AUDIENCE),
                    writer=writer,
                    line=line,
                    removes=bool(flags & _REMOVES),
                    last=bool(flags & _LAST),
                    shuts=bool(flags & _SHUTS),
                )
            )
    except struct.error as error:
        raise ValueError("A delivery ends too early") from error
    return found
