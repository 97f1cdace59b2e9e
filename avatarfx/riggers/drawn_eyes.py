"""Eyes of flat drawings: the network sees them smaller than they are drawn.

A lid that closes over half of an eye is no blink. So the lower lid is looked for in the
picture: the skin below the eye is known, and where it begins the eye ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.riggers import topology as t

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.riggers.frame import FaceFrame

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

FAR = 0.75
"""Of the eye's width below its iris: so far is looked, and no drawn eye reaches."""

SKIN_FROM = 0.35
"""From here on most of what is seen is skin, though lashes or an eye may end in it."""

LIKE = 30.0
"""Lab distance within which a colour is the skin's."""

RUN = 0.07
"""Of the eye's width: as much skin in a row ends the eye; less is a gleam in it."""

MOST = 0.45
"""How far a lid is moved at most: what goes on longer is a shadow or a mask."""

_STEPS = 76


def lowered(rgb: Picture, frame: FaceFrame) -> Floats:
    """The landmarks in pixels of `rgb`, (478, 3), with both lower lids at the lower edge
    of the drawn eyes; where none is found they stay."""
    points = frame.landmarks.copy()
    for upper, lower, iris in (
        (t.LID_UPPER_LEFT, t.LID_LOWER_LEFT, t.IRIS_LEFT),
        (t.LID_UPPER_RIGHT, t.LID_LOWER_RIGHT, t.IRIS_RIGHT),
    ):
        ends = points[[upper[0], upper[-1]], :2]
        width = float(np.linalg.norm(ends[1] - ends[0]))
        middle = points[lower[len(lower) // 2], :2]
        start = float((middle - points[iris, :2]) @ frame.down) / width
        end = _end_of_eye(rgb, points[iris, :2], frame.down, width, max(start, 0.0))
        if end is None or not 0.02 < end - start <= MOST:
            continue
        along = np.linspace(-1, 1, len(lower))
        share = np.sqrt(1 - along**2)[:, None]
        points[list(lower), :2] += (end - start) * width * share * frame.down
    return points


def _end_of_eye(
    rgb: Picture, iris: Floats, down: Floats, width: float, start: float
) -> float | None:
    """Distance from the iris in eye widths; None when it cannot be told."""
    away = np.linspace(0, FAR, _STEPS)
    across = np.array([down[1], -down[0]])
    aside = np.linspace(-0.05, 0.05, 5)
    places = (
        iris + (away[:, None, None] * down + aside[None, :, None] * across) * width
    ).astype(np.float32)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    seen = cv2.remap(
        lab,
        places[..., 0],
        places[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    colours = cast("Floats", np.median(seen, 1))
    skin = np.median(colours[away >= SKIN_FROM], 0)
    like = np.linalg.norm(colours - skin, axis=1) < LIKE
    run = max(2, round(RUN / FAR * _STEPS))
    for i in range(int(np.searchsorted(away, start)), _STEPS - run):
        if like[i : i + run].all():
            return float(away[i])
    return None
