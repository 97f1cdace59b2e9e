"""`manage.py render --out film.mp4`: a performance, or a script and who says it."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from avatarfx import services
from avatarfx.errors import HeldError
from avatarfx.selectors import STAGES
from avatarfx.services.filming import RUNGS, film
from socialapp.characters.models import Character, Portrait
from socialapp.characters.services import PictureError
from socialapp.engines.errors import EngineError
from socialapp.performance import Performance
from socialapp.performance.codec import FormatError
from socialapp.performance.timeline import SHAPES

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping
    from typing import TextIO

INPUT, HELD, ENGINE, ROOM = 1, 3, 4, 5
"""Exit codes, beside 0 and argparse's 2."""

CODES = (
    "Exit codes: 0 it is written; 1 the input is not right; 2 so is the call; 3 it may"
    " not be shown; 4 no engine could make it; 5 there is no room for it."
)

BAR = 24
"""Characters."""

TOLD_EVERY = 0.1
"""Seconds between two pictures of the line."""


class Command(BaseCommand):
    help = (
        "Render a performance (JSON), or a script and a character, to an MP4. It is"
        f" marked, signed and screened like any clip, and costs no ticket. {CODES}"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "performance",
            nargs="?",
            help="a JSON file as in docs/performance.md; - is stdin",
        )
        said = parser.add_mutually_exclusive_group()
        said.add_argument("--script", help="what is said, instead of a performance")
        said.add_argument("--script-file", type=Path, metavar="FILE")
        parser.add_argument(
            "--character",
            action="append",
            required=True,
            metavar="[SEAT=]KEY",
            help="who is seen; once for each seat of the performance",
        )
        parser.add_argument(
            "--portrait", metavar="KEY", help="another face for the first of them"
        )
        parser.add_argument("--out", type=Path, required=True, metavar="FILM.mp4")
        parser.add_argument("--captions", type=Path, metavar="FILE.vtt")
        parser.add_argument("--trace", type=Path, metavar="FILE.json")
        parser.add_argument(
            "--performance-out",
            type=Path,
            metavar="FILE.json",
            help="to render it again",
        )
        parser.add_argument("--shape", choices=SHAPES)
        parser.add_argument("--background", default="", help="name of a built-in one")
        parser.add_argument(
            "--rung", choices=RUNGS, default="", help="the best that is tried"
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument(
            "--force", action="store_true", help="write over files that are there"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        outputs = {
            name: options[name]
            for name in ("out", "captions", "trace", "performance_out")
            if options[name]
        }
        _require_writable(outputs.values(), force=options["force"])
        said = (options["script"], options["script_file"])
        if any(one is not None for one in said) == bool(options["performance"]):
            raise CommandError(
                "Give either a performance or a script: manage.py render FILE.json, or"
                " --script, or --script-file.",
                returncode=INPUT,
            )
        performance = _performance(options["performance"])
        script = _script(options)
        line = Line(sys.stderr)
        try:
            done = film(
                cast=_cast(options["character"], performance),
                portrait=_portrait(options["portrait"]),
                script=script,
                performance=performance,
                shape=options["shape"] or "",
                background=options["background"],
                rung=options["rung"],
                seed=options["seed"],
                progress=line.show,
            )
        except HeldError as error:
            raise CommandError(str(error), returncode=HELD) from None
        except (
            services.ScriptError,
            services.TextRefusedError,
            services.ScreeningUnavailableError,
            PictureError,
        ) as error:
            raise CommandError(str(error), returncode=INPUT) from None
        except services.DiskFullError as error:
            raise CommandError(str(error), returncode=ROOM) from None
        except EngineError as error:
            raise CommandError(str(error), returncode=ENGINE) from None
        finally:
            line.end()
        story = {
            "rung": done.rung,
            "rung_reason": done.rung_reason,
            "seconds": done.seconds,
            "mark": done.mark,
            "trace": done.trace,
        }
        contents: dict[str, bytes] = {
            "out": done.video,
            "captions": done.captions,
            "trace": _json(story),
            "performance_out": _json(done.performance),
        }
        _write({outputs[name]: contents[name] for name in outputs})
        self.stdout.write(
            f"{options['out']}: {done.seconds:.1f} s, {done.rung}"
            + (f" ({done.rung_reason})" if done.rung_reason else "")
        )


class Line:
    """How far it is, on one line of a terminal; silent anywhere else."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._shown = terminal.isatty()
        self._told_at = 0.0
        self._stage = ""

    def show(self, stage: str, percent: float, detail: str = "") -> None:
        now = time.monotonic()
        if not self._shown or (
            stage == self._stage and now - self._told_at < TOLD_EVERY
        ):
            return
        self._stage, self._told_at = stage, now
        done = round(BAR * percent / 100)
        bar = "#" * done + "-" * (BAR - done)
        words = f"{STAGES.get(stage, stage)} {detail}".strip()
        self._put(f"[{bar}] {percent:3.0f} % {words}")

    def end(self) -> None:
        if self._shown and self._stage:
            self._put("")

    def _put(self, text: str) -> None:
        # Back to the start, write, and clear what a longer line left behind.
        self._terminal.write(f"\r{text}\x1b[K")
        self._terminal.flush()


def _performance(named: str | None) -> Performance | None:
    if named is None:
        return None
    try:
        text = sys.stdin.read() if named == "-" else Path(named).read_text("utf-8")
        return Performance.from_json(json.loads(text))
    except OSError as error:
        raise CommandError(f"{named}: {error.strerror}.", returncode=INPUT) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CommandError(f"{named} is no JSON: {error}.", returncode=INPUT) from None
    except (FormatError, RecursionError) as error:
        raise CommandError(
            f"{named} is no performance: {error}. See docs/performance.md.",
            returncode=INPUT,
        ) from None


def _script(options: Mapping[str, Any]) -> str:
    file: Path | None = options["script_file"]
    if file is None:
        return (options["script"] or "").strip()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: {error}.", returncode=INPUT) from None


def _cast(named: list[str], performance: Performance | None) -> dict[str, Character]:
    """By seat, in the order in which they were named."""
    seats = [part.seat for part in performance.parts] if performance else ["a"]
    cast: dict[str, Character] = {}
    for one in named:
        seat, given, key = one.rpartition("=")
        seat = seat if given else next((s for s in seats if s not in cast), "")
        if seat not in seats or seat in cast:
            raise CommandError(
                f"--character {one}: the seats are {', '.join(seats)}, each once.",
                returncode=INPUT,
            )
        found = Character.objects.alive().full().filter(key=key).first()
        if found is None:
            raise CommandError(
                f"There is no character with the key {key!r}. It stands in the address"
                " of their page.",
                returncode=INPUT,
            )
        cast[seat] = found
    if missing := [seat for seat in seats if seat not in cast]:
        raise CommandError(
            f"Nobody sits at {', '.join(missing)}: add --character {missing[0]}=KEY.",
            returncode=INPUT,
        )
    return cast


def _portrait(key: str | None) -> Portrait | None:
    if not key:
        return None
    found = Portrait.objects.filter(key=key).first()
    if found is None:
        raise CommandError(
            f"There is no portrait with the key {key!r}.", returncode=INPUT
        )
    return found


def _require_writable(files: Any, *, force: bool) -> None:
    """Before anything is rendered for nothing."""
    for file in files:
        if file.exists() and not force:
            raise CommandError(
                f"{file} is there already. Add --force to write over it.",
                returncode=INPUT,
            )
        if not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
            raise CommandError(
                f"{file.parent} is no folder that can be written to.", returncode=INPUT
            )


def _write(files: Mapping[Path, bytes]) -> None:
    """Each whole or not at all."""
    for file, data in files.items():
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            draft.write_bytes(data)
            draft.replace(file)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise CommandError(
                f"{file} could not be written: {error.strerror}.", returncode=ROOM
            ) from None


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
