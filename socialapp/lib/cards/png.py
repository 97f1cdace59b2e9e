"""Chunks of a PNG (ISO/IEC 15948): read, left out, put in; pixels are never touched."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from typing import TYPE_CHECKING

from socialapp.lib.cards.errors import CardError
from socialapp.lib.cards.verbatim import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
CARDS = (b"ccv3", b"chara")
"""Keywords, the better first."""

ASSET = b"chara-ext-asset_"
MAX_CHUNKS = 20_000
"""A 25 megapixel picture in chunks of 8 KiB has half as many."""

_CUT = "The PNG file is cut off. Copy or download it again."
_WORST_BASE64 = MAX_BYTES * 3 // 2
"""Of the largest card, with a line break after every four letters and more."""

Chunk = tuple[bytes, bytes]
"""Type and content."""


def chunks(png: bytes) -> Iterator[Chunk]:
    """Up to IEND. CardError for what is cut off or damaged."""
    if not png.startswith(SIGNATURE):
        raise CardError(
            "This is not a PNG file. Choose the card as PNG, JSON or CHARX."
        )
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if at + 12 > len(png):
            raise CardError(_CUT)
        length, kind = struct.unpack_from(">I4s", png, at)
        end = at + 12 + length
        if end > len(png):
            raise CardError(_CUT)
        body = png[at + 8 : end - 4]
        if zlib.crc32(kind + body) != int.from_bytes(png[end - 4 : end]):
            raise CardError(
                f"The PNG file is damaged: the checksum of {_shown(kind)} is wrong."
                " Download it again."
            )
        yield kind, body
        if kind == b"IEND":
            return
        at = end
    raise CardError(f"The PNG file has more than {MAX_CHUNKS} parts. Save it again.")


def keyword_of(kind: bytes, body: bytes) -> bytes:
    """Of a text chunk; empty for any other."""
    return body.partition(b"\0")[0] if kind in TEXTS else b""


def text_of(kind: bytes, body: bytes) -> bytes:
    """What a tEXt, zTXt or iTXt chunk says. CardError."""
    rest = body.partition(b"\0")[2]
    if kind == b"zTXt":
        return _inflate(rest[1:])
    if kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        # The language and the translated keyword stand before the text.
        parts = rest.split(b"\0", 2)
        if len(parts) < 3:
            raise CardError("The card's text chunk is damaged. Save the card again.")
        return _inflate(parts[2]) if packed else parts[2]
    return rest


def card_texts(found: Iterable[Chunk]) -> dict[bytes, bytes]:
    """Keyword to text of the first chunk of each of `CARDS`."""
    texts: dict[bytes, bytes] = {}
    for kind, body in found:
        keyword = keyword_of(kind, body)
        if keyword in CARDS and keyword not in texts:
            texts[keyword] = text_of(kind, body)
    return texts


def asset_files(found: Iterable[Chunk]) -> dict[str, bytes]:
    """Path to content of the files that a PNG card carries. CardError."""
    files: dict[str, bytes] = {}
    for kind, body in found:
        keyword = keyword_of(kind, body)
        if kind == b"tEXt" and keyword.startswith(ASSET):
            path = keyword.removeprefix(ASSET).removeprefix(b":").decode("latin-1")
            files[path] = unpack(text_of(kind, body))
    return files


def unpack(text: bytes) -> bytes:
    """base64 as it is found: with line breaks, without padding. CardError."""
    packed = b"".join(text.split()).rstrip(b"=")
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        raise CardError(
            "The card inside the picture is damaged: its text is no base64. Save it"
            " again with the program that made it."
        ) from None


def without_cards(found: Iterable[Chunk]) -> bytes:
    """The picture alone; every other chunk stays as it is."""
    return SIGNATURE + b"".join(
        pack(kind, body) for kind, body in found if not _of_card(kind, body)
    )


def splice(png: bytes, texts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """`png` with each (keyword, text) as a tEXt chunk at its end, instead of the cards
    that it had."""
    out = [SIGNATURE]
    for kind, body in chunks(png):
        if _of_card(kind, body):
            continue
        if kind == b"IEND":
            out += [pack(b"tEXt", word + b"\0" + text) for word, text in texts]
        out.append(pack(kind, body))
    return b"".join(out)


def pack(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + _crc(kind, body)


def _of_card(kind: bytes, body: bytes) -> bool:
    keyword = keyword_of(kind, body)
    return keyword in CARDS or keyword.startswith(ASSET)


def _crc(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(kind + body))


def _inflate(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, _WORST_BASE64)
    except zlib.error:
        raise CardError(
            "The card's compressed text is damaged. Save the card again."
        ) from None
    if unpacker.unconsumed_tail:
        raise CardError(
            f"The card's text unpacks to more than {MAX_BYTES // 1024**2} MiB. Take out"
            " what is not needed and save it again."
        )
    if not unpacker.eof:
        raise CardError("The card's compressed text is cut off. Save the card again.")
    return text


def _shown(kind: bytes) -> str:
    return kind.decode("ascii") if kind.isalpha() else "one part"
