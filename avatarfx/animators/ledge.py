"""The front of the box in which several stand in a tall frame: they need not be as large
as the frame is high, and where the page has its words and buttons there is only velvet.

The twin of ``static/stage/ledge.js``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from avatarfx.animators.framing import LEDGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.framing import Box

    Pixels = NDArray[np.uint8]

RAIL, TRIM = 0.03, 0.006
"""Heights of the wooden rail and of the gold trim, in frame widths."""

SCALLOPS, DROP = 9, 0.055
"""Of the cloth under the rail: how many across, and how far they hang."""

WOOD = ((178, 122, 66), (92, 52, 34))
GOLD = (226, 184, 96)
CLOTH = ((120, 34, 58), (34, 12, 28))
"""RGB at the top and at the foot."""


def drawn(
    box: Box, width: int, height: int, stage: tuple[int, int]
) -> tuple[int, Pixels] | None:
    """The first row that it covers of a shot of `width` x `height` pixels, and all rows
    from there, (rows, width, 3) RGB; None when the shot ends above it."""
    wide, high = stage
    rows = box.y + (np.arange(height) + 0.5) * box.height / height
    first = int(np.searchsorted(rows, LEDGE * high))
    if first >= height:
        return None
    down = ((rows[first:] - LEDGE * high) / wide)[:, None]
    across = ((box.x + (np.arange(width) + 0.5) * box.width / width) / wide)[None, :]
    return first, np.rint(_paint(across, down)).astype(np.uint8)


def _paint(
    across: NDArray[np.float64], down: NDArray[np.float64]
) -> NDArray[np.float64]:
    """`across` 0 to 1; `down` from the upper edge, in frame widths."""
    fold = 0.86 + 0.14 * np.cos(2 * np.pi * (across * 17 + 0.3 * np.sin(across * 9)))
    cloth = _mix(*CLOTH, np.clip(down / 0.42, 0, 1) ** 0.7) * fold[..., None]
    hem = RAIL + DROP * (0.35 + 0.65 * np.abs(np.sin(np.pi * SCALLOPS * across)))
    # The scallops hang before the cloth and shade it.
    shade = np.clip((down - hem) / 0.03, 0, 1)
    cloth = cloth * (0.62 + 0.38 * shade)[..., None]
    valance = _mix(*CLOTH, np.clip(down / 0.42, 0, 1)) * 1.35
    paint = np.where((down < hem)[..., None], valance, cloth)
    trim = np.abs(down - hem) < TRIM / 2
    paint = np.where(trim[..., None], np.array(GOLD, np.float64), paint)
    rail = np.broadcast_to(_mix(*WOOD, np.clip(down / RAIL, 0, 1) ** 0.8), paint.shape)
    return np.where((down < RAIL)[..., None], rail, paint)


def _mix(
    top: tuple[int, int, int], foot: tuple[int, int, int], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    one, two = np.array(top, np.float64), np.array(foot, np.float64)
    return one + (two - one) * share[..., None]
