"""A folder as `manage.py train_refiner` writes it, with random weights."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from avatarfx.animators.neural.refiner import FORMAT, SHAPE, VERSION, WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

SMALL = (8, 12, 16)

STRENGTH = 0.01
"""Of the last layer: it changes pictures a little."""


def tiny(folder: Path, seed: int) -> None:
    """Write it; needs torch."""
    _write(folder, seed, SMALL, blocks=1)


def full(folder: Path, seed: int = 0) -> None:
    """The same in the size that is trained."""
    _write(folder, seed, (16, 24, 40), blocks=2)


def _write(
    folder: Path, seed: int, channels: tuple[int, int, int], *, blocks: int
) -> None:
    import torch  # noqa: PLC0415
    from safetensors.torch import save_file  # noqa: PLC0415

    from avatarfx.animators.neural.refiner_network import (  # noqa: PLC0415
        Shape,
        seeded,
    )

    shape = Shape(channels, blocks)
    network = seeded(shape, seed)
    with torch.no_grad():
        made = torch.Generator().manual_seed(seed)
        weight = network.leave.weight
        weight.copy_(STRENGTH * torch.randn(weight.shape, generator=made))
    folder.mkdir(parents=True, exist_ok=True)
    save_file(network.state_dict(), folder / WEIGHTS)
    told = {"format": FORMAT, "version": VERSION, **shape.to_json()}
    (folder / SHAPE).write_text(json.dumps(told, indent=1), encoding="utf-8")
