"""The inside of the mouth, painted between the two inner lip curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

_BITS = 4
"""Of sub-pixel precision in cv2's polygons."""

FALLBACK = {
    "mouth": "#3a1214",
    "teeth": "#e8ddcb",
    "tongue": "#a8484a",
    "lip": "#b06a60",
    "skin": "#d9a68a",
}


def colour(palette: Mapping[str, str], name: str) -> Floats:
    """(3,) RGB 0 to 255 of a palette entry; a plain one where it has none."""
    text = palette.get(name, FALLBACK.get(name, "#808080"))
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], np.float32)


@dataclass(frozen=True, slots=True)
class Lips:
    """Inner lip curves of one frame in canvas pixels, viewer's left to right."""

    upper: Floats
    """(n, 2)"""

    lower: Floats
    skull: Floats
    """(3, 2): corner, middle, corner of the closed mouth, moved by the pose only."""

    down: Floats
    """Unit vector towards the chin."""

    tongue: float
    """0 to 1: tip up."""

    @property
    def gap(self) -> float:
        return float(((self.lower - self.upper) @ self.down).max())


class Cavity:
    """Colours and sizes of one mouth. Never changes."""

    def __init__(
        self, palette: Mapping[str, str], *, unit: float, teeth: float, style: str
    ) -> None:
        self.unit = unit
        """The eye distance in canvas pixels."""

        self.teeth = teeth
        """How far the upper teeth hang below the closed lips, in canvas pixels."""

        self.deep = colour(palette, "mouth")
        self.tooth = colour(palette, "teeth")
        self.tongue = colour(palette, "tongue")
        self.gaps = 0.10 if style == "photo" else 0.05
        """Darkness of the lines between teeth."""

    def paint(self, canvas: Picture, lips: Lips) -> None:
        """Over the RGB(A) canvas, wherever the lips stand apart."""
        gap = lips.gap
        if gap < 0.7:
            return
        outline = np.concatenate([lips.upper, lips.lower[::-1]])
        low = np.maximum(np.floor(outline.min(0)).astype(int) - 3, 0)
        high = np.minimum(np.ceil(outline.max(0)).astype(int) + 4, canvas.shape[1::-1])
        if (high <= low).any():
            return
        width, height = (int(v) for v in high - low)
        shape = (height, width)
        inside = _polygon(shape, outline - low)
        cover = cv2.GaussianBlur(inside, (0, 0), 0.6) * min(1.0, (gap - 0.7) / 1.5)
        area = canvas[low[1] : high[1], low[0] : high[0], :3]
        mixed = self._inside(shape, lips, low, gap, inside) * cover[..., None]
        mixed += area * (1 - cover[..., None])
        np.clip(mixed, 0, 255, out=mixed)
        area[:] = mixed

    def _inside(
        self,
        shape: tuple[int, int],
        lips: Lips,
        low: NDArray[np.intp],
        gap: float,
        inside: Floats,
    ) -> Floats:
        unit, down = self.unit, lips.down
        across = np.array([down[1], -down[0]], np.float32)
        lower = lips.lower - low
        skull = lips.skull - low
        x = np.arange(shape[1], dtype=np.float32)
        y = np.arange(shape[0], dtype=np.float32)[:, None]
        middle = lower[len(lower) // 2]
        # Darkest at the back, above the tongue; lighter where light falls in.
        depth = ((y - skull[1, 1]) * down[1] + (x - skull[1, 0]) * down[0]) / max(
            gap, 1
        )
        lit = np.clip(depth, 0, 1)[..., None]
        paint = self.deep * (0.55 + 0.45 * lit)

        # The tongue lies in the lower jaw.
        half = float(np.linalg.norm(lower[-1] - lower[0])) / 2
        rise = 0.05 * unit + gap * (0.16 + 0.42 * lips.tongue)
        sink = 0.06 * unit
        bed = middle + down * (sink - rise / 2)
        tongue = _soft(
            _ellipse(shape, bed, 0.62 * half, (rise + sink) / 2, across), 0.014 * unit
        )
        shade = np.clip(
            1.05 - 0.35 * ((middle[1] - y) / max(rise, 1.0)) + 0 * x, 0.6, 1.1
        )[..., None]
        paint = _lay(paint, self.tongue * shade, tongue)

        # Upper teeth belong to the skull; the lip rises off them.
        hang = self.teeth
        bow = np.linspace(-1, 1, 13, dtype=np.float32)
        reach = (skull[2] - skull[0]) / 2
        line = skull[1] + bow[:, None] * reach * 0.84
        edge = line + (hang * (1 - 0.45 * bow**2))[:, None] * down
        row = np.concatenate([line - down * 0.25 * unit, edge[::-1]])
        teeth = _soft(_polygon(shape, row), 0.007 * unit)
        along = ((x - skull[1, 0]) * across[0] + (y - skull[1, 1]) * across[1]) / max(
            float(np.linalg.norm(reach)), 1.0
        )
        round_off = (1 - 0.5 * np.clip(np.abs(along), 0, 1) ** 2)[..., None]
        between = np.exp(-((((along * 4.4) % 1) - 0.5) ** 2) / 0.006)
        lines = (1 - self.gaps * between * (np.abs(along) < 0.8))[..., None]
        paint = _lay(paint, self.tooth * round_off * lines, teeth)

        # Lower teeth belong to the jaw and show when it drops far.
        show = float(np.clip((gap / unit - 0.13) / 0.12, 0, 1))
        if show > 0:
            bed = lower[2:-2]
            rim = np.concatenate(
                [bed - down * 0.022 * unit, (bed + down * 0.06 * unit)[::-1]]
            )
            teeth = _soft(_polygon(shape, rim), 0.012 * unit)
            paint = _lay(paint, self.tooth * 0.72 * round_off, teeth * 0.6 * show)

        # The lips throw shade on all of it, the upper one most.
        soft = max(0.8, min(0.028 * unit, 0.22 * gap))
        near = cv2.GaussianBlur(inside, (0, 0), soft)
        above = cv2.warpAffine(
            near,
            np.array([[1, 0, down[0] * soft], [0, 1, down[1] * soft]]),
            (shape[1], shape[0]),
        )
        dim = np.clip((np.minimum(near, above) - 0.1) / 0.6, 0.28, 1)
        return np.asarray(paint * dim[..., None], np.float32)


def _soft(mask: Floats, sigma: float) -> Floats:
    return cast("Floats", cv2.GaussianBlur(mask, (0, 0), max(0.6, sigma)))


def _lay(under: Floats, paint: Floats, cover: Floats) -> Floats:
    share = cover[..., None]
    return np.asarray(under * (1 - share) + paint * share, np.float32)


def _polygon(shape: tuple[int, int], points: Floats) -> Floats:
    """1 inside, 0 outside, with smooth edges."""
    mask = np.zeros(shape, np.uint8)
    fixed = np.round(points * (1 << _BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _BITS)
    return cast("Floats", mask.astype(np.float32) / 255)


def _ellipse(
    shape: tuple[int, int], middle: Floats, wide: float, high: float, across: Floats
) -> Floats:
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False, dtype=np.float32)
    down = np.array([-across[1], across[0]], np.float32)
    rim = (
        middle
        + np.cos(angle)[:, None] * across * wide
        + np.sin(angle)[:, None] * down * high
    )
    return _polygon(shape, rim)
