"""Where each landmark goes at weight 1 of each field, in face coordinates.

Positions and displacements are in eye distances: x along the mouth to the viewer's right,
y down, origin in the middle of the mouth. The amounts were set by eye on photographs
and paintings; at weight 1 of `jaw_open` the lips stand OPENING apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.riggers import topology as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from avatarfx.riggers.frame import FaceFrame

    Floats = NDArray[np.floating[Any]]

OPENING = 0.34
_CHIN_DROP = 0.27
_CORNER_DROP = 0.07
_UPPER_SHARE = 0.14
"""Of the opening: the skull is fixed, so nearly all of it is the jaw's."""

_CALM_WIDTH = 0.48
"""Mouth width in eye distances of faces at rest: median of 60 painted portraits."""

_CALM_LIFT = 0.0
"""How much higher the corners are than the middle of the lips, the same faces."""


@dataclass(frozen=True, slots=True)
class Controls:
    """The landmarks that steer a layer, and where they are."""

    indices: tuple[int, ...]
    local: Floats
    """(n, 2)"""


class Shapes:
    """Displacements of all 478 landmarks for one face."""

    def __init__(self, frame: FaceFrame) -> None:
        self.frame = frame
        self.local = frame.local(frame.landmarks)
        self.half = frame.half_mouth / frame.unit
        self.chin = frame.chin_drop / frame.unit
        x, y = self.local[:, 0], self.local[:, 1]
        self.along = np.clip(x / self.half, -1.6, 1.6)
        self.near = np.exp(-((x**2 + y**2) / 0.55**2))
        """1 at the mouth, fading over the cheeks."""

        upper = self.local[list(t.LIPS_UPPER_INNER)]
        lower = self.local[list(t.LIPS_LOWER_INNER)]
        self.gap = float(max(0.0, (lower - upper)[:, 1].max()))
        self.lift = float((upper[5, 1] + lower[5, 1]) / 2 - upper[[0, -1], 1].mean())
        self.smiling = float(np.clip((self.lift - _CALM_LIFT - 0.015) / 0.09, 0, 1))
        """0 at rest, 1 for a broad smile."""

        self.jaw = self._jaw_weight()

    def field(self, name: str) -> Floats:
        """(478, 2) displacements at weight 1; names are those of the grids."""
        shape: Callable[[], Floats] = getattr(self, "_" + name)
        return shape()

    def _empty(self) -> Floats:
        return np.zeros((478, 2), np.float32)

    def _jaw_weight(self) -> Floats:
        """How much of the jaw's motion a point of the lower face takes: chin 1, ear 0."""
        x, y = self.local[:, 0], self.local[:, 1]
        down = y / self.chin
        weight = np.zeros(478, np.float32)
        oval = list(t.OVAL)
        weight[oval] = np.clip((down[oval] + 0.15) / 1.15, 0, 1)
        inside = list(t.CHIN_AREA)
        side = np.clip((down[inside] + 0.15) / 1.0, 0, 1) * (
            1 - 0.3 * np.clip(np.abs(x[inside]) / self.half - 0.6, 0, 1.2)
        )
        centre = np.clip((down[inside] - 0.05) / 0.25, 0, 1)
        blend = np.clip(np.abs(x[inside]) / (1.1 * self.half), 0, 1)
        weight[inside] = centre * (1 - blend) + side * blend
        return weight

    # the mouth

    def _rest(self) -> Floats:
        out = self._empty()
        upper, lower = list(t.LIPS_UPPER_INNER), list(t.LIPS_LOWER_INNER)
        u, low = self.local[upper], self.local[lower]
        smile = self.smiling
        wide = max(0.0, 2 * self.half - _CALM_WIDTH - 0.06)
        closed = u + 0.3 * (low - u)
        middle = closed[5, 1]
        # A smile is a bowl: flatten it about its middle, and draw the corners in.
        calm = closed.copy()
        calm[:, 1] = middle + (closed[:, 1] - middle) * (1 - 0.6 * smile)
        calm[:, 1] -= 0.25 * smile * max(0.0, self.lift)
        shrink = 1 - min(0.16, 0.75 * wide / (2 * self.half)) * smile
        calm[:, 0] = closed[:, 0] * shrink
        # Lips that a smile has drawn thin grow back a little, outwards.
        grow = 0.25 * smile
        for inner, outer, line in (
            (upper, list(t.LIPS_UPPER_OUTER), u),
            (lower, list(t.LIPS_LOWER_OUTER), low),
        ):
            moved = calm - line
            if self.gap > 0.02 and inner is lower:
                # Smoothing leaves a slit otherwise: the lower lip laps over a little.
                moved = moved - [0.0, 0.014]
            out[inner] = moved
            out[outer] = moved + grow * (self.local[outer] - line) * [0.0, 1.0]
        lift = float(out[14, 1])
        if lift < 0:
            out += np.outer(self.jaw, [0, 0.55 * lift])
            keep = upper + lower + list(t.LIPS_UPPER_OUTER) + list(t.LIPS_LOWER_OUTER)
            out[keep] -= np.outer(self.jaw[keep], [0, 0.55 * lift])
        corner = (out[78] + out[308]) / 2
        sides = np.sign(self.local[:, 0])
        for i in (*t.CHEEK_LEFT, *t.CHEEK_RIGHT, *t.UNDER_NOSE):
            out[i] = [
                -sides[i] * abs(out[308, 0] - out[78, 0]) / 2 * self.near[i],
                corner[1] * 0.6 * self.near[i],
            ]
        return out

    def _jaw_open(self) -> Floats:
        out = self._empty()
        profile = np.clip(1 - self.along**2, 0, 1) ** 0.75
        up, down = _UPPER_SHARE * OPENING, (1 - _UPPER_SHARE) * OPENING
        x = self.local[:, 0]
        narrow = -0.07 * x
        corners = _CORNER_DROP * (1 - profile)
        for group, amount in (
            (t.LIPS_UPPER_INNER, -up),
            (t.LIPS_UPPER_OUTER, -up * 0.9),
            (t.LIPS_LOWER_INNER, down),
            (t.LIPS_LOWER_OUTER, down * 0.96),
        ):
            i = list(group)
            out[i, 0] = narrow[i]
            out[i, 1] = amount * profile[i] + corners[i]
        rows = [i for i in (*t.CHIN_AREA, *t.OVAL) if self.jaw[i] > 0]
        out[rows, 1] = _CHIN_DROP * self.jaw[rows]
        for k in (*t.CHEEK_LEFT, *t.CHEEK_RIGHT):
            out[k] = [-0.12 * x[k] * self.near[k], 0.07 * self.near[k]]
        for k in t.UNDER_NOSE:
            out[k] = [narrow[k] * 0.4, -0.35 * up * self.near[k]]
        return out

    def _stretch(self, corners: float, rise: float, thickness: float) -> Floats:
        """Corners out by `corners` and up by `rise`, lips thicker by a factor."""
        out = self._empty()
        along = self.along
        for inner, outer in (
            (t.LIPS_UPPER_INNER, t.LIPS_UPPER_OUTER),
            (t.LIPS_LOWER_INNER, t.LIPS_LOWER_OUTER),
        ):
            i, o = list(inner), list(outer)
            for rows in (i, o):
                out[rows, 0] = corners * np.clip(along[rows], -1, 1)
                out[rows, 1] = -rise * along[rows] ** 2
            out[o, 1] += thickness * (self.local[o, 1] - self.local[i, 1])
        sides = np.sign(self.local[:, 0])
        for k in (*t.CHEEK_LEFT, *t.CHEEK_RIGHT):
            out[k] = [
                corners * 0.75 * sides[k] * self.near[k],
                -rise * 0.6 * self.near[k],
            ]
        for k in (*t.UNDER_NOSE, *t.CHIN_AREA):
            fall = min(1.0, abs(float(along[k]))) * float(self.near[k])
            out[k] = [
                corners * 0.45 * np.clip(along[k], -1, 1) * fall,
                -rise * 0.3 * fall,
            ]
        return out

    def _mouth_wide(self) -> Floats:
        return self._stretch(0.06, 0.015, -0.10)

    def _mouth_round(self) -> Floats:
        return self._stretch(-0.30 * self.half, 0.0, 0.22)

    def _mouth_press(self) -> Floats:
        out = self._stretch(-0.012, -0.01, -0.30)
        # The lips overlap a little, so that rounding never leaves a slit.
        profile = np.clip(1 - self.along**2, 0, 1)
        for inner, outer, amount in (
            (t.LIPS_UPPER_INNER, t.LIPS_UPPER_OUTER, 0.010),
            (t.LIPS_LOWER_INNER, t.LIPS_LOWER_OUTER, -0.014),
        ):
            for group, part in ((inner, 1.0), (outer, 0.5)):
                i = list(group)
                out[i, 1] += amount * part * profile[i]
        return out

    def _lip_bite(self) -> Floats:
        out = self._stretch(0.015, 0.0, 0.0)
        profile = np.clip(1 - self.along**2, 0, 1) ** 0.6
        for group, amount in (
            (t.LIPS_UPPER_INNER, -0.032),
            (t.LIPS_UPPER_OUTER, -0.026),
            (t.LIPS_LOWER_INNER, -0.026),
            (t.LIPS_LOWER_OUTER, -0.036),
        ):
            i = list(group)
            out[i, 1] += amount * profile[i]
        return out

    def _smile_up(self) -> Floats:
        # What rest leaves of the picture's own smile need not be smiled again.
        more = 1 - 0.4 * self.smiling
        out = self._stretch(0.075 * more, 0.085 * more, -0.12 * more)
        for i in (*t.LID_LOWER_LEFT[1:-1], *t.LID_LOWER_RIGHT[1:-1]):
            out[i, 1] = -0.012
        return out

    def _smile_down(self) -> Floats:
        out = self._stretch(-0.015, -0.055, -0.04)
        for i in (199, 200, 175, 201, 421, 18):
            out[i, 1] -= 0.012
        return out

    # the upper face

    def _brow(self, amount: Callable[[Floats], Floats]) -> Floats:
        """`amount` maps 0 (inner end) to 1 (outer end) to (n, 2) displacements;
        x is positive outwards."""
        out = self._empty()
        for group, side in ((t.BROW_LEFT, -1), (t.BROW_RIGHT, 1)):
            i = list(group)
            x = np.abs(self.local[i, 0] - self.local[t.BROW_MIDDLE, 0])
            place = (x - x.min()) / (np.ptp(x) + 1e-6)
            out[i] = amount(place) * [side, 1]
        return out

    def _brow_up(self) -> Floats:
        out = self._brow(lambda p: np.column_stack([0 * p, -0.07 + 0.015 * p]))
        for i in t.FOREHEAD:
            out[i, 1] = -0.04
        return self._lids(out, 0.012)

    def _brow_down(self) -> Floats:
        out = self._brow(lambda p: np.column_stack([0 * p, 0.045 - 0.015 * p]))
        for i in t.FOREHEAD:
            out[i, 1] = 0.02
        return self._lids(out, -0.012)

    def _knit_in(self) -> Floats:
        out = self._brow(
            lambda p: np.column_stack([-0.03 * (1 - p), 0.035 * (1 - p) - 0.012 * p])
        )
        out[[9, 8], 1] = 0.02
        return self._lids(out, -0.01)

    def _knit_up(self) -> Floats:
        out = self._brow(
            lambda p: np.column_stack([-0.015 * (1 - p), -0.06 * (1 - p) + 0.012 * p])
        )
        out[[9, 8, 151], 1] = [-0.03, -0.02, -0.03]
        return out

    def _lids(self, out: Floats, rise: float) -> Floats:
        """Upper lids up by `rise`, most in their middle."""
        for group in (t.LID_UPPER_LEFT, t.LID_UPPER_RIGHT):
            i = list(group)
            out[i, 1] -= rise * np.sin(np.linspace(0, np.pi, len(i)))
        return out

    def _cheek(self) -> Floats:
        out = self._empty()
        for i in (*t.CHEEK_LEFT, *t.CHEEK_RIGHT):
            high = np.exp(-(((self.local[i, 1] + 0.35) / 0.3) ** 2))
            out[i, 1] = -0.045 * high
        for group in (t.LID_LOWER_LEFT, t.LID_LOWER_RIGHT):
            lid = list(group)
            out[lid, 1] = -0.022 * np.sin(np.linspace(0, np.pi, len(lid)))
        return self._lids(out, -0.012)

    def _nose_wrinkle(self) -> Floats:
        out = self._brow(lambda p: np.column_stack([-0.015 * (1 - p), 0.03 * (1 - p)]))
        for i in (98, 327, 203, 423, 36, 266, 206, 426):
            out[i, 1] = -0.035
        for i in (2, 94, 164, 167, 393, 165, 391):
            out[i, 1] = -0.02
        profile = np.clip(1 - self.along**2, 0, 1)
        lip = list(t.LIPS_UPPER_OUTER)
        out[lip, 1] = -0.015 * profile[lip]
        return out

    def _wide_left(self) -> Floats:
        return self._wide(t.LID_UPPER_LEFT)

    def _wide_right(self) -> Floats:
        return self._wide(t.LID_UPPER_RIGHT)

    def _wide(self, group: tuple[int, ...]) -> Floats:
        out = self._empty()
        i = list(group)
        out[i, 1] = -0.05 * np.sin(np.linspace(0, np.pi, len(i)))
        return out
