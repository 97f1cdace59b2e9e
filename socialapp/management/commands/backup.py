"""`manage.py backup FILE`: the whole house in one file, while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from socialapp.backup import BackupError, back_up
from socialapp.lib.blobs import StorageError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Write the database, the files of people and the keys of this house to one"
        " file, and read it back. The house may run meanwhile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file, outside DATA_DIR")
        parser.add_argument(
            "--without-media",
            action="store_true",
            help="leave out portraits, clips and the like: they are kept otherwise, for"
            " example by the versions of a bucket",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            back_up(file, media=not options["without_media"], say=self.stdout.write)
        except (BackupError, StorageError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{file}: {file.stat().st_size / 1e6:,.1f} MB, read back and whole. It holds"
            " the keys of this house: keep it as you keep a password."
        )
