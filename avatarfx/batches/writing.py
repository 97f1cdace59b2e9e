"""What became of a batch, for spreadsheets and for folders."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n|%]")
"""Spreadsheets run what begins like this (OWASP, "CSV Injection")."""


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """UTF-8 with its mark, which Excel needs; no cell is taken for a formula."""
    yield b"\xef\xbb\xbf"
    yield _line(head)
    for row in rows:
        yield _line(row)


def safe(cell: str) -> str:
    """The cell with a quote before what a spreadsheet would run."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_zip(files: Iterable[tuple[str, Callable[[], bytes | None]]]) -> Iterator[bytes]:
    """Name and content of each file, packed while it is sent; one at a time is in
    memory, and one whose content is None is left out."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as packed:
        for name, read in files:
            data = read()
            if data is None:
                continue
            packed.writestr(name, data)
            yield pipe.taken()
    yield pipe.taken()


def file_name(number: int, first: str, extension: str) -> str:
    """For example ``0017-ada-lovelace.mp4``."""
    plain = unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")
    return f"{number:05}{'-' + word if word else ''}.{extension}"


def _line(row: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([safe(cell) for cell in row])
    return out.getvalue().encode()


class _Pipe(io.RawIOBase):
    """Where a zip is written that nobody can seek in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data
