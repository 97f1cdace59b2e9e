"""Whether an ONNX file is whole: its outermost messages must end where the file does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.engines.folders.layouts import FolderError
from socialapp.engines.folders.tensors import POINTER, cut_off, is_pointer

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

VARINT_MOST = 10
"""Bytes of a number in protocol buffers."""

FIXED = {1: 8, 5: 4}
"""Bytes of the wire types that have a length of their own."""


def check_length(path: Path) -> None:
    """FolderError when the file is cut off or no ONNX; skips from message to message."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(len(POINTER))
        if start == POINTER:
            raise FolderError(is_pointer(path))
        file.seek(0)
        seen = False
        while file.tell() < size:
            tag = _varint(file, path)
            kind = tag & 7
            if kind == 0:
                _varint(file, path)
            elif kind == 2:
                length = _varint(file, path)
                seen = seen or tag >> 3 == 7  # ModelProto.graph
                if file.tell() + length > size:
                    raise FolderError(cut_off(path, size, file.tell() + length))
                file.seek(length, 1)
            elif kind in FIXED:
                file.seek(FIXED[kind], 1)
            else:
                raise FolderError(f"{path.name} is not an ONNX file.")
        if not seen:
            raise FolderError(f"{path.name} is not an ONNX file: it has no graph.")


def _varint(file: BinaryIO, path: Path) -> int:
    value = 0
    for place in range(VARINT_MOST):
        byte = file.read(1)
        if not byte:
            raise FolderError(f"{path.name} is half copied: copy it again.")
        value |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            return value
    raise FolderError(f"{path.name} is not an ONNX file.")
