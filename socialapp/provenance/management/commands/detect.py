"""`manage.py detect FILE [--json]`: was this made here, and what is it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from socialapp.provenance.selectors import find_mark, watermark_keys

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from socialapp.provenance.watermark import Found


class Command(BaseCommand):
    help = "Looks for our watermark in a picture or a film."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = _looked_for(options["file"])
        said = _said(found)
        if options["json"]:
            self.stdout.write(json.dumps(said))
            return
        if found is None:
            self.stdout.write(
                "No mark of ours was found. That does not prove that this"
            )
            self.stdout.write("was not made here: marks can be destroyed.")
            return
        if said["subject"]:
            self.stdout.write(f"Made here: {said['subject']}, {said['created']}.")
        else:
            self.stdout.write(
                "Marked with our key, but no row has this number: the database is not"
                " the one it was made with."
            )
        for name in ("payload", "key", "confidence", "peak", "scale", "mirrored"):
            self.stdout.write(f"{name:>11}  {said[name]}")


def _looked_for(path: Path) -> Found | None:
    from socialapp.provenance.watermark import detect, reading  # noqa: PLC0415  OpenCV

    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    keys = watermark_keys()
    frames = 0
    try:
        for stretch in reading.stretches(path):
            frames += len(stretch)
            found = detect(stretch, keys)
            if found is not None:
                return found
    except reading.UnreadableError as error:
        raise CommandError(f"{path}: {error}") from None
    if not frames:
        raise CommandError(f"{path}: No frame of this file can be decoded.")
    return None


def _said(found: Found | None) -> dict[str, Any]:
    if found is None:
        return {"made_here": False}
    mark = find_mark(found.payload)
    return {
        "made_here": True,
        "subject": mark.subject if mark else "",
        "created": mark.created.isoformat(timespec="seconds") if mark else "",
        "payload": f"{found.payload:012x}",
        "key": found.key_id,
        "confidence": found.agreement,
        "peak": found.peak,
        "scale": found.scale,
        "mirrored": found.mirrored,
        "frames": found.frames,
    }
