"""Public figures whom no portrait and no clip may pass for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from moderation.models import Figure
from moderation.pictures import figures
from moderation.pictures.errors import EnrolError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Enrol a public figure from three photographs or more. Only descriptors of"
        " the face are kept, no picture."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument("files", nargs="*", type=Path)
        parser.add_argument("--note", default="", help="why; moderators read it")
        parser.add_argument("--list", action="store_true", dest="show")
        parser.add_argument("--remove", metavar="NAME", default="")

    def handle(
        self,
        *args: Any,
        name: str,
        files: list[Path],
        note: str,
        show: bool,
        remove: str,
        **options: Any,
    ) -> None:
        try:
            if show:
                self._show()
            elif remove:
                figures.remove_figure(name=remove)
                self.stdout.write(f"{remove} is forgotten.")
            elif not name:
                raise CommandError("Name a figure and its photographs, or use --list.")
            else:
                figure = figures.enrol_figure(
                    name=name, photographs=[f.read_bytes() for f in files], note=note
                )
                count = figure.faces.count()
                self.stdout.write(f"{figure.name}: {count} descriptors.")
        except (EnrolError, OSError) as error:
            raise CommandError(str(error)) from None

    def _show(self) -> None:
        for figure in Figure.objects.annotate(count=Count("faces")):
            self.stdout.write(
                f"{figure.name}: {figure.count} descriptors,"
                f" block {figure.block:g}, review {figure.review:g}. {figure.note}"
            )
