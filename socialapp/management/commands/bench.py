"""`manage.py bench NAME [--json] ...`: measures, with the bench's own arguments.

A bench is a module ``<app>.bench.<name>`` with ``add_arguments(parser)`` and
``run(options) -> dict``. Its docstring says what is measured and how.
"""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from types import ModuleType


class Command(BaseCommand):
    help = "Run a bench; --json prints one object on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="for example render, quality or chaos")
        parser.add_argument(
            "rest", nargs=argparse.REMAINDER, help="the bench's own arguments"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        name = options["name"]
        bench = _find(name)
        parser = argparse.ArgumentParser(
            prog=f"manage.py bench {name}", description=bench.__doc__
        )
        parser.add_argument("--json", action="store_true", help="for programs")
        bench.add_arguments(parser)
        asked = vars(parser.parse_args(options["rest"]))
        as_json = asked.pop("json")
        result = bench.run(asked)
        if as_json:
            self.stdout.write(json.dumps(result))
            return
        for key, value in result.items():
            self.stdout.write(f"{key:>24}  {value}")


def _find(name: str) -> ModuleType:
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.bench") is None:
            continue
        if find_spec(f"{config.name}.bench.{name}") is not None:
            return import_module(f"{config.name}.bench.{name}")
    raise CommandError(f"No bench named {name!r}")
