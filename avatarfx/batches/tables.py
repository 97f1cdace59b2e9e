"""Tables as spreadsheets write them, read a row at a time."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST_ROWS = 10_000
MOST_COLUMNS = 40
MOST_BYTES = 8 * 1024 * 1024
"""Of a file: 10,000 rows of 800 letters."""

MOST_CELL = 2000
"""Letters: as many as the longest script."""

MOST_NAME = 40
"""Letters of a column's name."""

DELIMITERS = ",;\t|"
"""Excel writes a semicolon where a comma is the decimal point."""

_BLOCK = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TableError(ValueError):
    """The table as a whole cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    """As a spreadsheet counts: the row with the names is 1."""

    values: dict[str, str]
    problem: str = ""
    """Why it cannot be read as a row; empty: it can."""


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: Iterator[Row]
    """Read while it is iterated, once. TableError when it goes wrong further down."""


def from_csv(file: IO[bytes]) -> Table:
    """A file with names in its first row. UTF-8, UTF-16 with its mark, or, when it is
    neither, Windows-1252; comma, semicolon, tab or bar. TableError."""
    encoding = _encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(
        io.BufferedReader(_Kept(file)), encoding=encoding, newline=""
    )
    first = text.read(_BLOCK)
    if not first.strip():
        raise TableError("This table is empty. Put names of columns in its first row.")
    delimiter = _delimiter_of(first)
    text.seek(0)
    lines = csv.reader(text, delimiter=delimiter)
    columns = _columns(next(_safely(lines), []))
    return Table(columns, _rows(lines, columns))


def from_json(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Objects with the same keys; numbers are taken as written. TableError."""
    if not rows:
        raise TableError("This table is empty. Send at least one row.")
    if len(rows) > MOST_ROWS:
        raise TableError(_too_long())
    columns = _columns([str(key) for key in rows[0]])
    return Table(columns, _objects(rows, columns))


def _objects(
    rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]
) -> Iterator[Row]:
    for number, row in enumerate(rows, start=2):
        values = {str(key).strip(): _plain(value) for key, value in row.items()}
        odd = [key for key in values if key not in columns]
        problem = f"There is no column “{odd[0][:MOST_NAME]}” above." if odd else ""
        kept = {name: values.get(name, "") for name in columns}
        yield Row(number, kept, problem or _too_wide(kept))


def _rows(lines: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[Row]:
    number = 1
    count = 0
    for cells in _safely(lines):
        number += 1
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise TableError(_too_long())
        extra = [cell for cell in cells[len(columns) :] if cell.strip()]
        values = [cell.strip() for cell in cells[: len(columns)]]
        values += [""] * (len(columns) - len(values))
        kept = dict(zip(columns, values, strict=True))
        problem = (
            f"It has {len(cells)} cells, and there are {len(columns)} columns. Put text"
            " that holds the separator in quotes."
            if extra
            else ""
        )
        yield Row(number, kept, problem or _too_wide(kept))
    if not count:
        raise TableError("This table has names of columns and no rows under them.")


def _safely(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            cells = next(lines, None)
        except (csv.Error, UnicodeError) as error:
            raise TableError(
                f"The table cannot be read further down ({error}). Save it again as CSV"
                " in UTF-8."
            ) from None
        if cells is None:
            return
        yield cells


def _columns(cells: Sequence[str]) -> tuple[str, ...]:
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise TableError("The first row has no names. Give each column one.")
    if len(names) > MOST_COLUMNS:
        raise TableError(
            f"This table has {len(names)} columns; {MOST_COLUMNS} are enough. Leave out"
            " those that the text does not use."
        )
    for at, name in enumerate(names, start=1):
        if not name:
            raise TableError(f"Column {at} has no name. Give it one, or delete it.")
        if len(name) > MOST_NAME or set(name) & set("{}\0"):
            raise TableError(
                f"“{name[:MOST_NAME]}” is no name for a column: up to {MOST_NAME}"
                " letters, without braces. Is the first row missing?"
            )
    lowered = [name.casefold() for name in names]
    for name in names:
        if lowered.count(name.casefold()) > 1:
            raise TableError(f"Two columns are called “{name}”. Rename one of them.")
    return tuple(names)


def _too_wide(values: Mapping[str, str]) -> str:
    for name, value in values.items():
        if len(value) > MOST_CELL:
            return f"Column “{name}” has {len(value)} letters; {MOST_CELL} fit."
        if "\0" in value:
            return f"Column “{name}” has letters that nobody can read."
    return ""


def _too_long() -> str:
    return f"This table has more than {MOST_ROWS:,} rows. Send it in several parts."


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TableError("Cells of a row are texts or numbers, and nothing else.")
    return str(value).strip()


def _delimiter_of(text: str) -> str:
    """The one that stands most often in the first row, outside of quotes."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for letter in text:
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "\r\n":
            break
        elif not quoted and letter in counts:
            counts[letter] += 1
    return max(counts, key=lambda letter: counts[letter])


def _encoding_of(file: IO[bytes]) -> str:
    """By its mark, else by whether all of it is UTF-8. TableError for what is no text."""
    file.seek(0)
    first = file.read(_BLOCK)
    for mark, name in _MARKS:
        if first.startswith(mark):
            return name
    if b"\0" in first or first.startswith(b"PK\x03\x04"):
        raise TableError(
            "This is no text. In the spreadsheet, choose “Save as” and CSV in UTF-8."
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    block = first
    try:
        while block:
            decoder.decode(block)
            block = file.read(_BLOCK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


class _Kept(io.RawIOBase):
    """The file, not closed along with the text that is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
