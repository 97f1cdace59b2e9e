"""What people wear on their faces, drawn onto pictures whose eyes and mouth are known:
moustaches, beards, glasses, and hair that hangs over an eye.

Hair is drawn strand by strand, so that it can be seen what becomes of its grain.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from avatarfx.bench.facesets import Pictured

    Floats = NDArray[np.floating[Any]]

_BITS: Final = 4
_BROWN: Final = (66.0, 44.0, 30.0)
_GREY: Final = (150.0, 146.0, 140.0)


class Canvas:
    """A picture in the coordinates of its face: `across` from the middle between the
    eyes, in eye distances, and `down`, 0 at the eyes and 1 at the mouth."""

    def __init__(self, base: Pictured, seed: int) -> None:
        left, right, mouth = base.points.astype(np.float64)
        self.middle = (left + right) / 2
        self.axes = np.stack([right - left, mouth - self.middle])
        self.unit = float(np.linalg.norm(right - left))
        self.rgb = np.ascontiguousarray(base.rgb[..., :3]).copy()
        self.rng = np.random.default_rng(seed)

    def pixels(self, places: Any) -> Floats:
        return np.asarray(self.middle + np.asarray(places, np.float64) @ self.axes)

    def line(self, places: Any, colour: Any, thick: float) -> None:
        fixed = np.round(self.pixels(places) * (1 << _BITS)).astype(np.int32)
        shade = tuple(float(v) for v in np.clip(colour, 0, 255))
        width = max(1, round(thick * self.unit))
        cv2.polylines(self.rgb, [fixed], False, shade, width, cv2.LINE_AA, _BITS)

    def strands(self, roots: Floats, tips: Floats, colour: Any, thick: float) -> None:
        """One bent strand from each root (n, 2) to its tip, the darkest first."""
        tone = self.rng.normal(0, 0.16, len(roots))
        for i in np.argsort(tone):
            way = tips[i] - roots[i]
            bend = self.rng.normal(0, 0.10) * np.array([-way[1], way[0]])
            path = [roots[i], roots[i] + way * 0.5 + bend, tips[i]]
            light = 1 + tone[i] + (0.25 if tone[i] > 0.2 else 0)
            self.line(path, np.array(colour) * light, thick)


def moustache(base: Pictured, seed: int = 0) -> Pictured:
    """Parted in the middle, down to the edge of the upper lip and past its corners."""
    canvas = Canvas(base, seed)
    _moustache(canvas, _BROWN)
    return replace(base, rgb=canvas.rgb, name=f"moustache: {base.name}")


def beard(base: Pictured, seed: int = 0) -> Pictured:
    """From ear to ear and well below the chin, with its moustache."""
    canvas = Canvas(base, seed)
    rng = canvas.rng
    across = rng.uniform(-1, 1, 9000)
    down = rng.uniform(0.5, 2.15, 9000)
    cheek = np.interp(
        np.abs(across), [0, 0.36, 0.5, 0.75, 0.95], [1.2, 1.16, 0.98, 0.72, 0.35]
    )
    jaw = np.interp(np.abs(across), [0, 0.4, 0.75, 0.95], [2.15, 2.05, 1.65, 1.15])
    grown = (down > cheek) & (down < jaw)
    roots = np.stack([across, down], 1)[grown]
    away = np.stack(
        [0.10 * np.sign(roots[:, 0]) * np.abs(roots[:, 0]), 0.2 + 0 * roots[:, 0]], 1
    )
    canvas.strands(roots, roots + away + rng.normal(0, 0.03, roots.shape), _GREY, 0.011)
    _moustache(canvas, _GREY)
    return replace(base, rgb=canvas.rgb, name=f"beard: {base.name}")


def glasses(base: Pictured, seed: int = 0) -> Pictured:
    """Round, with dark rims that cross neither lid nor lashes."""
    canvas = Canvas(base, seed)
    for side in (-1, 1):
        angle = np.linspace(0, 2 * np.pi, 60)
        high = 0.36 * canvas.unit / float(np.linalg.norm(canvas.axes[1]))
        ring = np.stack(
            [0.5 * side + 0.40 * np.cos(angle), 0.04 + high * np.sin(angle)], 1
        )
        canvas.line(ring, (38, 30, 28), 0.055)
        canvas.line([[0.9 * side, 0.0], [1.25 * side, -0.06]], (38, 30, 28), 0.05)
    canvas.line([[-0.1, -0.02], [0, -0.07], [0.1, -0.02]], (38, 30, 28), 0.055)
    return replace(base, rgb=canvas.rgb, name=f"glasses: {base.name}")


def fringe(base: Pictured, seed: int = 0) -> Pictured:
    """Hair that falls from a parting over the viewer's left eye, down to the cheek."""
    canvas = Canvas(base, seed)
    rng = canvas.rng
    share = rng.uniform(0, 1, 1500)
    roots = np.stack([0.25 - 1.05 * share, -1.15 + 0.5 * share**2], 1)
    tips = np.stack([-0.36 - 0.6 * share, 0.30 + 0.12 * share], 1)
    tips += rng.normal(0, [0.05, 0.09], tips.shape)
    for lock in (0.18, 0.45):  # the eye is seen between the locks
        keep = np.abs(share - lock) > 0.05
        roots, tips, share = roots[keep], tips[keep], share[keep]
    canvas.strands(roots, tips, _BROWN, 0.014)
    return replace(base, rgb=canvas.rgb, name=f"fringe: {base.name}")


def _moustache(canvas: Canvas, colour: Any) -> None:
    rng = canvas.rng
    side = np.where(np.arange(1500) % 2, 1.0, -1.0)
    out = rng.uniform(0.0, 0.5, 1500)
    high = 0.70 + 0.22 * out
    low = 0.92 + 0.16 * out**1.5
    down = high + (low - high) * rng.uniform(0, 1, 1500)
    roots = np.stack([side * out, down], 1)
    way = np.stack([side * (0.07 + 0.10 * out), 0.055 + 0.12 * out], 1)
    canvas.strands(roots, roots + way + rng.normal(0, 0.012, way.shape), colour, 0.011)


WORN: Final[dict[str, Callable[[Pictured, int], Pictured]]] = {
    "moustache": moustache,
    "beard": beard,
    "glasses": glasses,
    "fringe": fringe,
}
