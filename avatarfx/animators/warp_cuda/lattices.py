"""Displacements of a layer on the device: sums of fields, the pose, and the inverse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from avatarfx.animators.warp.motion import GAIN, ROUNDS, STEP
from avatarfx.animators.warp_cuda.tensors import (
    Tensor,
    enlarged,
    looked_up,
    normal,
    sampled,
    to_device,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.warp.motion import Block, Motion
    from avatarfx.animators.warp.texture import Texture
    from avatarfx.animators.warp_cuda.drive import Drive

    Floats = NDArray[np.floating[Any]]


class Lattice:
    """One layer of a motion. Never changes."""

    def __init__(
        self,
        motion: Motion,
        layer: str,
        *,
        inner: Block | None = None,
        device: Any,
    ) -> None:
        """`inner`: the block of it that is drawn; None: all."""
        stack = motion.stacks[layer]
        self._device = device
        self._names = [name for name, _ in stack]
        self._fields = to_device(np.stack([field for _, field in stack]), device)
        self._rigid = to_device(motion.rigid, device)
        self._follows = to_device(motion.follows, device)
        block = inner or motion.whole
        self._block = block.nodes
        self._corner = to_device(motion.nodes[0, 0], device)
        self._start = (
            to_device(motion.nodes[self._block], device) - self._corner
        ) / STEP

    def sources(self, drive: Drive) -> Tensor:
        """(n, h, w, 2): where each node of the drawn block comes from, in canvas pixels."""
        moved = self._displacement(drive)
        rows, columns = self._block
        index = self._start - moved[:, rows, columns] / STEP
        part, anchor = moved * (GAIN / STEP), self._start * GAIN
        for _ in range(ROUNDS):
            there = looked_up(part, index)
            index = index * (1 - GAIN) + anchor - there
        return index * STEP + self._corner

    def _displacement(self, drive: Drive) -> Tensor:
        weights = to_device(drive.of_fields(self._names), self._device)
        whole = to_device(drive.whole, self._device)
        summed = torch.einsum("bk,khwc->bhwc", weights, self._fields)
        posed = torch.einsum("hwk,bck->bhwc", self._rigid, whole)
        turned = torch.einsum("bhwd,bcd->bhwc", summed, whole[:, :, :2])
        return posed + summed + turned * self._follows


class Pixels:
    """A picture that layers are sampled from, and where its pixels lie in the texture."""

    def __init__(
        self,
        pixels: Tensor,
        texture: Texture,
        corner: Floats | None = None,
        *,
        edge: bool,
    ) -> None:
        """`pixels`: (4, 1, h, w); `corner`: of the picture, in texture pixels."""
        self._pixels = pixels
        self._edge = edge
        scale = np.asarray(texture.scale, float)
        # Of what `Texture.index` does, in one step from canvas pixels.
        shift = (0.5 + texture.border) * scale - 0.5
        if corner is not None:
            shift = shift - corner
        self._scale = pixels.new_tensor(scale.tolist())
        self._shift = pixels.new_tensor(np.asarray(shift, float).tolist())

    def at(self, nodes: Tensor) -> Tensor:
        """(4, n, H, W) RGBA at every pixel of the nodes' cells, from their sources."""
        height, width = self._pixels.shape[2:]
        grid = normal(nodes * self._scale + self._shift, height, width)
        return sampled(self._pixels, enlarged(grid), edge=self._edge)
