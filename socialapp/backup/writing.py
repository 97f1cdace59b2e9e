"""`back_up`: a running house into one file."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import default_storage

from socialapp.backup import databases, house, manifest, reading
from socialapp.backup.errors import BackupError
from socialapp.backup.manifest import Manifest, Member
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Callable


def back_up(
    file: Path,
    *,
    media: bool = True,
    say: Callable[[str], object] = lambda _words: None,
) -> Manifest:
    """Write this house to `file`, which nobody but its owner may read: it holds keys.

    The database is of one moment, and files are read after it: what a row names was
    there before the row. `file` appears when it is whole and was read back.
    BackupError: it is there already, or its folder is not fit.
    """
    file = file.absolute()
    _check(file)
    # Beside its place, since a rename is atomic within one file system only.
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as scratch:
        folder = Path(scratch, "database")
        folder.mkdir()
        database = databases.kind().dump(folder)
        say(f"{sum(database.census.values()):>10,} rows")
        draft = Path(scratch, file.name)
        with _private(draft) as out:
            tar = _Writer(out)
            for part in sorted(folder.iterdir()):
                tar.add_file(f"database/{part.name}", part)
                part.unlink()
            for name, path in house.files():
                tar.add_file(f"files/{name}", path)
            for name in house.stored() if media else ():
                tar.add_stored(name)
            say(f"{len(tar.members):>10,} files")
            told = Manifest(
                made=datetime.now(UTC).isoformat(timespec="seconds"),
                media=media,
                bucket=house.stored_in(),
                database=database,
                members=tar.members,
            )
            tar.close(told)
        reading.examine(draft)
        _check(file)
        draft.rename(file)
    return told


def _check(file: Path) -> None:
    if file.exists():
        raise BackupError(f"{file} is there already. Give the backup another name.")
    if not file.parent.is_dir():
        raise BackupError(f"{file.parent} is no folder. Make it first.")
    if file.is_relative_to(Path(settings.DATA_DIR).absolute()):
        raise BackupError(
            f"{file} lies in DATA_DIR, and would be part of the next backup. Put it"
            " elsewhere, best on another disk."
        )


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class _Writer:
    """A tar that knows the SHA-256 of what went into it."""

    def __init__(self, out: IO[bytes]) -> None:
        self.members: list[Member] = []
        self._out = out
        self._tar = tarfile.TarFile(fileobj=out, mode="w", format=tarfile.PAX_FORMAT)

    def add_file(self, name: str, path: Path) -> None:
        try:
            source = path.open("rb")
        except FileNotFoundError:  # it was taken away meanwhile
            return
        with source:
            about = os.fstat(source.fileno())
            self._add(name, source, about.st_size, about.st_mode & 0o700)

    def add_stored(self, name: str) -> None:
        with blobs.reached():
            try:
                source = default_storage.open(name)
                size = int(default_storage.size(name))
            except FileNotFoundError:
                return
            with source:
                self._add(f"media/{name}", source, size, 0o600)

    def close(self, told: Manifest) -> None:
        """The manifest and its own hash, and everything on the disk."""
        text = told.to_json().encode()
        seal = hashlib.sha256(text).hexdigest().encode()
        for name, data in ((manifest.NAME, text), (manifest.SEAL, seal)):
            self._add(name, io.BytesIO(data), len(data), 0o600)
        self._tar.close()
        self._out.flush()
        os.fsync(self._out.fileno())

    def _add(self, name: str, source: IO[bytes], size: int, mode: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, mode
        hashed = reading.Hashed(source)
        try:
            self._tar.addfile(entry, hashed)
        except OSError as error:
            raise BackupError(f"{name} could not be copied: {error}") from error
        if not name.startswith("manifest."):
            self.members.append(Member(name, size, hashed.hexdigest()))
