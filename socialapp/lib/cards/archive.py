"""CHARX: a zip with ``card.json`` at its root and the card's files beside it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from socialapp.lib.cards.errors import CardError
from socialapp.lib.cards.verbatim import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

CARD = "card.json"
MAX_ENTRIES = 512
MAX_UNPACKED = 64 * 1024 * 1024
"""Bytes of all files together, counted while they are unpacked."""

_MAX_DIRECTORY = MAX_ENTRIES * 1024
"""Bytes of the central directory: two headers with long names an entry."""

_END = struct.Struct("<4s4H2LH")
"""End of central directory record (APPNOTE 4.3.16)."""

_BLOCK = 256 * 1024
_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DAMAGED = "The CHARX file is damaged ({}). Download or save it again."
_TOO_LARGE = (
    f"The CHARX file holds more than we unpack ({MAX_ENTRIES} files,"
    f" {MAX_UNPACKED // 1024**2} MiB). Take out what is not needed."
)


def is_archive(blob: bytes) -> bool:
    """A zip, also one behind a JPEG, which some programs write."""
    jpeg = blob.startswith(b"\xff\xd8\xff")
    return blob.startswith(b"PK") or (jpeg and _end_of(blob) is not None)


def unpack(blob: bytes) -> tuple[bytes, dict[str, bytes]]:
    """``card.json`` and the other files by path. CardError; nothing touches the disk."""
    end = _end_of(blob)
    if end is None:
        raise CardError(_DAMAGED.format("its directory is missing"))
    if end > _MAX_DIRECTORY:
        raise CardError(_TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            files = _files(archive)
    except CardError:
        raise
    # Broken archives make the library raise anything at all.
    except Exception as error:
        raise CardError(_DAMAGED.format(str(error)[:80] or "unreadable")) from None
    card = files.pop(CARD, None)
    if card is None:
        raise CardError(
            f"This archive has no {CARD} at its root, so it is no CHARX card. Choose"
            " another file."
        )
    return card, files


def pack(card: bytes, files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in {CARD: card, **files}.items():
            # A fixed date, so that the same card is the same file.
            archive.writestr(
                zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)),
                content,
                zipfile.ZIP_DEFLATED if path == CARD else zipfile.ZIP_STORED,
            )
    return out.getvalue()


def _end_of(blob: bytes) -> int | None:
    """Bytes of the central directory; None when there is none."""
    tail = blob[-(_END.size + 0xFFFF) :]
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(tail):
        return None
    size: int = _END.unpack_from(tail, at)[5]
    return size


def _files(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise CardError(_TOO_LARGE)
    files: dict[str, bytes] = {}
    left = MAX_UNPACKED
    for entry in entries:
        path = _path(entry.filename)
        if entry.is_dir():
            continue
        if path in files:
            raise CardError(_DAMAGED.format(f"{path[:80]} is in it twice"))
        content = _read(archive, entry, min(left, entry.file_size))
        left -= len(content)
        if path == CARD and len(content) > MAX_BYTES:
            raise CardError(f"{CARD} is larger than {MAX_BYTES // 1024**2} MiB.")
        files[path] = content
    return files


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Content of an entry; what comes is counted, since the directory may lie."""
    if entry.flag_bits & _ENCRYPTED:
        raise CardError("The CHARX file is locked with a password. Save it without.")
    if entry.compress_type not in _KNOWN:
        raise CardError(
            "The CHARX file is packed in a way that we do not read. Save it as an"
            " ordinary zip."
        )
    if entry.file_size > most:
        raise CardError(_TOO_LARGE)
    content = bytearray()
    try:
        with archive.open(entry) as stream:
            while block := stream.read(_BLOCK):
                content += block
                if len(content) > most:
                    raise CardError(_DAMAGED.format("its sizes are wrong"))
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise CardError(
            _DAMAGED.format(f"{entry.filename[:80]} cannot be unpacked")
        ) from None
    if len(content) != entry.file_size:
        raise CardError(_DAMAGED.format("its sizes are wrong"))
    return bytes(content)


def _path(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise CardError(
            f"The CHARX file has a path that leads outside of it: {name[:80]!r}. Such a"
            " file is not opened; ask for another one."
        )
    return str(path)
