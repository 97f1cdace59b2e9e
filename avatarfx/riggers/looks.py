"""What a face looks like: its style, its colours, and whether its mouth can be seen."""

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

PROFILE = 0.45
"""Nose tip off the eye midline, in eye distances: beyond it the far cheek is hidden and
a mouth opened by displacement tears. Measured on 37 painted busts."""

_COVERED = (
    "Something covers the mouth in this picture. "
    "If that is not so, set the handles by hand."
)

_BLANK = 9.0
"""Between nose and chin of a flat drawing, in the units of `_apart`: what differs by less
is a fold, not a mouth."""

_SIDE = 192
_EVEN = 3.0
"""Grey levels within 3 x 3 pixels up to which a spot counts as evenly coloured."""


def judge_style(rgb: Picture, landmarks: Floats) -> str:
    """``photo``, ``paint`` or ``flat``, from the texture of the face.

    Told apart on twenty drawn avatars and forty paintings: flat art is even over a
    third of the face and its few edges are hard; paintings have harder edges than
    photographs.
    """
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    scale = _SIDE / (1.24 * float((high - low).max()))
    x0, y0 = np.maximum(low - 0.12 * (high - low), 0).astype(int)
    x1, y1 = np.ceil(high + 0.12 * (high - low)).astype(int)
    part = rgb[y0:y1, x0:x1]
    if part.size == 0:
        return "photo"
    size = (max(8, round(part.shape[1] * scale)), max(8, round(part.shape[0] * scale)))
    sampler = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    grey = cv2.cvtColor(
        cv2.resize(part, size, interpolation=sampler), cv2.COLOR_RGB2GRAY
    )
    grey = grey.astype(np.float32)
    inside = np.zeros(grey.shape, np.uint8)
    hull = cv2.convexHull(((landmarks[:, :2] - [x0, y0]) * scale).astype(np.int32))
    cv2.fillConvexPoly(inside, hull, 1)
    box = np.ones((3, 3), np.uint8)
    span = (cv2.dilate(grey, box) - cv2.erode(grey, box))[inside > 0]
    edges = np.abs(cv2.Laplacian(grey, cv2.CV_32F))[inside > 0]
    if not len(span):
        return "photo"
    even = float((span <= _EVEN).mean())
    strong = float(np.percentile(edges, 95))
    if even > 0.36 and strong > 20 * max(0.3, float(np.median(edges))):
        return "flat"
    return "photo" if strong < 27 else "paint"


def find_palette(rgb: Picture, frame: FaceFrame, style: str) -> dict[str, str]:
    """``#rrggbb`` of skin, lip, teeth, tongue, mouth and lid; points in pixels."""
    points = frame.landmarks[:, :2]
    skin = _around(rgb, points[[50, 280, 205, 425, 101, 330]], 0.05 * frame.unit)
    lip = _lip_colour(rgb, points)
    lid = _around(
        rgb,
        points[[159, 386]] - 0.035 * frame.unit * frame.down,
        0.015 * frame.unit,
    )
    light = float(np.clip(skin @ [0.299, 0.587, 0.114] / 165, 0.35, 1.1))
    if style == "flat":
        teeth = np.array([250, 246, 238.0])
        mouth, tongue = np.array([72, 22, 30.0]), np.array([205, 92, 92.0])
    else:
        # What light there is tints the teeth; half of it, for eyes expect them white.
        tint = skin / max(1.0, float(skin.mean()))
        teeth = np.array([232, 222, 206.0]) * min(1.0, light + 0.12)
        teeth *= 1 + 0.25 * (tint - 1)
        mouth = np.array([74, 22, 22.0]) * (0.5 + 0.5 * light)
        tongue = np.array([176, 78, 76.0]) * min(1.0, 0.25 + 0.75 * light)
        seen = _own_teeth(rgb, frame)
        if seen is not None:
            teeth = seen
    return {
        "skin": _hex(skin),
        "lip": _hex(lip),
        "teeth": _hex(teeth),
        "tongue": _hex(tongue),
        "mouth": _hex(mouth),
        "lid": _hex(lid),
    }


