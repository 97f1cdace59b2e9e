"""An engine with weights of its own, for tests of what looks after engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socialapp.engines.folders import Layout, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.engines.protocols import Frame, Staging
    from socialapp.performance import Rig

LAYOUT = Layout(
    name="puppet",
    files=(
        Piece("config.json", "json", {"_class_name": "Puppet"}),
        Piece("puppet.safetensors", "safetensors", {"0.weight": (None, 3)}),
        Piece("extra.pth", "torch", optional=True),
    ),
    licence="Puppet licence, no commercial use",
    commercial=False,
    source="strings/Puppet",
    unlocks="A puppet dances.",
    licence_setting="PUPPET_LICENCE",
)


class PuppetAnimator:
    layout = LAYOUT
    rung = "full"
    resident = True

    def __init__(self, weights: str = "", **_: str) -> None:
        self.weights = weights

    def available(self) -> str | None:
        return None

    def suits(self, _: Rig) -> str | None:
        return None

    def animate(
        self, staging: Staging, *, fps: int, width: int, height: int
    ) -> Iterator[Frame]:
        raise NotImplementedError

    def load(self) -> Any:
        """Two layers; one weight of the file is of no use to it."""
        from safetensors.torch import load_file  # noqa: PLC0415

        network = network_of(3)
        found = load_file(Path(self.weights) / "puppet.safetensors")
        network.load_state_dict({n: t for n, t in found.items() if n != "spare"})
        return {"body": network}


class ForgetfulAnimator(PuppetAnimator):
    """Leaves a layer as it was made, and changes another."""

    def load(self) -> Any:
        network = super().load()["body"]
        network[0].bias.data += 1
        network.append(network_of(2)[0])
        return [network]


def network_of(width: int) -> Any:
    import torch  # noqa: PLC0415

    return torch.nn.Sequential(torch.nn.Linear(3, width), torch.nn.Linear(width, 2))


def save(folder: Path, *, half: bool = False) -> None:
    """A whole folder, of random numbers."""
    import torch  # noqa: PLC0415
    from safetensors.torch import save_file  # noqa: PLC0415

    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"_class_name": "Puppet"}))
    tensors = dict(network_of(3).state_dict(), spare=torch.ones(7))
    if half:
        tensors = {name: tensor.half() for name, tensor in tensors.items()}
    save_file(tensors, folder / "puppet.safetensors")
