"""The inside of many mouths at once: what `warp.mouth.Cavity` paints, by torch.

Outlines come from the processor; everything within them is worked out here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch

from avatarfx.animators.warp.mouth import (
    FINE,
    LOWER_TEETH,
    TONGUE_REST,
    TONGUE_RISE,
)
from avatarfx.animators.warp.mouth import TONGUE_WIDE as WIDE
from avatarfx.animators.warp_cuda.tensors import Tensor, to_device

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.warp.mouth import Cavity

    Floats = NDArray[np.floating[Any]]

_BITS = 4
"""Of sub-pixel precision in cv2's polygons."""

SHUT = 0.7
"""Pixels between the lips below which nothing is seen of the inside."""

_ROOM = 3
"""Pixels around an outline that its soft edge reaches."""


@dataclass(frozen=True, slots=True)
class Mouths:
    """Inner lip curves of some frames in pixels of the moving part."""

    upper: Floats
    """(n, points, 2)"""

    lower: Floats
    skull: Floats
    """(n, 3, 2)"""

    down: Floats
    """(2,): the same in all of them."""

    tongue: Floats
    """(n,)"""

    @property
    def gap(self) -> Floats:
        return np.asarray(((self.lower - self.upper) @ self.down).max(1))

    def outline(self, number: int) -> Floats:
        return np.concatenate([self.upper[number], self.lower[number][::-1]])


