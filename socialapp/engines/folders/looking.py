"""Looks at a folder of weights: is it there, whole, safe, and of the right model?"""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from socialapp.engines.folders.layouts import FolderError, State
from socialapp.engines.folders.onnx import check_length
from socialapp.engines.folders.pickles import read_tensors
from socialapp.engines.folders.tensors import POINTER, Tensor, is_pointer, read_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.engines.folders.layouts import Layout, Piece

UNFINISHED = ("*.incomplete", "*.part", "*.crdownload", "*.aria2")
"""What programs that copy leave while they are not done."""

LISTS = "docs/neural.md lists the files."

JSON_MOST = 32 * 1024 * 1024
"""Bytes of a configuration or an index of shards."""


def look(layout: Layout, folder: Path | str) -> State:
    """What lies in `folder`. Reads headers only; never raises for what is in there."""
    place = Path(folder)
    try:
        if not str(folder) or not place.is_dir() or not any(place.iterdir()):
            return State(_absent(layout, folder), kind="missing")
    except OSError as error:
        return State(f"{place} cannot be read: {error.strerror}.", kind="broken")
    files: list[Path] = []
    try:
        _refuse_unfinished(place)
        for piece in layout.files:
            # One file may be two pieces: a glob, and a name that it covers.
            files += [one for one in _look_at(piece, place) if one not in files]
    except FolderError as error:
        return State(str(error), tuple(files), _bytes(files), place, error.kind)
    except OSError as error:
        words = f"{place} cannot be read: {error.strerror or error}."
        return State(words, tuple(files), 0, place, "broken")
    return State(None, tuple(files), _bytes(files), place)


def tensors_in(piece: Piece, file: Path) -> dict[str, Tensor]:
    """Names and shapes of what one file of `piece` holds. FolderError as `look` finds."""
    if piece.kind == "safetensors":
        return read_header(file)
    return read_tensors(file) if piece.kind == "torch" else {}


class Weight(NamedTuple):
    """How many numbers a model has."""

    numbers: int
    largest: int
    """In the largest of the folder's own folders, each of which holds a network."""


def weigh(layout: Layout, folder: Path | str) -> Weight:
    """Of what lies in a whole folder, from the headers."""
    place, counts = Path(folder), Counter[str]()
    for piece in layout.files:
        for path in files_of(piece, place):
            tensors = tensors_in(piece, path).values()
            counts[str(path.parent)] += sum(math.prod(t.shape) for t in tensors)
    return Weight(counts.total(), max(counts.values(), default=0))


def files_of(piece: Piece, folder: Path) -> list[Path]:
    """Those that are there, in order. FolderError for a link to nothing."""
    exact = folder / piece.path
    # A glob passes over a link to nothing.
    found = [exact] if exact.is_symlink() else sorted(folder.glob(piece.path))
    for path in found:
        if path.is_symlink() and not path.exists():
            raise FolderError(
                f"{path.relative_to(folder)} links to {path.readlink()}, which is gone:"
                " get it again."
            )
    return [path for path in found if path.is_file()]


def _absent(layout: Layout, folder: Path | str) -> str:
    where = f"into {folder}" if str(folder) else "into a folder of its own"
    return f"There are no weights: put those of {layout.source} {where}. {LISTS}"


def _bytes(files: list[Path]) -> int:
    return sum(path.stat().st_size for path in files)


def _refuse_unfinished(folder: Path) -> None:
    for pattern in UNFINISHED:
        for path in folder.rglob(pattern):
            raise FolderError(
                f"{path.relative_to(folder)} was never finished: let the copy end, or"
                " remove that file and copy again."
            )


def _look_at(piece: Piece, folder: Path) -> list[Path]:
    files = files_of(piece, folder)
    if not files:
        if piece.optional:
            return []
        raise FolderError(f"{piece.path} is missing in {folder}. {LISTS}", "broken")
    if piece.kind == "json":
        for path in files:
            _check_config(piece, path, folder)
    elif piece.kind == "onnx":
        for path in files:
            check_length(path)
    elif piece.kind in {"safetensors", "torch"}:
        _check_tensors(piece, files, folder)
    for path in files:
        if path.stat().st_size == 0:
            raise FolderError(f"{path.relative_to(folder)} is empty: copy it again.")
    return files


def _check_tensors(piece: Piece, files: list[Path], folder: Path) -> None:
    _check_shards(files, folder)
    found: dict[str, Tensor] = {}
    for path in files:
        found |= tensors_in(piece, path)
    for name, shape in piece.needs.items():
        tensor = found.get(name)
        if tensor is None:
            raise FolderError(
                f"{piece.path} is of another model or version: it has no {name}."
                f" {LISTS}",
                "other",
            )
        if shape is not None and not _fits(tensor.shape, tuple(shape)):
            raise FolderError(
                f"{piece.path} is of another model or version: {name} is"
                f" {_shape(tensor.shape)} and should be {_shape(tuple(shape))}. {LISTS}",
                "other",
            )


def _check_shards(files: list[Path], folder: Path) -> None:
    """An index beside the shards names them all, and each holds what it says."""
    for index in {i for path in files for i in path.parent.glob("*.index.json")}:
        placed = _json(index, folder).get("weight_map")
        if not isinstance(placed, dict):
            continue
        shards = {str(name) for name in placed.values()}
        if not shards & {path.name for path in files}:
            continue
        for shard in sorted(shards):
            if not (index.parent / shard).is_file():
                raise FolderError(
                    f"{(index.parent / shard).relative_to(folder)} is missing, one of"
                    f" {len(shards)} shards: copy it again."
                )


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        w is None or w == n for n, w in zip(shape, wanted, strict=True)
    )


def _shape(shape: tuple[int | None, ...]) -> str:
    return " x ".join("any" if n is None else str(n) for n in shape) or "a number"


def _check_config(piece: Piece, path: Path, folder: Path) -> None:
    said = _json(path, folder)
    for key, wanted in piece.needs.items():
        value = _at(said, key)
        if value is None:
            raise FolderError(
                f"{path.relative_to(folder)} is of another model or version: it says"
                f" nothing of {key}. {LISTS}",
                "other",
            )
        if wanted is not None and not _agrees(value, wanted):
            raise FolderError(
                f"{path.relative_to(folder)} is of another model or version: {key} is"
                f" {value!r} and should be {_choice(wanted)}. {LISTS}",
                "other",
            )


def _agrees(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, tuple):
        return value == list(wanted) if isinstance(value, list) else value in wanted
    return bool(value == wanted)


def _choice(wanted: Any) -> str:
    if isinstance(wanted, tuple):
        return " or ".join(repr(one) for one in wanted)
    return repr(wanted)


def _at(said: Mapping[str, Any], key: str) -> Any:
    if key in said:
        return said[key]
    value: Any = said
    for name in key.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def _json(path: Path, folder: Path) -> dict[str, Any]:
    if path.stat().st_size > JSON_MOST:
        raise FolderError(f"{path.relative_to(folder)} is too large for what it is.")
    content = path.read_bytes()
    if content.startswith(POINTER):
        raise FolderError(is_pointer(path))
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise FolderError(
            f"{path.relative_to(folder)} cannot be read as JSON: copy it again."
        )
    return said
