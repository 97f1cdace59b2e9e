"""The smallest refiner: a UNet over pixels that `manage.py train_refiner` trains."""

from __future__ import annotations

import json
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.animators.neural.base import INSTALL, NeuralAnimator
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import Layout, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.neural.base import Crop

FORMAT, VERSION = "troupe-refiner", 1

WEIGHTS, SHAPE = "refiner.safetensors", "refiner.json"

LAYOUT = Layout(
    name="refiner",
    files=(
        Piece(
            SHAPE,
            "json",
            {"format": FORMAT, "version": VERSION, "channels": None, "blocks": None},
        ),
        Piece(
            WEIGHTS,
            "safetensors",
            {"enter.weight": (None, 20, 3, 3), "leave.weight": (12, None, 3, 3)},
        ),
    ),
    licence="of whoever trained them",
    commercial=True,
    source="manage.py train_refiner",
    unlocks="Cleaner edges and contours in the faces that the warp draws.",
)


STEP = 32
"""Pixels: crops are brought to the next multiple and drawn with others of that size, so
that nobody's edges depend on whose faces are drawn at the same time."""


class RefinerAnimator(NeuralAnimator):
    """Refines each crop for itself, at the size that it has in the frame."""

    layout = LAYOUT
    batch = 4

    def load(self) -> Any:
        import torch  # noqa: PLC0415

        network = load(Path(self.weights))
        device = self.device or ("cuda" if torch.cuda.is_available() else "cpu")
        kind = getattr(torch, self.dtype or "float32")
        return network.to(device, kind).eval()

    def refine(
        self,
        model: Any,
        batch: Sequence[Crop],
        kept: Any,  # noqa: ARG002
    ) -> Sequence[NDArray[Any]]:
        by_side: dict[int, list[int]] = {}
        for number, crop in enumerate(batch):
            by_side.setdefault(-(-crop.place.side // STEP) * STEP, []).append(number)
        found: dict[int, NDArray[Any]] = {}
        for side, numbers in by_side.items():
            given = [padded(given_of(batch[n]), side) for n in numbers]
            for n, one in zip(numbers, _made(model, np.stack(given)), strict=True):
                whole = batch[n].place.side
                found[n] = levels(one)[:whole, :whole]
        return [found[n] for n in range(len(batch))]

    def refine_each(
        self, model: Any, batch: Sequence[Crop], kept: Sequence[Any]
    ) -> Sequence[NDArray[Any]]:
        """It knows nothing of clips."""
        return self.refine(model, batch, kept)

    def _lacks_library(self) -> str | None:
        for name in ("torch", "safetensors"):
            if util.find_spec(name) is None:
                return f"{name} is not installed. Run {INSTALL}."
        return None


def _made(network: Any, given: NDArray[np.float32]) -> NDArray[np.float32]:
    import torch  # noqa: PLC0415

    first = next(network.parameters())
    with torch.inference_mode():
        asked = torch.from_numpy(given).to(first.device, first.dtype)
        return np.asarray(network(asked).float().cpu().numpy())


def load(folder: Path) -> Any:
    """The network in a folder. EngineError when it is not one."""
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.torch import load_file  # noqa: PLC0415

    from avatarfx.animators.neural.refiner_network import (  # noqa: PLC0415
        RefinerNet,
        Shape,
    )

    try:
        told = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
        network = RefinerNet(Shape.from_json(told))
        network.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        why = str(error).strip().partition("\n")[0]
        raise EngineError(f"{folder} holds no refiner: {why}") from error
    return network


def given_of(crop: Crop) -> NDArray[np.float32]:
    """(5, side, side) of a face in a frame."""
    return given(
        crop.pixels, crop.place.mask, crop.place.mouth * np.float32(crop.place.opening)
    )


def given(
    pixels: NDArray[np.uint8], mask: NDArray[Any], mouth: NDArray[Any]
) -> NDArray[np.float32]:
    """(5, side, side), see `refiner_network.INPUTS`."""
    colours = pixels.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1
    tracks = np.stack([mask, mouth]).astype(np.float32)
    return np.concatenate([colours, tracks])


def padded(asked: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """With its edge repeated, so that crops of several sizes go together."""
    more = side - asked.shape[-1]
    return np.pad(asked, ((0, 0), (0, more), (0, more)), mode="edge") if more else asked


def levels(made: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3, h, w) from -1 to 1, to (h, w, 3) from 0 to 255; not rounded, and what is no
    number stays none."""
    return np.ascontiguousarray(((made + 1) * 127.5).transpose(1, 2, 0))