def polygon(shape: tuple[int, int], points: Floats) -> NDArray[np.uint8]:
    """255 inside, 0 outside, with smooth edges."""
    mask = np.zeros(shape, np.uint8)
    fixed = np.round(points * (1 << _BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _BITS)
    return mask


class Cavities:
    """Paints one puppet's mouths. Never changes."""

    def __init__(self, cavity: Cavity, device: Any) -> None:
        self._cavity = cavity
        self._device = device
        self._deep, self._tooth, self._tongue = (
            to_device(np.asarray(colour, np.float32), device).reshape(3, 1, 1, 1)
            for colour in (cavity.deep, cavity.tooth, cavity.tongue)
        )

    def paint(self, drawn: Tensor, mouths: Mouths) -> None:
        """Over the colours of (4, n, h, w), wherever lips stand apart."""
        gaps = mouths.gap
        wide = np.flatnonzero(gaps >= SHUT).tolist()
        if not wide:
            return
        points = np.concatenate([mouths.upper[wide], mouths.lower[wide]], 1)
        low = np.floor(points.min((0, 1))).astype(int) - _ROOM
        high = np.ceil(points.max((0, 1))).astype(int) + _ROOM + 1
        low = np.maximum(low, 0)
        high = np.minimum(high, drawn.shape[:1:-1])
        if (high <= low).any():
            return
        shape = (int(high[1] - low[1]), int(high[0] - low[0]))
        cover = np.zeros((len(gaps), *shape), np.float32)
        for number in wide:
            inside = polygon(shape, mouths.outline(number) - low)
            soft = cv2.GaussianBlur(inside.astype(np.float32) / 255, (0, 0), 0.6)
            cover[number] = soft * min(1.0, (gaps[number] - SHUT) / 1.5)
        share = to_device(cover, self._device)[None]
        area = drawn[:3, :, low[1] : high[1], low[0] : high[0]]
        mixed = self._inside(shape, mouths, low, gaps) * share + area * (1 - share)
        area.copy_(mixed.clamp_(0, 255).floor_())

    def _inside(
        self,
        shape: tuple[int, int],
        mouths: Mouths,
        low: NDArray[np.intp],
        gaps: Floats,
    ) -> Tensor:
        """(3, n, h, w): everything behind the lips, as in `Cavity`, whose letters are
        kept: `s` along the mouth, `d` down the face, `u` from corner to corner."""
        unit = self._cavity.unit
        down = mouths.down
        turn = np.array([[down[1], -down[0]], down], np.float32)
        upper, lower, skull = (
            self._send((curve - low) @ turn.T)
            for curve in (mouths.upper, mouths.lower, mouths.skull)
        )
        y, x = torch.meshgrid(
            *(torch.arange(n, device=self._device, dtype=upper.dtype) for n in shape),
            indexing="ij",
        )
        across, d = (x * float(row[0]) + y * float(row[1]) for row in turn)
        # What depends on the place along the mouth is known in such steps.
        start = float(turn[0] @ low)
        s = ((across + start) * FINE + 0.5).floor_() / FINE - start
        gap = self._send(gaps)[:, None, None].clamp(min=1e-3)
        tip = self._send(mouths.tongue)[:, None, None]
        top, bottom = _heights(upper, s), _heights(lower, s)
        left, right = lower[:, :1, None, 0], lower[:, -1:, None, 0]
        centre = skull[:, 1, None, None]
        sides = skull.diff(dim=1).norm(dim=2).clamp(min=0.5)[..., None, None]
        both = sides.sum(1)
        share = sides[:, 0] / both
        wide = (right - left).clamp(min=2.0)
        u = _halved(s - (left + share * wide), share * wide, wide)

        lit = ((d - centre[..., 1]) / gap.clamp(min=1.0)).clamp(0, 1)
        paint = self._deep * (0.55 + 0.45 * lit)

        rise = TONGUE_REST * unit + gap * (TONGUE_RISE + 0.36 * tip)
        back = bottom - rise * (1 - (u / WIDE) ** 2).clamp(0, 1).sqrt()
        up = (bottom - d) / rise
        shade = 0.62 + 0.34 * (3.2 * up).clamp(0, 1) - 0.42 * up.clamp(0, 1) ** 1.5
        furrow = 0.14 * (-((u / 0.05) ** 2)).exp()
        shade = shade - furrow * (1.3 * up - 0.15).clamp(0, 1)
        cover = _step((d - back) / max(0.7, 0.012 * unit))
        paint = _lay(paint, self._tongue * shade, cover)

        reach = skull[:, 2] - skull[:, 0]
        along = _halved(s - centre[..., 0], sides[:, 0], both)
        bow = along / 0.84
        line = centre[..., 1] + (s - centre[..., 0]) * reach[:, 1, None, None] / both
        sharp = max(0.5, 0.006 * unit)
        edge = line + self._cavity.teeth * (1 - 0.4 * bow**2 - 0.3 * bow**6)
        teeth = _step((edge - d) / sharp) * _smooth((1 - bow.abs()) / 0.3)
        round_off = 1 - 0.62 * along.abs().clamp(0, 1) ** 2
        between = (-((((along * 4.4) % 1) - 0.5) ** 2) / 0.006).exp()
        lines = 1 - self._cavity.gaps * between * (along.abs() < 0.8)
        paint = _lay(paint, self._tooth * (round_off * lines), teeth)

        show = ((gap / unit - 0.15) / 0.12).clamp(0, 1)
        crown = bottom - LOWER_TEETH * unit * (1 - (u / 0.7) ** 2)
        row = 0.4 * show * _smooth((0.72 - u.abs()) / 0.25)
        row = row * _step((d - crown) / max(0.6, 0.008 * unit))
        shaded = 0.36 + 0.3 * up.clamp(0, 1)
        paint = _lay(paint, self._tooth * (shaded * round_off), row)

        soft = (0.22 * gap).clamp(max=0.028 * unit).clamp(min=0.8)
        light = _step((d - top) / soft - 1) * _step((bottom - d) / soft)
        return paint * ((light - 0.1) / 0.6).clamp(0.28, 1)

    def _send(self, values: Floats) -> Tensor:
        return to_device(np.asarray(values, np.float32), self._device)


def _halved(s: Tensor, left: Tensor, both: Tensor) -> Tensor:
    """-1 to 1 from end to end, when the middle lies `left` from the first of them."""
    return s / torch.where(s < 0, left, both - left)


def _heights(curves: Tensor, s: Tensor) -> Tensor:
    """(n, h, w): how far down each lip (n, points, 2) is at places along the mouth."""
    order = curves[..., 0].argsort(dim=1, stable=True)
    across = curves[..., 0].gather(1, order).contiguous()
    height = curves[..., 1].gather(1, order)
    wanted = s.reshape(1, -1).expand(len(curves), -1).contiguous()
    after = torch.searchsorted(across, wanted, right=True).clamp(1, across.shape[1] - 1)
    x0, x1 = across.gather(1, after - 1), across.gather(1, after)
    y0, y1 = height.gather(1, after - 1), height.gather(1, after)
    share = ((wanted - x0) / (x1 - x0).clamp(min=1e-6)).clamp(0, 1)
    return (y0 + (y1 - y0) * share).reshape(len(curves), *s.shape)


def _step(distance: Tensor) -> Tensor:
    """0 to 1 over about two units of distance, softly."""
    return _smooth(0.5 + 0.36 * distance)


def _smooth(share: Tensor) -> Tensor:
    """0 to 1 without a kink at either end."""
    share = share.clamp(0, 1)
    return share * share * (3 - 2 * share)


def _lay(under: Tensor, paint: Tensor, cover: Tensor) -> Tensor:
    return under * (1 - cover) + paint * cover
