"""How far the layers of a drawn portrait go: one table of numbers.

Lengths are in units of the portrait's width. The cast was drawn 600 units wide and says
what looks right there: brows 10 up and 6 down and 8 degrees, a turn of 12 units.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialapp.performance import Face

UNIT = 1 / 600

TURN = 46 * UNIT
"""Travel of a layer of depth 1 by the sine of the angle: 12 units at 15 degrees."""

TURN_MOST = 16 * UNIT
"""Where the travel levels off; beyond it hair would come off the forehead."""

FACE_WIDTH = 2.1
"""A drawn face in distances between the eyes; sway is given in face widths."""

BODY_SWAY = 0.3
"""Part of the head's sway that the shoulders follow."""

BROW_UP, BROW_DOWN, BROW_IN = 10 * UNIT, 6 * UNIT, 2.5 * UNIT
BROW_ANGLE = 8.0
"""Degrees."""

CHEEK_UP = 4 * UNIT
CHEEK_REST = 0.78
"""Blush without a smile; a full smile shows all of what is drawn."""

SQUINT = 0.14
"""Lid of a full cheek raise."""

NOSE_UP = 2.5 * UNIT
CORNER_UP, CORNER_DOWN = 9 * UNIT, 8 * UNIT
"""Mouth corners at a full smile and a full frown."""

JAW_OF = {
    "X": 0.0, "A": 0.0, "B": 0.12, "C": 0.42, "D": 0.85,
    "E": 0.5, "F": 0.22, "G": 0.12, "H": 0.42,
}  # fmt: skip
"""The jaw opening that each drawn mouth stands for; what the face has more or less
stretches it a little."""

STRETCH = 0.3
"""Of the mouth's height, by the jaw's difference from the above."""


def level(value: float, most: float) -> float:
    """`value`, bent so that it never passes `most`; the same near zero."""
    return most * math.tanh(value / most)


def turn_of(face: Face) -> tuple[float, float]:
    """How far a layer of depth 1 goes for the head's yaw and pitch."""
    x = TURN * math.sin(math.radians(face.yaw))
    y = -TURN * math.sin(math.radians(face.pitch))
    return level(x, TURN_MOST), level(y, TURN_MOST)
