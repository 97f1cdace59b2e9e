"""`manage.py direct`: directs streams on air, any number of these side by side."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from streams.direction.house import House

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Direct streams: plan, screen, voice and send their lines. Run as many as you"
        " like; when one dies, another takes its streams over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--shows",
            type=int,
            default=settings.SHOWS_PER_DIRECTOR,
            help="streams at once; SHOWS_PER_DIRECTOR",
        )
        parser.add_argument(
            "--reserve",
            action="store_true",
            help="take over from those that die, and stay small until then",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        house = House(most=options["shows"], reserve=options["reserve"])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: house.stopping.set())
        house.run()
