"""`manage.py work cpu`: one worker for one queue; `--drain` lets it end its work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.module_loading import import_string

from avatarfx.models import RenderWorker
from avatarfx.receipts import ReceiptError
from avatarfx.services import workers
from socialapp.jobs import horse, recovery
from socialapp.jobs.registry import registry

if TYPE_CHECKING:
    from argparse import ArgumentParser

LOOK_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Run the jobs of one queue: each in a process of its own, or, resident, all in"
        " this one. SIGTERM: end what was begun, then stop."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queue", choices=settings.QUEUES)
        parser.add_argument(
            "--burst", action="store_true", help="stop when the queue is empty"
        )
        parser.add_argument(
            "--resident",
            action="store_true",
            help="never fork, and keep engines loaded (always so for"
            f" {', '.join(sorted(settings.RESIDENT_QUEUES))})",
        )
        told = parser.add_mutually_exclusive_group()
        told.add_argument(
            "--drain",
            action="store_true",
            help="start nothing: tell this machine's workers of the queue to take"
            " nothing new, and wait until they have ended what they hold",
        )
        told.add_argument(
            "--resume", action="store_true", help="tell them to take work again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        queue = options["queue"]
        if options["drain"] or options["resume"]:
            self._tell(queue, draining=options["drain"])
            return
        try:
            run = import_string(f"{settings.JOBS['BACKEND']}.work")
        except ImportError:
            raise CommandError(
                f"{settings.JOBS['BACKEND']} runs jobs at once and has no worker"
            ) from None
        resident = options["resident"] or queue in settings.RESIDENT_QUEUES
        if not resident:
            horse.will_fork()
        # Before the fork, so that each job finds the engines in memory.
        recovery.preload()
        try:
            registry().join(queue=queue, resident=resident)
        except ReceiptError as refusal:
            raise CommandError(str(refusal)) from None
        connections.close_all()
        run(queue, burst=options["burst"], resident=resident)

    def _tell(self, queue: str, *, draining: bool) -> None:
        mine = RenderWorker.objects.filter(queue=queue, host=horse.host())
        if not mine.alive().exists():
            raise CommandError(
                f"No worker of the queue {queue} is listed on {horse.host()}. See all"
                " with manage.py workers."
            )
        workers.drain(workers=mine, draining=draining)
        if not draining:
            self.stdout.write("They take work again.")
            return
        try:
            while busy := [one.name for one in mine.alive().aged() if one.jobs]:
                self.stdout.write(f"Still at work: {', '.join(busy)}")
                time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            self.stdout.write("They still end what they have begun.")
            return
        self.stdout.write("They hold nothing. End them, or let them --resume.")
