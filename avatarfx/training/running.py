"""One training from portraits to report."""

from __future__ import annotations

import json
from dataclasses import asdict
from statistics import fmean
from typing import TYPE_CHECKING, Any

from safetensors.torch import save as packed

from avatarfx.animators.neural.refiner import FORMAT, SHAPE, VERSION, WEIGHTS
from avatarfx.animators.neural.refiner_network import count
from avatarfx.training import faces
from avatarfx.training.checkpoints import write
from avatarfx.training.curve import looks_svg, losses_svg
from avatarfx.training.evaluation import better, evaluate, looking
from avatarfx.training.pairs import pairs
from avatarfx.training.trainer import train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from avatarfx.animators.neural.refiner_network import RefinerNet
    from avatarfx.training.checkpoints import Plan, Standing
    from avatarfx.training.faces import Sitter
    from avatarfx.training.pairs import Pair

HELD_OUT_SEED = 1000


def run(
    plan: Plan,
    folder: Path,
    *,
    keep_every: int,
    until: float,
    frames: int,
    told: Callable[[Standing], None],
    said: Callable[[str], object],
) -> dict[str, Any]:
    """Train, write the weights and the plots, measure, write the report and return it.
    TrainingError when it cannot go on."""
    learned = list(faces.learned_from())
    held = list(faces.held_out())
    made = drawn(learned, plan, plan.seed)
    unseen = drawn(held, plan, HELD_OUT_SEED + plan.seed)
    said(f"{len(made)} pairs of {len(learned)} portraits, {len(unseen)} held out")
    network, standing = train(
        plan,
        made,
        folder / "training",
        keep_every=keep_every,
        look=looking(unseen) if unseen else None,
        told=told,
        until=until,
    )
    ship(network, folder)
    draw(standing, folder)
    rows = evaluate(folder, held, frames=frames)
    report = {
        "plan": asdict(plan),
        "parameters": count(network),
        "steps": standing.step,
        "cpu_seconds": standing.cpu_seconds,
        "learned_from": [sitter.name for sitter in learned],
        "pairs": len(made),
        "looks": standing.looks,
        "held_out": rows,
        "summary": summary(rows),
    }
    write(folder / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    return report


def drawn(sitters: Iterable[Sitter], plan: Plan, seed: int) -> list[Pair]:
    """All pairs of all of them: a hundred take some 60 MB."""
    return [
        pair
        for number, sitter in enumerate(sitters)
        for pair in pairs(
            sitter,
            side=plan.side,
            every=plan.every,
            seed=seed + number,
            number=number,
        )
    ]


def ship(network: RefinerNet, folder: Path) -> None:
    """As `RefinerAnimator` reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = network.shape
    write(folder / WEIGHTS, packed(network.state_dict()))
    told = {"format": FORMAT, "version": VERSION, **shape.to_json()}
    write(folder / SHAPE, (json.dumps(told, indent=1) + "\n").encode())


def draw(standing: Standing, folder: Path) -> None:
    """The plots of how it learned."""
    if standing.losses:
        write(folder / "loss.svg", losses_svg(standing.losses).encode())
    if standing.looks:
        for name in ("warp", "spoiled"):
            svg = looks_svg(standing.looks, f"{name}_refined", name)
            write(folder / f"held-out-{name}.svg", svg.encode())


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over those who are held out, and whether it is better than the warp."""
    found: dict[str, Any] = {"portraits": len(rows), "better": better(rows)}
    for name in ("psnr", "ssim", "motion"):
        for film in ("warp", "refined"):
            values = [row[film][name] for row in rows]
            found[f"{name}_{film}"] = round(fmean(values), 5) if values else None
    found["faults"] = sum(bool(row["fault"]) for row in rows)
    return found
