"""Where a training stands, so that it can be stopped at any moment and go on.

Tensors lie in ``step-NNNNNN.safetensors``, everything else in ``state.json``, which names
that file and its digest. Both are written beside and renamed, the state last: a process
that is killed leaves the state of before, and its tensors.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from avatarfx.training.errors import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

STATE = "state.json"

FORMAT, VERSION = "troupe-refiner-training", 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained; a training goes on only under the plan that it began with."""

    steps: int
    batch: int = 4
    """Pairs of frames a step."""

    window: int = 96
    """Pixels a side that are learned from at once."""

    side: int = 384
    """Pixels a side of the films that are drawn."""

    every: int = 7
    """Frames from one pair of a film to the next."""

    rate: float = 1e-3
    """Of learning at its highest; it rises for a twentieth and falls as a cosine."""

    seed: int = 0
    channels: tuple[int, int, int] = (16, 24, 40)
    blocks: int = 2


@dataclass(slots=True)
class Standing:
    """How far it came."""

    step: int = 0
    losses: list[float] = field(default_factory=list)
    """Of each step."""

    looks: list[dict[str, float]] = field(default_factory=list)
    """What was measured on those who are held out, and after how many steps."""

    cpu_seconds: float = 0.0


def save(folder: Path, plan: Plan, standing: Standing, tensors: dict[str, Any]) -> None:
    """Keep it. TrainingError when there is no room."""
    from safetensors.torch import save as packed  # noqa: PLC0415

    data = packed(tensors)
    name = f"step-{standing.step:06d}.safetensors"
    told = {
        "format": FORMAT,
        "version": VERSION,
        "plan": asdict(plan) | {"channels": list(plan.channels)},
        "standing": asdict(standing),
        "tensors": name,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / name, data)
        write(folder / STATE, json.dumps(told, indent=1).encode())
        for old in folder.glob("step-*.safetensors"):
            if old.name != name:
                old.unlink()
    except OSError as error:
        raise TrainingError(
            f"{folder} could not be written to: {error.strerror}. What was kept there "
            "before is still whole; run the same command again when there is room."
        ) from error


def load(folder: Path, plan: Plan) -> tuple[Standing, dict[str, Any]] | None:
    """How far a training of this plan came, and its tensors; None: it never began.
    TrainingError when what lies there is damaged, or of another plan."""
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.torch import load as unpacked  # noqa: PLC0415

    path = folder / STATE
    if not path.exists():
        return None
    way_out = f"Name another folder, or delete {folder} to begin anew."
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if (told["format"], told["version"]) != (FORMAT, VERSION):
            raise TrainingError(f"{path} is of another version. {way_out}")
        kept = dict(told["plan"])
        kept["channels"] = tuple(kept["channels"])
        standing = Standing(**told["standing"])
        file, digest = folder / str(told["tensors"]), str(told["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{path} is damaged: {error}. {way_out}") from error
    if kept != asdict(plan):
        mine = asdict(plan)
        other = sorted(name for name in mine if kept.get(name) != mine[name])
        raise TrainingError(
            f"{folder} holds a training with another {', '.join(other)}. Give the same, "
            f"or: {way_out}"
        )
    try:
        data = file.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise TrainingError(
                f"{file} is damaged: it is not what was kept. {way_out}"
            )
        return standing, unpacked(data)
    except (OSError, SafetensorError) as error:
        raise TrainingError(f"{file} cannot be read: {error}. {way_out}") from error


def write(path: Path, data: bytes) -> None:
    """Whole or not at all, even when the machine stops."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
