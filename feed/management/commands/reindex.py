"""`manage.py reindex`: makes everything that search looks in again, from the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from feed.search import keeping

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Make the search index again, in batches; search goes on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        counted: dict[str, int] = {}
        for kind, done in keeping.rebuild(batch=max(1, options["batch"])):
            counted[kind] = done
            if options["verbosity"] > 1:
                self.stdout.write(f"{kind}: {done}")
        told = ", ".join(f"{done} of {kind}" for kind, done in counted.items())
        self.stdout.write(f"Indexed: {told or 'nothing is public yet'}.")
