"""``Iptc4xmpExt:DigitalSourceType`` in XMP: what platforms without C2PA read.

Written before the record is signed, so that the signature covers it too. The XMP is the
file's only one: our own encoders write none.
"""

from __future__ import annotations

import struct
import zlib

from socialapp.engines.errors import EngineError

MP4_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""UUID of an XMP box (XMP specification part 3, 1.3.6 MPEG-4)."""

JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
"""Signature of the APP1 segment (XMP part 3, 1.1.3)."""

PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' Iptc4xmpExt:DigitalSourceType="{source}"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def packet(source: str) -> bytes:
    """`source`: the IPTC address of a digital source type."""
    return PACKET.format(source=source).encode()


def write(data: bytes, mime: str, source: str) -> bytes:
    """The file with the packet in it; EngineError for a kind that we do not write.

    A file that has this very packet is signed again as it is.
    """
    writers = {
        "video/mp4": _mp4,
        "audio/mp4": _mp4,
        "image/png": _png,
        "image/webp": _webp,
        "image/jpeg": _jpeg,
    }
    if mime not in writers:
        raise EngineError(f"Files of type {mime} cannot be signed.", permanent=True)
    body = packet(source)
    if body in data:
        return data
    try:
        return writers[mime](data, body)
    except (struct.error, ValueError) as error:
        raise EngineError(f"The finished file is broken: {error}.") from error


def _mp4(data: bytes, body: bytes) -> bytes:
    """A box at the end: nothing before it moves, so that no sample table changes."""
    return data + struct.pack(">I4s", 24 + len(body), b"uuid") + MP4_XMP + body


def _png(data: bytes, body: bytes) -> bytes:
    """An iTXt chunk behind the header (PNG 11.3.3.4)."""
    end = 8 + 12 + struct.unpack(">I", data[8:12])[0]
    if data[12:16] != b"IHDR":
        raise ValueError("a PNG without a header")
    content = b"iTXt" + b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + body
    chunk = struct.pack(">I", len(content) - 4) + content
    return data[:end] + chunk + struct.pack(">I", zlib.crc32(content)) + data[end:]


def _jpeg(data: bytes, body: bytes) -> bytes:
    """An APP1 segment behind JFIF's, which readers expect first."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("a JPEG without a start")
    at = 2
    if data[2:4] == b"\xff\xe0":
        at += 2 + struct.unpack(">H", data[4:6])[0]
    content = JPEG_XMP + body
    segment = b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content
    return data[:at] + segment + data[at:]


def _webp(data: bytes, body: bytes) -> bytes:
    """A chunk at the end, announced in VP8X (RFC 9649, 2.7), which is made if needed."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("a WebP without a start")
    chunks = data[12 : 8 + struct.unpack("<I", data[4:8])[0]]
    if chunks[:4] != b"VP8X":
        width, height, alpha = _webp_size(chunks)
        flags = 0x10 if alpha else 0
        chunks = (
            b"VP8X"
            + struct.pack("<I", 10)
            + bytes([flags, 0, 0, 0])
            + (width - 1).to_bytes(3, "little")
            + (height - 1).to_bytes(3, "little")
            + chunks
        )
    flagged = bytearray(chunks)
    flagged[8] |= 0x04  # XMP follows
    chunk = b"XMP " + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
    whole = b"WEBP" + bytes(flagged) + chunk
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _webp_size(chunks: bytes) -> tuple[int, int, bool]:
    """Width, height and alpha of the first and only picture."""
    if chunks[:4] == b"VP8 " and chunks[11:14] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", chunks[14:18])
        return width & 0x3FFF, height & 0x3FFF, False
    if chunks[:4] == b"VP8L" and chunks[8:9] == b"\x2f":
        bits = struct.unpack("<I", chunks[9:13])[0]
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        return width, height, bool(bits >> 28 & 1)
    raise ValueError("a WebP without a picture")
