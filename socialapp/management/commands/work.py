"""`manage.py work cpu`: one worker for one queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.module_loading import import_string

from socialapp.jobs import recovery

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Run the jobs of one queue, each in a process of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queue", choices=settings.QUEUES)
        parser.add_argument(
            "--burst", action="store_true", help="stop when the queue is empty"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = import_string(f"{settings.JOBS['BACKEND']}.work")
        except ImportError:
            raise CommandError(
                f"{settings.JOBS['BACKEND']} runs jobs at once and has no worker"
            ) from None
        # Before the fork, so that each job finds the engines in memory.
        recovery.preload()
        connections.close_all()
        run(options["queue"], burst=options["burst"])
