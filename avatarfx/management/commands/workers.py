"""`manage.py workers [--json]`: who works, what each can do, and how much waits."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from avatarfx import crew
from avatarfx.models import RenderWorker

if TYPE_CHECKING:
    from argparse import ArgumentParser

HEAD = ("worker", "queue", "state", "silent", "device", "memory", "batch", "done")


class Command(BaseCommand):
    help = "List the workers, and how long what waits will keep them busy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(RenderWorker.objects.aged().order_by("host", "queue", "name"))
        load = crew.load()
        if options["json"]:
            told = asdict(load) | {"seconds_per_worker": load.seconds_per_worker}
            workers = [_described(row) for row in rows]
            self.stdout.write(json.dumps(told | {"listed": workers}))
            return
        lines = [HEAD, *(_cells(row) for row in rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = (cell.ljust(w) for cell, w in zip(line, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())
        self.stdout.write(
            f"\n{load.queued} clips wait, the first for {load.oldest_seconds:.0f} s:"
            f" about {load.seconds_per_worker:.0f} s of work for each of"
            f" {load.workers} workers."
        )


def _described(row: RenderWorker) -> dict[str, Any]:
    return {
        "name": row.name,
        "queue": row.queue,
        "state": row.state,
        "silent_seconds": round(row.silence.total_seconds(), 1),
        "resident": row.resident,
        "jobs": row.jobs,
        "done": row.done,
        **row.abilities,
    }


def _cells(row: RenderWorker) -> tuple[str, ...]:
    can = row.can()
    return (
        row.name,
        f"{row.queue}{' (resident)' if row.resident else ''}",
        f"{row.state} {' '.join(row.jobs)}".strip(),
        f"{row.silence.total_seconds():.0f} s",
        can.device,
        f"{can.memory_mb} MB",
        str(can.batch) + (f", {can.at_once} at once" if can.at_once > 1 else ""),
        str(row.done),
    )
