"""Names, types and shapes of the tensors of a safetensors file, from its header alone."""

from __future__ import annotations

import json
import math
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from socialapp.engines.folders.layouts import FolderError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEADER_MOST = 100_000_000
"""Bytes; the format's own limit (safetensors, ``MAX_HEADER_SIZE``)."""

BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
    "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}  # fmt: skip
"""Of one number, by the format's name of its type."""

POINTER = b"version https://git-lfs.github.com/spec/"
"""How a file begins that stands for a larger one, which Git LFS has yet to fetch."""


class Tensor(NamedTuple):
    dtype: str
    """By the name of its format: ``F16``, or ``HalfStorage``."""

    shape: tuple[int, ...]


def read_header(path: Path) -> dict[str, Tensor]:
    """Every tensor by its name. FolderError when the file is cut off, longer than it
    says, or no safetensors file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if POINTER.startswith(start) and start:
            raise FolderError(is_pointer(path))
        if len(start) < 8:
            raise FolderError(f"{path.name} is empty or cut off: copy it again.")
        (length,) = struct.unpack("<Q", start)
        if length > HEADER_MOST:
            raise FolderError(f"{path.name} is not a safetensors file.")
        if 8 + length > size:
            raise FolderError(cut_off(path, size, 8 + length))
        text = file.read(length)
    try:
        header = json.loads(text)
        entries = {
            name: (str(one["dtype"]), tuple(one["shape"]), tuple(one["data_offsets"]))
            for name, one in header.items()
            if name != "__metadata__"
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise FolderError(
            f"{path.name} has a header that cannot be read: copy it again."
        ) from None
    _check_places(path, size - 8 - length, entries)
    return {name: Tensor(dtype, shape) for name, (dtype, shape, _) in entries.items()}


def _check_places(
    path: Path, there: int, entries: Mapping[str, tuple[str, Any, Any]]
) -> None:
    """The tensors follow each other without a gap and fill the rest of the file."""
    at = 0
    for name, (dtype, shape, place) in sorted(
        entries.items(), key=lambda entry: _start(path, entry)
    ):
        if not all(type(n) is int and n >= 0 for n in (*shape, *place)):
            raise FolderError(f"{path.name}: {name} has no proper shape or place.")
        if dtype not in BITS:
            raise FolderError(
                f"{path.name}: {name} is of the unknown type {dtype}; update Troupe or"
                " convert the file.",
                "other",
            )
        start, end = place
        if start != at or (end - start) * 8 != math.prod(shape) * BITS[dtype]:
            raise FolderError(f"{path.name}: {name} is not where the header says.")
        at = end
    if there < at:
        raise FolderError(cut_off(path, there, at))
    if there > at:
        raise FolderError(
            f"{path.name} goes on for {there - at:,} bytes after its last tensor: it is"
            " damaged. Copy it again."
        )


def _start(path: Path, entry: tuple[str, tuple[str, Any, Any]]) -> tuple[int, int]:
    name, (_, _, place) = entry
    match place:
        case (int(start), int(end)):
            return start, end
    raise FolderError(f"{path.name}: {name} has no proper place.")


def cut_off(path: Path, there: int, wanted: int) -> str:
    return (
        f"{path.name} is half copied: {there:,} of {wanted:,} bytes are there. Copy it"
        " again."
    )


def is_pointer(path: Path) -> str:
    return f"{path.name} only stands for the file: run git lfs pull where it came from."
