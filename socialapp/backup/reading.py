"""Is a backup whole? Read from end to end before anybody relies on it."""

from __future__ import annotations

import hashlib
import tarfile
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from socialapp.backup import manifest
from socialapp.backup.errors import BackupError
from socialapp.backup.manifest import Manifest, Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 20
MOST_BYTES = 1 << 30
"""Of a manifest: a line a file, so millions of files."""
FOLDERS = ("database", "files", "media")


class Hashed:
    """A file that is read once, and its SHA-256."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._digest.update(block)
        return block

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def members(file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Every file of the tar in its order; BackupError when it is none."""
    with legible(file), tarfile.open(file, "r:") as tar:
        for entry in tar:
            source = tar.extractfile(entry) if entry.isreg() else None
            if source is None:
                raise BackupError(f"{entry.name} in {file} is not a plain file.")
            yield entry, source


@contextmanager
def legible(file: Path) -> Iterator[None]:
    """What the tar complains of is a BackupError."""
    try:
        yield
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{file} is damaged, or is no backup: {error}.") from error


def examine(file: Path) -> Manifest:
    """The manifest, once every byte was compared with it. BackupError names the first
    file that is not as it was written."""
    with legible(file):
        found, kept = _read(file)
    told = _manifest(file, kept)
    for member in told.members:
        _check_name(member.name)
        if found.pop(member.name, None) != member:
            raise BackupError(
                f"{member.name} in {file} is damaged or missing. Nothing was changed;"
                " take another backup."
            )
    if found:
        raise BackupError(f"{file} has {min(found)}, which its manifest does not name.")
    return told


def _read(file: Path) -> tuple[dict[str, Member], dict[str, bytes]]:
    """What every member is, and the manifest with its seal."""
    found: dict[str, Member] = {}
    kept: dict[str, bytes] = {}
    for entry, source in members(file):
        if entry.name in {manifest.NAME, manifest.SEAL}:
            kept[entry.name] = source.read(MOST_BYTES)
            continue
        if entry.name in found:
            raise BackupError(f"{file} has {entry.name} twice.")
        hashed = Hashed(source)
        while hashed.read(CHUNK):
            pass
        found[entry.name] = Member(entry.name, entry.size, hashed.hexdigest())
    return found, kept


def _manifest(file: Path, kept: dict[str, bytes]) -> Manifest:
    if set(kept) != {manifest.NAME, manifest.SEAL}:
        raise BackupError(
            f"{file} has no manifest at its end: it is damaged, was cut short, or is no"
            " backup of this product. Nothing was changed."
        )
    text, seal = kept[manifest.NAME], kept[manifest.SEAL]
    if hashlib.sha256(text).hexdigest().encode() != seal:
        raise BackupError(f"The manifest of {file} is damaged. Nothing was changed.")
    return manifest.parse(text)


def _check_name(name: str) -> None:
    """Within the folders that we write, and nowhere else."""
    path = PurePosixPath(name)
    inside = len(path.parts) > 1 and path.parts[0] in FOLDERS
    if not inside or ".." in path.parts or str(path) != name:
        raise BackupError(f"{name!r} is not the name of a file of a house.")
