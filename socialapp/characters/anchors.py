"""The handles that a person drags: read from strangers and judged."""

from __future__ import annotations

import math
from typing import Any

from socialapp.performance import codec
from socialapp.performance.rig import Anchors

MARGIN = 0.02
"""Of the width: a handle may touch the frame, and fingers are not exact."""

MIN_EYES_APART = 0.02
"""Of the width. The smallest face that can be framed fills a tenth of the picture, and
eyes stand two fifths of a face apart; half of that is left as room."""


class AnchorError(ValueError):
    """The message says which handle is wrong and where it belongs."""


def read(data: Any) -> Anchors:
    """Anchors from JSON; AnchorError names what is missing or odd."""
    try:
        return codec.load(Anchors, data, "anchors")
    except codec.FormatError as error:
        raise AnchorError(str(error)) from None


def check(anchors: Anchors, *, ratio: float) -> None:
    """AnchorError unless these can be a face. `ratio` is height / width of the picture."""
    places = {
        "left eye": anchors.eye_left,
        "right eye": anchors.eye_right,
        "mouth": anchors.mouth,
        "chin": anchors.chin,
    }
    for name, (x, y) in places.items():
        if not (math.isfinite(x) and math.isfinite(y)):
            raise AnchorError(f"The {name} has no place. Drag it onto the picture.")
        if not (-MARGIN <= x <= 1 + MARGIN and -MARGIN <= y <= ratio + MARGIN):
            raise AnchorError(f"The {name} is outside the picture. Drag it back in.")
    if not math.isfinite(anchors.mouth_width) or not 0 <= anchors.mouth_width <= 1:
        raise AnchorError("The mouth is wider than the picture. Narrow it.")
    left, right = anchors.eye_left, anchors.eye_right
    across = (right[0] - left[0], right[1] - left[1])
    apart = math.hypot(*across)
    if apart < MIN_EYES_APART:
        raise AnchorError("The eyes are on one spot. Drag them apart.")
    if across[0] <= 0:
        raise AnchorError(
            "The eyes are swapped. The first belongs on the left of the picture."
        )
    # Down the face: at a right angle to the line through the eyes.
    down = (-across[1] / apart, across[0] / apart)
    middle = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)

    def depth(point: tuple[float, float]) -> float:
        return (point[0] - middle[0]) * down[0] + (point[1] - middle[1]) * down[1]

    if depth(anchors.mouth) <= 0.15 * apart:
        raise AnchorError("The mouth is not below the eyes. Drag it down.")
    if depth(anchors.chin) <= depth(anchors.mouth) + 0.05 * apart:
        raise AnchorError("The chin is not below the mouth. Drag it down.")
    if anchors.mouth_width > 3 * apart:
        raise AnchorError("The mouth is far wider than the eyes. Narrow it.")
