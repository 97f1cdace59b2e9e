"""The boxes of an MP4, as far as cutting it into segments needs them (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = 8
"""Bytes of size and kind before what is in a box; ours are never 64 bits long."""

AAC_LC = "mp4a.40.2"
"""RFC 6381: object type 0x40 of ISO/IEC 14496-1, audio object type 2."""


def whole(data: bytes | bytearray) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each box at the top that is there to its end."""
    at = 0
    while at + HEADER <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < HEADER or at + size > len(data):
            return
        yield kind.decode("latin-1"), at, at + size
        at += size


def mime(init: bytes) -> str:
    """What a browser is asked whether it can play: type and codecs of an init segment.

    ValueError when no H.264 is described in it.
    """
    at = init.find(b"avcC")
    if at < 0 or at + 8 > len(init):
        raise ValueError("This init segment describes no H.264")
    # configurationVersion, then profile, constraints and level (14496-15, 5.3.3.1).
    profile = init[at + 5 : at + 8].hex()
    codecs = [f"avc1.{profile}", *([AAC_LC] if b"mp4a" in init else [])]
    return f'video/mp4; codecs="{",".join(codecs)}"'
