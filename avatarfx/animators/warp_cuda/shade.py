"""Light on many moving faces at once: what `warp.shade.Shade` casts, by torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from avatarfx.animators.warp.motion import STEP, Block
from avatarfx.animators.warp.shade import LEAST, OPEN, SMILING, WHOLE, share_of
from avatarfx.animators.warp_cuda.tensors import (
    Tensor,
    enlarged,
    looked_up,
    to_device,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avatarfx.animators.warp.shade import Shade
    from socialapp.performance import Face


class Shades:
    """Of one rig on one canvas. Never changes."""

    def __init__(self, shade: Shade, device: Any) -> None:
        self._shade = shade
        self._device = device
        self._corner = to_device(shade.corner, device)
        self._lights = {
            name: to_device(field.light, device)[None, :, :, None]
            for name, field in shade.fields.items()
        }

    def smile(self, drawn: Tensor, sources: Tensor, faces: Sequence[Face]) -> None:
        """Over the colours of (4, n, h, w), in place; `sources` (n, rows, columns, 2):
        where its nodes come from, in canvas pixels."""
        whole = Block(0, 0, sources.shape[2], sources.shape[1])
        self._cast(SMILING, drawn, sources, whole, faces)

    def jaw(
        self, drawn: Tensor, sources: Tensor, block: Block, faces: Sequence[Face]
    ) -> None:
        """The same over the `block` of the lower lip and the chin."""
        self._cast(OPEN, drawn, sources, block, faces)

    def _cast(
        self,
        name: str,
        drawn: Tensor,
        sources: Tensor,
        block: Block,
        faces: Sequence[Face],
    ) -> None:
        shares = [share_of(name, face) for face in faces]
        near = self._shade.fields[name].within(block)
        if near.empty or block.empty or max(shares) < LEAST:
            return
        amount = [share if share >= LEAST else 0.0 for share in shares]
        rows, columns = near.nodes
        index = (sources[:, rows, columns] - self._corner) / STEP
        field = self._lights[name].expand(len(faces), -1, -1, -1)
        strength = WHOLE * torch.tensor(amount, device=self._device)
        there = looked_up(field, index) * strength[:, None, None, None]
        light = enlarged(there + WHOLE + 0.5).floor_()[..., 0]
        left, top = block.left + near.left, block.top + near.top
        height, width = light.shape[1:]
        area = drawn[
            :3,
            :,
            top * STEP : top * STEP + height,
            left * STEP : left * STEP + width,
        ]
        light = light[:, : area.shape[2], : area.shape[3]]
        area.copy_((area * (light / WHOLE)).round_().clamp_(max=255))
