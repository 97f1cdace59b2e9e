"""The network of the smallest refiner. Imported only where torch is there.

A UNet over pixels: the picture is folded two by two into channels, goes down twice, and
what comes out is added to it. It has no attention and no normalisation over the picture,
so that it may be asked for a face of any size, whatever size it learned at, and one part
of a face cannot change the light of another. Its last layer begins at zero: before it has
learned anything it leaves every picture as it is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Mapping

INPUTS = 5
"""Channels: RGB, where the face is, and the lower face by how far the mouth is open."""

FOLD = 2
"""Pixels a side that are folded into channels."""


@dataclass(frozen=True, slots=True)
class Shape:
    channels: tuple[int, int, int] = (16, 24, 40)
    """At each of the three sizes."""

    blocks: int = 2
    """At each size, on the way down and again on the way up."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"channels": list(self.channels)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Shape:
        """ValueError when it does not describe a network."""
        channels = data.get("channels")
        blocks = data.get("blocks")
        if (
            not isinstance(channels, list)
            or len(channels) != 3
            or not all(isinstance(n, int) and 1 <= n <= 512 for n in channels)
            or not isinstance(blocks, int)
            or not 1 <= blocks <= 8
        ):
            raise ValueError("channels must be three numbers, and blocks one, 1 to 8.")
        return cls((channels[0], channels[1], channels[2]), blocks)


class _Block(nn.Module):  # type: ignore[misc]
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Any) -> Any:
        return x + self.second(functional.silu(self.first(functional.silu(x))))


class RefinerNet(nn.Module):  # type: ignore[misc]
    """(n, 5, h, w) to (n, 3, h, w), pixels from -1 to 1, any h and w."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        one, two, three = shape.channels

        def blocks(channels: int) -> Any:
            return nn.Sequential(*(_Block(channels) for _ in range(shape.blocks)))

        self.enter = nn.Conv2d(INPUTS * FOLD * FOLD, one, 3, padding=1)
        self.down_one, self.down_two = blocks(one), blocks(two)
        self.shrink_one = nn.Conv2d(one, two, 2, stride=2)
        self.shrink_two = nn.Conv2d(two, three, 2, stride=2)
        self.middle = blocks(three)
        self.grow_two = nn.Conv2d(three, two, 1)
        self.grow_one = nn.Conv2d(two, one, 1)
        self.up_two, self.up_one = blocks(two), blocks(one)
        self.leave = nn.Conv2d(one, 3 * FOLD * FOLD, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: Any) -> Any:
        height, width = x.shape[-2:]
        # A border of less than what it must be divisible by.
        whole = functional.pad(
            x, (0, -width % (4 * FOLD), 0, -height % (4 * FOLD)), mode="replicate"
        )
        one = self.down_one(self.enter(functional.pixel_unshuffle(whole, FOLD)))
        two = self.down_two(self.shrink_one(one))
        back = self.grow_two(self.middle(self.shrink_two(two)))
        two = self.up_two(two + functional.interpolate(back, scale_factor=2))
        back = functional.interpolate(self.grow_one(two), scale_factor=2)
        added = functional.pixel_shuffle(self.leave(self.up_one(one + back)), FOLD)
        return x[:, :3] + added[..., :height, :width]


def count(network: Any) -> int:
    """Parameters."""
    return sum(int(p.numel()) for p in network.parameters())


def seeded(shape: Shape, seed: int) -> RefinerNet:
    """A network that has learned nothing, the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RefinerNet(shape)
