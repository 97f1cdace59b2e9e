"""``manage.py verify_audit``: is the audit log what it was? Names the first bad row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from moderation import log
from moderation.models import LogEntry

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Check every row of the audit log against the chain and the anchors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        flaw = log.verify()
        rows = LogEntry.objects.count()
        if options["json"]:
            found: dict[str, Any] = {"rows": rows, "sound": flaw is None}
            if flaw:
                found |= {"row": flaw.number, "problem": flaw.problem}
            self.stdout.write(json.dumps(found))
        elif flaw is None:
            self.stdout.write(f"{rows} rows, each as it was written.")
        if flaw:
            raise CommandError(str(flaw))
