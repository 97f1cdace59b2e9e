"""`manage.py train_screening --openai FILE --hatecheck FILE`: the heads and figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from moderation.screening import heads
from socialapp.engines.handler import embedders

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Train the heads of screening, measure them out of fold, write heads.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--openai", type=Path, required=True)
        parser.add_argument("--hatecheck", type=Path, required=True)
        parser.add_argument("--out", type=Path, default=heads.FILE)

    def handle(self, *_args: Any, **options: Any) -> None:
        for name in ("openai", "hatecheck"):
            if not options[name].is_file():
                raise CommandError(f"--{name}: there is no file {options[name]}")
        # scikit-learn is for development alone, so the module is loaded only here.
        from moderation.screening import training  # noqa: PLC0415

        try:
            made = training.train(
                options["openai"],
                options["hatecheck"],
                embedders[settings.SCREENING["EMBEDDER"]],
                self.stdout.write,
            )
        except ImportError as error:
            raise CommandError(
                f"{error.name} is missing: pip install -r requirements-dev.txt"
            ) from None
        lines = [f'"{key}": {json.dumps(value)}' for key, value in made.items()]
        options["out"].write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        self.stdout.write(f"{options['out']}: {options['out'].stat().st_size} bytes")
