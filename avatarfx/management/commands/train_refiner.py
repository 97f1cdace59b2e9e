"""`manage.py train_refiner FOLDER`: teach the smallest refiner what the warp lacks."""

from __future__ import annotations

import json
import math
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from avatarfx.animators.neural.base import INSTALL
from avatarfx.training.checkpoints import Plan
from avatarfx.training.errors import TrainingError

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from avatarfx.training.checkpoints import Standing

TOLD_EVERY = 25
"""Steps between two lines."""


class Command(BaseCommand):
    help = (
        "Train the refiner on pairs that the renderer makes of drawn portraits; run it"
        " again to go on. FOLDER gets refiner.safetensors, refiner.json, report.json and"
        " the plots."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        plan = Plan(steps=1500)
        parser.add_argument("folder", type=Path)
        parser.add_argument("--steps", type=int, default=plan.steps)
        parser.add_argument("--batch", type=int, default=plan.batch)
        parser.add_argument("--window", type=int, default=plan.window)
        parser.add_argument("--side", type=int, default=plan.side)
        parser.add_argument("--every", type=int, default=plan.every)
        parser.add_argument("--rate", type=float, default=plan.rate)
        parser.add_argument("--seed", type=int, default=plan.seed)
        parser.add_argument("--threads", type=int, default=1)
        parser.add_argument("--keep-every", type=int, default=100)
        parser.add_argument(
            "--cpu-minutes", type=float, default=math.inf, help="stop early after these"
        )
        parser.add_argument(
            "--frames", type=int, default=50, help="of each film that is measured"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        for name in ("torch", "safetensors"):
            if util.find_spec(name) is None:
                raise CommandError(f"{name} is not installed. Run {INSTALL}.")
        for name in ("steps", "batch", "every", "threads", "keep_every", "frames"):
            if options[name] < 1:
                raise CommandError(f"--{name.replace('_', '-')} must be 1 or more.")
        if not 16 <= options["window"] <= options["side"] <= 2048:
            raise CommandError("--window is at least 16, and no larger than --side.")
        import torch  # noqa: PLC0415

        from avatarfx.training.running import run  # noqa: PLC0415

        torch.set_num_threads(options["threads"])
        plan = Plan(
            **{
                name: options[name]
                for name in (
                    "steps",
                    "batch",
                    "window",
                    "side",
                    "every",
                    "rate",
                    "seed",
                )
            }
        )
        try:
            report = run(
                plan,
                options["folder"],
                keep_every=options["keep_every"],
                until=60 * options["cpu_minutes"],
                frames=options["frames"],
                told=self._tell,
                said=self.stdout.write,
            )
        except TrainingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(report["summary"]))

    def _tell(self, standing: Standing) -> None:
        if standing.step % TOLD_EVERY:
            return
        recent = standing.losses[-TOLD_EVERY:]
        look = standing.looks[-1] if standing.looks else {}
        self.stdout.write(
            f"step {standing.step}: loss {sum(recent) / len(recent):.4f},"
            f" {standing.cpu_seconds:.0f} s of CPU"
            + (f", held out {look}" if look.get("step") == standing.step else "")
        )
