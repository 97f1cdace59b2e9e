"""`manage.py reconcile [--loop]`: returns what dead workers dropped."""

from __future__ import annotations

import json
import logging
import signal
import threading
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from socialapp.jobs import recovery

if TYPE_CHECKING:
    from argparse import ArgumentParser

log = logging.getLogger(__name__)

EVERY_SECONDS = 2.0


class Command(BaseCommand):
    help = "Return dead leases, wake sleeping jobs, sweep temporary files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="until stopped")
        parser.add_argument("--every", type=float, default=EVERY_SECONDS)

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["loop"]:
            self.stdout.write(json.dumps(recovery.reconcile()))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                recovery.reconcile()
            except DatabaseError as error:
                # The database may be restarting; the next round tries again.
                log.warning("Could not reconcile: %s", error)
                connections.close_all()
            stop.wait(options["every"])
