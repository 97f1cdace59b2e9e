"""The database as files, and from files: of the vendor that the house has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from django.db import connection

from socialapp.backup import postgres, sqlite
from socialapp.backup.errors import BackupError

if TYPE_CHECKING:
    from pathlib import Path

    from socialapp.backup.manifest import Database


class Kind(Protocol):
    def dump(self, folder: Path) -> Database:
        """Write everything of one moment to `folder`, as files in the order of their
        names."""

    def check(self, folder: Path, database: Database, /) -> None:
        """BackupError when what lies in `folder` is not the database that is told."""

    def load(self, folder: Path, database: Database, /) -> dict[str, int]:
        """Put it in the place of what is here, all or nothing; the census afterwards."""


KINDS = {"sqlite": cast("Kind", sqlite), "postgresql": cast("Kind", postgres)}


def kind() -> Kind:
    found = KINDS.get(connection.vendor)
    if found is None:
        raise BackupError(f"Databases of {connection.vendor} cannot be backed up.")
    return found
