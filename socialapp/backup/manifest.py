"""What a backup says of itself. Plain data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from socialapp.backup.errors import BackupError

FORMAT = 1
NAME = "manifest.json"
SEAL = "manifest.sha256"


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Database:
    """Of one moment, whatever was written meanwhile."""

    vendor: str
    """As Django calls it: sqlite or postgresql."""
    migrations: list[list[str]]
    """App and name of each that was applied."""
    census: dict[str, int]
    """Rows by table."""
    sequences: dict[str, int]
    """Of Postgres: the last number that each gave."""


@dataclass(frozen=True, slots=True)
class Manifest:
    made: str
    """ISO 8601, UTC."""
    media: bool
    """False: the files of people were left out."""
    bucket: str
    """Where media were read from; empty: from DATA_DIR."""
    database: Database
    members: list[Member]
    format: int = FORMAT

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)


def parse(text: bytes) -> Manifest:
    """BackupError when it is of a later format, or none of ours."""
    try:
        told: dict[str, Any] = json.loads(text)
        if told["format"] > FORMAT:
            raise BackupError(
                f"This backup has format {told['format']}, and this version reads up to"
                f" {FORMAT}. Restore it with the version that wrote it, or a newer one."
            )
        database = Database(**told.pop("database"))
        members = [Member(**one) for one in told.pop("members")]
        return Manifest(**told, database=database, members=members)
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(
            f"{NAME} is not one that this product wrote: {error!r}"
        ) from None


def compare(told: dict[str, int], found: dict[str, int]) -> None:
    """BackupError that names the tables whose rows are not as many as were told."""
    other = [
        f"{table}: {told.get(table, 0)} told, {found.get(table, 0)} found"
        for table in sorted(told.keys() | found.keys())
        if told.get(table, 0) != found.get(table, 0)
    ]
    if other:
        raise BackupError(
            f"The census is not that of the backup ({'; '.join(other)}). The database"
            " is as it was."
        )
