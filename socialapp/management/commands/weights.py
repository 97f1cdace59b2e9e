"""`manage.py weights check`: which neural weights are here, whole, and what they unlock;
`weights link` makes a folder of what the hub cache has. Nothing is downloaded."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from avatarfx.animators.neural import memory
from avatarfx.animators.neural.loading import reloaded
from socialapp.engines import torch_audio
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import report
from socialapp.engines.folders.layouts import FolderError
from socialapp.engines.folders.linking import link

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Tell which neural weights are here (check), or make a folder of links into your"
        " hub cache (link). Nothing is downloaded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        check = what.add_parser(
            "check",
            help="exit code 1: an engine that was named, or one of the ladder, lacks"
            " its weights, or a folder is damaged",
        )
        check.add_argument("engine", nargs="*", help="as in ENGINES; none: all")
        check.add_argument("--json", action="store_true", help="for programs")
        check.add_argument(
            "--load",
            action="store_true",
            help="load what is whole, on the CPU, and compare each tensor with its file"
            " bit for bit (needs torch)",
        )
        linked = what.add_parser("link", help="make an engine's folder of links")
        linked.add_argument("engine")
        linked.add_argument(
            "places",
            nargs="+",
            metavar="PLACE=ORG/NAME",
            help="where in the folder (. is its top), and which repository of the cache",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["what"] == "link":
            self._link(options["engine"], options["places"])
        else:
            self._check(frozenset(options["engine"]), options)

    def _check(self, named: frozenset[str], options: dict[str, Any]) -> None:
        found = report.find(named)
        if unknown := named - {one.alias for one in found}:
            raise CommandError(
                f"{', '.join(sorted(unknown))}: no such engine with weights. There are"
                f" {', '.join(one.alias for one in report.find()) or 'none'}."
            )
        rows = [one.to_json() for one in found]
        for row, one in zip(rows, found, strict=True):
            if options["load"] and one.problem is None:
                row["loaded"] = self._load(one)
                row["problem"] = row["loaded"]["problem"]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
        else:
            for row in rows:
                self._tell(row)
        bad = [
            row["name"]
            for row in rows
            if row["problem"] and (named or row["wanted"] or row["state"] != "missing")
        ]
        if bad:
            sys.exit(1)

    def _load(self, one: report.Found) -> dict[str, Any]:
        params = settings.ENGINES[one.kind][one.alias]
        said: dict[str, Any] = dict.fromkeys(
            ("equal", "renamed", "folded", "unused"), 0
        )
        try:
            # A file's bytes are twice as many in memory where it holds 16 bits.
            memory.place("cpu", wanted_mb=one.state.bytes >> 20, dtype="float32")
            known = params.get("OPTIONS", {})
            plain = {"device": "cpu", "dtype": "float32"}
            engine = import_string(params["BACKEND"])(
                **known | {name: plain[name] for name in plain if name in known}
            )
            if reason := engine.available():
                return said | {"problem": reason}
            torch_audio.make_harmless()
            found = reloaded(one.layout, Path(one.folder), engine.load())
        except EngineError as error:
            return said | {"problem": str(error)}
        except Exception as error:
            words = str(error).strip().partition("\n")[0] or type(error).__name__
            return said | {"problem": f"The engine could not load it: {words}"}
        return {
            "equal": found.equal,
            "renamed": found.renamed,
            "folded": found.folded,
            "unused": len(found.unused),
            "problem": found.problem,
        }

    def _tell(self, row: dict[str, Any]) -> None:
        commercial = "commercial use" if row["commercial"] else "no commercial use"
        if not row["accepted"]:
            commercial += ", not accepted"
        size = f", {row['bytes'] / 1e9:.2f} GB" if row["bytes"] else ""
        if row["numbers"]:
            size += f", {row['numbers'] / 1e6:.1f} M parameters"
        ladder = "on the ladder" if row["wanted"] else "off"
        lines = [
            f"{row['name']} ({row['kind']}, {ladder}): {row['state']}{size}",
            f"  unlocks  {row['unlocks']}",
            f"  licence  {row['licence']}: {commercial}",
            f"  folder   {row['folder'] or 'none is set'}",
        ]
        if loaded := row.get("loaded"):
            lines.append(
                f"  loaded   {loaded['equal']} tensors equal bit for bit"
                f" ({loaded['renamed']} renamed), {loaded['folded']} with their LoRA,"
                f" {loaded['unused']} not used"
            )
        if row["problem"]:
            lines.append(f"  problem  {row['problem']}")
        self.stdout.write("\n".join(lines))

    def _link(self, engine: str, places: list[str]) -> None:
        known = {one.alias: one for one in report.find()}
        if engine not in known:
            raise CommandError(f"No engine with weights is called {engine}.")
        pairs = [place.partition("=") for place in places]
        if wrong := [place for place, equals, _ in pairs if not equals]:
            raise CommandError(
                f"{wrong[0]}: write PLACE=ORG/NAME, such as vae=org/name."
            )
        folder = Path(settings.NEURAL_WEIGHTS_DIR) / known[engine].layout.name
        try:
            made = link(folder, {place: name for place, _, name in pairs})
        except (FolderError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{made} links in {folder}. Now: manage.py weights check {engine}"
        )
