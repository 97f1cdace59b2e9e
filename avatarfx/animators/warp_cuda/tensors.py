"""What OpenCV does to pictures, done by torch to many at once, and rounded alike.

Pictures are planar, (channels, frames, height, width), and hold whole numbers from 0 to
255 as floats: the processor's drawing keeps bytes between its steps, and a picture that
is not rounded where that one is would be off by more than a grey level or two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
import torch.nn.functional as fn

from avatarfx.animators.warp.motion import STEP

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tensor: TypeAlias = Any
"""torch.Tensor; where types are checked torch need not be installed."""

MAP_STEPS = 32
"""Parts of a step to which cv2.remap rounds positions in arrays of two floats; it rounds
none in bytes (OpenCV 5.0)."""


def planar(pixels: NDArray[np.uint8], device: Any) -> Tensor:
    """(h, w, c) bytes as (c, 1, h, w) floats."""
    held = torch.from_numpy(np.array(pixels)).to(device)
    return held.permute(2, 0, 1).unsqueeze(1).float().contiguous()


def stacked(pictures: list[NDArray[np.uint8]], device: Any) -> Tensor:
    """Several (h, w, c) bytes of one shape as (c, n, h, w) floats."""
    held = torch.from_numpy(np.stack(pictures)).to(device)
    return held.permute(3, 0, 1, 2).float()


def sampled(picture: Tensor, grid: Tensor, *, edge: bool) -> Tensor:
    """One picture (c, 1, h, w) at (n, H, W, 2) positions from -1 to 1, corner to corner.

    `edge`: beyond it the picture's edge goes on; else there is clear black.
    """
    count, height, width, _ = grid.shape
    # The frames below one another in one call: the picture is not copied for each.
    found = fn.grid_sample(
        picture[:, 0].unsqueeze(0),
        grid.reshape(1, count * height, width, 2),
        mode="bilinear",
        padding_mode="border" if edge else "zeros",
        align_corners=True,
    )
    return found.reshape(-1, count, height, width).round_()


def normal(index: Tensor, height: int, width: int) -> Tensor:
    """(column, row) indices (..., 2) as positions from -1 to 1."""
    last = index.new_tensor([max(width - 1, 1), max(height - 1, 1)])
    return index * (2 / last) - 1


def enlarged(nodes: Tensor) -> Tensor:
    """(n, h, w, 2) node values at every pixel of their cells."""
    large = fn.interpolate(
        nodes.permute(0, 3, 1, 2),
        scale_factor=STEP,
        mode="bilinear",
        align_corners=False,
    )
    return large.permute(0, 2, 3, 1)


def looked_up(values: Tensor, index: Tensor) -> Tensor:
    """(n, h, w, 2) `values` at fractional indices (n, H, W, 2), the edge going on, with
    positions rounded as cv2.remap rounds them."""
    height, width = values.shape[1:3]
    steps = (index * MAP_STEPS).round_() / MAP_STEPS
    found = fn.grid_sample(
        values.permute(0, 3, 1, 2),
        normal(steps, height, width),
        mode="bilinear",
        padding_mode="border",
        align_corners=True,
    )
    return found.permute(0, 2, 3, 1)


def times(front: Tensor, share: Tensor) -> Tensor:
    """Their product in parts of 255, rounded."""
    return (front * share).mul_(1 / 255).round_()


def lay(under: Tensor, over: Tensor, share: Tensor) -> Tensor:
    """`over` (3, n, h, w) onto `under`; `share`: straight alpha 0 to 255, (1, n, h, w)."""
    return times(over, share).add_(times(under, 255 - share)).clamp_(max=255)


def to_device(array: NDArray[Any], device: Any) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device)


def to_bytes(frames: Tensor) -> Tensor:
    """(3, n, h, w) floats as (n, h, w, 3) bytes."""
    return frames.to(torch.uint8).permute(1, 2, 3, 0).contiguous()
