"""`restore`: a file back into a house.

1. Read all of it; refuse what is damaged, too new, or of the other database.
2. Refuse a house with people, unless it is meant, and one that is running.
3. Put files and media in their places, then the database, in one transaction: a restore
   that is killed before its end may simply be run again.
4. With replacement, take away media that the backup does not have, and what waits in
   Redis.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from socialapp.backup import databases, house, reading
from socialapp.backup.errors import BackupError
from socialapp.backup.manifest import Manifest, compare
from socialapp.characters.starters import HOUSE
from socialapp.lib import blobs
from socialapp.lib.door import FIRST_ADMIN

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable

REPLACE = "--into-this-house-and-replace-it"


def restore(
    file: Path,
    *,
    replace: bool = False,
    say: Callable[[str], object] = lambda _words: None,
) -> tuple[Manifest, dict[str, int]]:
    """What the backup tells, and the census of the database afterwards, which is equal.

    `replace`: people live here, and everything of theirs is to go. BackupError: refused;
    nothing was changed.
    """
    told = reading.examine(file)
    say(f"{len(told.members):>10,} files, each as it was written")
    _check(told, replace=replace)
    with (
        house.closed(),
        tempfile.TemporaryDirectory(
            dir=settings.DATA_DIR, prefix=".restore-"
        ) as scratch,
    ):
        folder = Path(scratch)
        _check_room(told, folder)
        for entry, source in reading.members(file):
            if entry.name.startswith("database/"):
                _write(folder / entry.name.removeprefix("database/"), source, 0o600)
        kind = databases.kind()
        kind.check(folder, told.database)
        for entry, source in reading.members(file):
            _put(entry, source)
        found = kind.load(folder, told.database)
        compare(told.database.census, found)
        if replace:
            _clear(told)
    return told, found


def _check(told: Manifest, *, replace: bool) -> None:
    if told.database.vendor != connection.vendor:
        raise BackupError(
            f"This backup is of a {told.database.vendor} database, and this house has"
            f" {connection.vendor}. A backup goes back into the kind that it came from:"
            " set or unset DATABASE_URL accordingly."
        )
    ours = set(MigrationLoader(None).disk_migrations)
    newer = sorted(
        ".".join(one) for one in told.database.migrations if tuple(one) not in ours
    )
    if newer:
        raise BackupError(
            f"This backup comes from a newer version: its database has {newer[0]}"
            f" ({len(newer)} migrations that are unknown here). Update this copy to the"
            " version that wrote it, then restore."
        )
    people = _people()
    if people and not replace:
        raise BackupError(
            f"{people} people have accounts in this house, and a restore takes the place"
            " of everything. Take another DATA_DIR (or DATABASE_URL), or add"
            f" {REPLACE}."
        )


def _people() -> int:
    """Beside the house itself and the admin of a first start who never came in."""
    users = get_user_model()
    if users._meta.db_table not in connection.introspection.table_names():
        return 0
    first = {"username": FIRST_ADMIN[0], "last_login": None}
    return (
        users._default_manager.exclude(username=HOUSE)
        .exclude(pk__in=users._default_manager.filter(**first).values("pk"))
        .count()
    )


def _check_room(told: Manifest, folder: Path) -> None:
    """Media that lie there already are written anew beside themselves, one at a time."""
    needed = sum(
        one.size * (2 if one.name.startswith("database/") else 1)
        for one in told.members
        if not (told.bucket and one.name.startswith("media/"))
    )
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"{folder.parent} has {free / 1e9:.1f} GB left and the restore needs"
            f" {needed / 1e9:.1f} GB. Nothing was changed."
        )


def _put(entry: tarfile.TarInfo, source: IO[bytes]) -> None:
    place, _, name = entry.name.partition("/")
    if place == "files":
        _write(Path(settings.DATA_DIR) / name, source, entry.mode)
    elif place == "media":
        _store(name, source)


def _store(name: str, source: IO[bytes]) -> None:
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:  # an object store: its uploads are all or nothing
        with blobs.reached():
            # What lies there would give this one another name.
            default_storage.delete(name)
            default_storage.save(name, File(source, name))
    else:
        _write(path, source, 0o644)


def _write(path: Path, source: IO[bytes], mode: int) -> None:
    """It appears under its name when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.restored")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        ) as out:
            shutil.copyfileobj(source, out, reading.CHUNK)
            out.flush()
            os.fsync(out.fileno())
        part.chmod(mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _clear(told: Manifest) -> None:
    """Of the house that was here: media that nobody names, jobs of rows that are gone."""
    if told.media:
        kept = {one.name for one in told.members}
        for name in [one for one in house.stored() if f"media/{one}" not in kept]:
            default_storage.delete(name)
    shutil.rmtree(Path(settings.DATA_DIR) / "redis", ignore_errors=True)
