"""Pictures that do not come back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from moderation.pictures import known
from moderation.pictures.errors import EnrolError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Put pictures, or a list of PDQ hashes, among those that are refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("add", nargs="?", choices=["add"])
        parser.add_argument("files", nargs="*", type=Path)
        parser.add_argument(
            "--import",
            dest="source",
            type=Path,
            metavar="FILE",
            help="CSV with a header, a hash a line, or JSON of ThreatExchange",
        )
        parser.add_argument("--list", dest="list_name", default="own", metavar="NAME")
        parser.add_argument("--reason", default="")

    def handle(
        self,
        *args: Any,
        add: str | None,
        files: list[Path],
        source: Path | None,
        list_name: str,
        reason: str,
        **options: Any,
    ) -> None:
        try:
            if source:
                text = source.read_text(encoding="utf-8")
                new = known.import_list(text=text, list_name=list_name, reason=reason)
                self.stdout.write(f"{new} new hashes in {list_name}.")
            elif add and files:
                for file in files:
                    entry = known.add_picture(
                        picture=file.read_bytes(), reason=reason, list_name=list_name
                    )
                    self.stdout.write(f"{file.name}: {entry.pdq}")
            else:
                raise CommandError("Use `add FILE...` or `--import FILE`.")
        except (EnrolError, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from None