def hidden_mouth(
    rgb: Picture, frame: FaceFrame, presence: float, style: str
) -> str | None:
    """Why no mouth may be painted on this face, in words for a user; None when one may.

    A cloth or visor covers the tip of the nose too, which no beard does: then nose
    tip, lips and chin differ from the skin around the eyes, and hardly from each other.
    The thresholds (CIE Lab, lightness halved) part 12 masks from 90 open faces.
    """
    if abs(frame.turn) > PROFILE:
        return (
            "The face is turned too far to the side to speak. "
            "Use a picture that looks more towards the viewer, or set the handles."
        )
    lab = cast("Floats", cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32))
    lab *= [100 / 255, 1, 1]
    points, reach = frame.landmarks[:, :2], 0.03 * frame.unit

    def spot(*indices: int) -> Floats:
        return _around(lab, points[list(indices)], reach)

    eyes = spot(168, 6, 197, 119, 348, 120, 349)
    tip, chin = spot(1, 4, 5, 45, 275), spot(199, 200, 201, 421, 208, 428)
    lips, under_nose = spot(0, 17, 37, 267, 84, 314, 11, 16), spot(164, 167, 393)
    covered = (
        _apart(tip, eyes) > 13 and _apart(lips, eyes) > 11 and _apart(chin, eyes) > 9
    )
    plain = min(_apart(lips, chin), _apart(lips, under_nose)) < 2.6
    one_cloth = (
        min(_apart(tip, eyes), _apart(lips, eyes), _apart(chin, eyes)) > 18
        and _apart(tip, chin) < 8
    )
    if style == "flat":
        # A drawn beard or beak may be of one colour, but a mouth is drawn on it.
        down = [spot(i) for i in (164, 0, 13, 14, 17, 18, 200)]
        blank = max(_apart(a, b) for a in down for b in down) < _BLANK
        return _COVERED if one_cloth and blank else None
    doubtful = (
        presence < 0.7 and _apart(lips, chin) < 3 and _apart(lips, under_nose) < 5.5
    )
    if (covered and plain) or one_cloth or doubtful:
        return _COVERED
    return None


def _apart(a: Floats, b: Floats) -> float:
    return float(np.linalg.norm((a - b) * [0.5, 1, 1]))


def _around(picture: NDArray[np.generic], points: Floats, reach: float) -> Floats:
    """(channels,) median of the pixels within `reach` of any of the points."""
    reach = max(reach, 1.0)
    height, width = picture.shape[:2]
    spots = []
    for x, y in points:
        x0, x1 = (
            int(np.clip(x - reach, 0, width - 1)),
            int(np.clip(x + reach, 0, width - 1)),
        )
        y0, y1 = (
            int(np.clip(y - reach, 0, height - 1)),
            int(np.clip(y + reach, 0, height - 1)),
        )
        spots.append(picture[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, picture.shape[2]))
    return np.asarray(np.median(np.concatenate(spots), 0), np.float32)


def _lip_colour(rgb: Picture, points: Floats) -> Floats:
    inside = np.zeros(rgb.shape[:2], np.uint8)
    for inner, outer in (
        (t.LIPS_UPPER_INNER, t.LIPS_UPPER_OUTER),
        (t.LIPS_LOWER_INNER, t.LIPS_LOWER_OUTER),
    ):
        ring = np.concatenate([points[list(outer)], points[list(inner)][::-1]])
        cv2.fillPoly(inside, [ring.astype(np.int32)], 1)
    found = rgb[inside > 0]
    if len(found) < 4:
        return _around(rgb, points[[0, 17]], 1.0)
    return np.asarray(np.median(found, 0), np.float32)


def _own_teeth(rgb: Picture, frame: FaceFrame) -> Floats | None:
    """The colour of teeth that a smile shows; None when the picture shows none."""
    points = frame.landmarks[:, :2]
    gap = float((points[14] - points[13]) @ frame.down)
    if gap < 0.05 * frame.unit:
        return None
    inside = np.zeros(rgb.shape[:2], np.uint8)
    ring = np.concatenate(
        [points[list(t.LIPS_UPPER_INNER)], points[list(t.LIPS_LOWER_INNER)][::-1]]
    )
    cv2.fillPoly(inside, [ring.astype(np.int32)], 1)
    found = rgb[inside > 0].astype(np.float32)
    if len(found) < 12:
        return None
    light = found.mean(1)
    bright = found[light >= np.percentile(light, 60)].mean(0)
    lips = float(_lip_colour(rgb, points).mean())
    # Brighter than the lips and nearly colourless, or it is not teeth.
    if bright.mean() < lips + 18 or np.ptp(bright) > 70:
        return None
    return np.asarray(np.minimum(bright * 1.02, 245), np.float32)


def _hex(rgb: Floats) -> str:
    r, g, b = (round(float(v)) for v in np.clip(rgb, 0, 255))
    return f"#{r:02x}{g:02x}{b:02x}"
