"""SQLite: one file, taken and put back by its own online backup.

Both directions are one transaction: writers go on while a house is read, and a restore
that is killed leaves the database as it was.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from django.db import connection

from socialapp.backup.errors import BackupError
from socialapp.backup.manifest import Database

if TYPE_CHECKING:
    from pathlib import Path

FILE = "troupe.sqlite3"
WAIT_SECONDS = 20.0
"""For a writer that is in the middle of something."""


def dump(folder: Path) -> Database:
    copy = folder / FILE
    with (
        closing(sqlite3.connect(_place(), timeout=WAIT_SECONDS)) as ours,
        closing(sqlite3.connect(copy)) as theirs,
    ):
        # In one step: of several, each writer in between would begin it anew.
        ours.backup(theirs)
        # A file of its own, without the log beside it.
        theirs.execute("pragma journal_mode = delete")
        rows = theirs.execute("select app, name from django_migrations order by id")
        migrations = [list(row) for row in rows]
        return Database("sqlite", migrations, _census(theirs), {})


def check(folder: Path, database: Database) -> None:
    try:
        with closing(sqlite3.connect(folder / FILE)) as theirs:
            (said,) = theirs.execute("pragma quick_check").fetchone()
            found = _census(theirs)
    except sqlite3.DatabaseError as error:
        said, found = str(error), {}
    if said != "ok" or found != database.census:
        raise BackupError(
            "The database in the backup is not whole"
            f" ({said if said != 'ok' else 'its census is another'}). Nothing was"
            " changed; take an older backup."
        )


def load(folder: Path, _database: Database) -> dict[str, int]:
    connection.close()
    with (
        closing(sqlite3.connect(folder / FILE)) as theirs,
        closing(sqlite3.connect(_place(), timeout=WAIT_SECONDS)) as ours,
    ):
        try:
            # The backup would wait for a writer for ever.
            ours.executescript("begin immediate; rollback")
            theirs.backup(ours)
        except sqlite3.Error as error:
            raise BackupError(
                f"The database could not be written ({error}). Stop what else uses it"
                " and restore again."
            ) from error
        return _census(ours)


def _place() -> str:
    return str(connection.settings_dict["NAME"])


def _census(database: sqlite3.Connection) -> dict[str, int]:
    """Without what the full-text index keeps for itself."""
    tables = [
        name
        for _, name, kind, *_ in database.execute("pragma table_list")
        if kind == "table" and not name.startswith("sqlite_")
    ]
    return {
        name: database.execute(f'select count(*) from "{name}"').fetchone()[0]  # noqa: S608  names of the database's own
        for name in sorted(tables)
    }
