"""The inside of the mouth, painted between the two inner lip curves."""

from __future__ import annotations

import math
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

FINE = 4
"""Places along the mouth for each pixel: more would change nothing."""

TONGUE_REST, TONGUE_RISE = 0.03, 0.34
"""How high it lies: in eye distances, and of the opening. Less, and a wide vowel is a
black hole."""

TONGUE_WIDE = 0.8
"""Of the mouth's half width."""

LOWER_TEETH = 0.032
"""What stands out of the lower lip, in eye distances."""

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
    """(3, 2): corner, middle line of the face, corner of the closed mouth, moved by the
    pose only."""

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
        mixed = area.astype(np.float32)
        _lay(mixed, self._inside(shape, lips, low, gap), cover)
        area[:] = _clipped(mixed, 0, 255)

    def _inside(
        self, shape: tuple[int, int], lips: Lips, low: NDArray[np.intp], gap: float
    ) -> Floats:
        """(h, w, 3): everything behind the lips, from the throat to the lips' shade.

        Along the mouth is `s`, down the face `d`; `u` is -1 to 1 from corner to corner.
        What depends on `s` alone is known along a line, of which each pixel takes its
        place.
        """
        unit = self.unit
        turn = np.array([[lips.down[1], -lips.down[0]], lips.down], np.float32)
        upper, lower, skull = (
            (curve - low) @ turn.T for curve in (lips.upper, lips.lower, lips.skull)
        )
        x = np.arange(shape[1], dtype=np.float32)
        y = np.arange(shape[0], dtype=np.float32)[:, None]
        across, d = (x * row[0] + y * row[1] for row in turn)
        # In whole steps of the canvas, so that a row of teeth does not creep.
        start = float(turn[0] @ low)
        first = math.floor((float(across.min()) + start) * FINE) / FINE - start
        s = first + np.arange(0, float(across.max()) - first + 1, 1 / FINE)
        at = ((across - np.float32(first)) * FINE + 0.5).astype(np.int32)
        top, bottom = _height_of(upper, s), _height_of(lower, s)
        # In a face that is turned, the half of the mouth on the far side is shorter.
        centre = skull[1]
        sides = np.maximum(np.linalg.norm(np.diff(skull, axis=0), axis=1), 0.5)
        share = sides[0] / sides.sum()
        ends = max(float(lower[-1, 0] - lower[0, 0]), 2.0)
        u = _halved(s - (lower[0, 0] + share * ends), share * ends, ends)

        # The tongue lies in the lower jaw, lit at its front, with a furrow along it.
        rise = TONGUE_REST * unit + gap * (TONGUE_RISE + 0.36 * lips.tongue)
        back = bottom - rise * np.sqrt(np.clip(1 - (u / TONGUE_WIDE) ** 2, 0, 1))
        furrow = 0.14 * np.exp(-((u / 0.05) ** 2))

        # Upper teeth belong to the skull; the lip rises off them.
        reach = skull[2] - skull[0]
        along = _halved(s - centre[0], sides[0], sides.sum())
        bow = along / 0.84
        sharp = max(0.5, 0.006 * unit)
        line = centre[1] + (s - centre[0]) * (reach[1] / sides.sum())
        # The row bends back towards the corners: shorter there, and in the dark.
        edge = line + self.teeth * (1 - 0.4 * bow**2 - 0.3 * bow**6)
        wide = _smooth((1 - np.abs(bow)) / 0.3)
        round_off = 1 - 0.62 * np.clip(np.abs(along), 0, 1) ** 2
        between = np.exp(-((((along * 4.4) % 1) - 0.5) ** 2) / 0.006)
        enamel = round_off * (1 - self.gaps * between * (np.abs(along) < 0.8))

        # Lower teeth belong to the jaw and show when it drops far.
        show = float(np.clip((gap / unit - 0.15) / 0.12, 0, 1))
        crown = bottom - LOWER_TEETH * unit * (1 - (u / 0.7) ** 2)
        row = 0.4 * show * _smooth((0.72 - np.abs(u)) / 0.25)

        known = [top, bottom, back, furrow, edge, wide, enamel, crown, row, round_off]
        table = np.stack(known).astype(np.float32)
        top, bottom, back, furrow, edge, wide, enamel, crown, row, round_off = (
            np.take(values, at) for values in table
        )

        # Darkest at the back, above the tongue; lighter where light falls in.
        lit = _clipped((d - float(centre[1])) * (1 / max(gap, 1.0)), 0, 1)
        paint = (0.55 + 0.45 * lit)[..., None] * self.deep
        up = (bottom - d) * (1 / rise)
        deep = _clipped(up, 0, 1)
        shade = 0.62 + 0.34 * _clipped(3.2 * up, 0, 1) - 0.42 * deep * np.sqrt(deep)
        shade -= furrow * _clipped(1.3 * up - 0.15, 0, 1)
        cover = _step((d - back) * (1 / max(0.7, 0.012 * unit)))
        _lay(paint, shade[..., None] * self.tongue, cover)
        teeth = _step((edge - d) * (1 / sharp)) * wide
        _lay(paint, enamel[..., None] * self.tooth, teeth)
        if show > 0:
            row *= _step((d - crown) * (1 / max(0.6, 0.008 * unit)))
            # In the shade of the lip they stand in.
            shaded = 0.36 + 0.3 * _clipped((bottom - d) * (1 / rise), 0, 1)
            _lay(paint, (shaded * round_off)[..., None] * self.tooth, row)

        # The lips throw shade on all of it, the upper one most.
        soft = 1 / max(0.8, min(0.028 * unit, 0.22 * gap))
        light = _step((d - top) * soft - 1) * _step((bottom - d) * soft)
        paint *= _clipped((light - 0.1) * (1 / 0.6), 0.28, 1)[..., None]
        return paint


def _halved(s: Floats, left: float, both: float) -> Floats:
    """-1 to 1 from one end to the other, when the middle lies `left` from the first and
    the ends `both` apart."""
    return np.asarray(s / np.where(s < 0, left, both - left))


def _height_of(curve: Floats, s: Floats) -> Floats:
    """How far down a lip is, at places along the mouth."""
    order = np.argsort(curve[:, 0], kind="stable")
    return np.asarray(np.interp(s, curve[order, 0], curve[order, 1]))


def _clipped(values: Floats, low: float, high: float) -> Floats:
    """As np.clip, which takes twice as long on so few pixels."""
    return np.asarray(np.minimum(np.maximum(values, low), high))


def _step(distance: Floats) -> Floats:
    """0 to 1 over about two units of distance, softly."""
    return _smooth(0.5 + 0.36 * distance)


def _smooth(share: Floats) -> Floats:
    """0 to 1 without a kink at either end."""
    share = _clipped(share, 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _lay(under: Floats, paint: Floats, cover: Floats) -> None:
    """Onto `under`, in place."""
    paint -= under
    paint *= cover[..., None]
    under += paint


def _polygon(shape: tuple[int, int], points: Floats) -> Floats:
    """1 inside, 0 outside, with smooth edges."""
    mask = np.zeros(shape, np.uint8)
    fixed = np.round(points * (1 << _BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _BITS)
    return cast("Floats", mask.astype(np.float32) / 255)
