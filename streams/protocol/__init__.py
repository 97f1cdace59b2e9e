"""The wire of a stream, version 1: what is sent to viewers and what they may send.

``events`` are what happens, one dataclass each; ``frames`` turns them into JSON or binary
frames and back; ``requests`` reads what clients send; ``codes`` says why a socket is
closed. The field-by-field description is docs/protocol.md.
"""

from streams.protocol.codes import Close
from streams.protocol.frames import as_frame, from_frame, from_json, to_json
from streams.protocol.requests import RequestError, read_request

VERSION = 1

__all__ = [
    "VERSION",
    "Close",
    "RequestError",
    "as_frame",
    "from_frame",
    "from_json",
    "read_request",
    "to_json",
]
