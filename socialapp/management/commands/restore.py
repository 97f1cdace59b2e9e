"""`manage.py restore FILE`: a backup back into an empty house."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from socialapp.backup import BackupError, restore
from socialapp.backup.restoring import REPLACE
from socialapp.lib.blobs import StorageError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Put a backup back into an empty house, and compare the census."
    requires_system_checks = []
    # They ask for what is about to be restored.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument(
            REPLACE,
            action="store_true",
            dest="replace",
            help="also where people have accounts: everything of theirs is gone then",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            told, found = restore(
                options["file"], replace=options["replace"], say=self.stdout.write
            )
        except (BackupError, StorageError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{'in the backup':>14} {'here':>10}  rows of")
        for table, rows in sorted(told.database.census.items()):
            self.stdout.write(f"{rows:>14,} {found[table]:>10,}  {table}")
        if not told.media:
            self.stdout.write("Media were left out of this backup: put them back too.")
        # A backup of an older version.
        call_command("migrate", verbosity=0)
        self.stdout.write(f"Restored the house of {told.made}. Start it again.")
