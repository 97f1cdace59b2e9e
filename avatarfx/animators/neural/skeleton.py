"""Head and shoulders as coloured limbs, as networks are shown whom they animate.

The picture is the one that OpenPose made customary: eighteen points, a colour for each
limb, joints as discs, black behind. Of a portrait eight points are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.animators.neural.faces import moved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.neural.faces import Seen

    Floats = NDArray[np.floating[Any]]

NOSE, NECK, SHOULDER_RIGHT, SHOULDER_LEFT = 0, 1, 2, 5
EYE_RIGHT, EYE_LEFT, EAR_RIGHT, EAR_LEFT = 14, 15, 16, 17
"""Numbers of OpenPose's points (COCO-18). Right and left are the person's own."""

LIMBS = {
    (NECK, SHOULDER_RIGHT): (255, 0, 0),
    (NECK, SHOULDER_LEFT): (255, 85, 0),
    (NECK, NOSE): (0, 0, 255),
    (NOSE, EYE_RIGHT): (85, 0, 255),
    (EYE_RIGHT, EAR_RIGHT): (170, 0, 255),
    (NOSE, EYE_LEFT): (255, 0, 255),
    (EYE_LEFT, EAR_LEFT): (255, 0, 170),
}
"""RGB, as in OpenPose's drawing."""

JOINTS = {
    NOSE: (255, 0, 0),
    NECK: (255, 85, 0),
    SHOULDER_RIGHT: (255, 170, 0),
    SHOULDER_LEFT: (85, 255, 0),
    EYE_RIGHT: (170, 0, 255),
    EYE_LEFT: (255, 0, 255),
    EAR_RIGHT: (255, 0, 170),
    EAR_LEFT: (255, 0, 85),
}

FAINT = 0.6
"""Of its colour, how a limb is drawn; joints have all of theirs."""

THICK = 1 / 64
"""Width of a limb, in sides of the picture."""

NOSE_DOWN, EARS_OUT, NECK_DOWN, SHOULDERS_OUT = 0.55, 0.62, 0.55, 0.9
"""Where the points that no rig has lie in an average face: of the way from eyes to
mouth; beyond each eye, in distances between the eyes; below the chin and beside the
neck, in face heights."""


def points(seen: Seen) -> dict[int, tuple[float, float]]:
    """What is known of one actor, by OpenPose's numbers, in frame pixels."""
    shape = seen.shape
    anchors = shape.rig.anchors
    if anchors is None:
        return {}
    one, other = np.asarray(anchors.eye_left), np.asarray(anchors.eye_right)
    apart, tall = other - one, shape.head.height
    nose = shape.eyes + (shape.mouth - shape.eyes) * NOSE_DOWN
    head = moved(
        np.stack([nose, one, other, one - apart * EARS_OUT, other + apart * EARS_OUT]),
        seen.matrix,
    )
    chin = np.asarray(anchors.chin)
    neck = chin + np.array([0.0, NECK_DOWN * tall])
    away = np.array([SHOULDERS_OUT * tall, 0.0])
    body = moved(np.stack([neck, neck - away, neck + away]), seen.lens)
    # The person's right is at the viewer's left, in a mirrored picture as well.
    flip = head[1, 0] > head[2, 0]
    eyes, ears = (EYE_RIGHT, EYE_LEFT), (EAR_RIGHT, EAR_LEFT)
    sides = (SHOULDER_RIGHT, SHOULDER_LEFT)
    if flip:
        eyes, ears, sides = eyes[::-1], ears[::-1], sides[::-1]
    numbers = (NOSE, *eyes, *ears)
    found = dict(zip(numbers, head, strict=True))
    found |= dict(zip((NECK, *sides), body, strict=True))
    return {number: (float(p[0]), float(p[1])) for number, p in found.items()}


def drawn(
    known: dict[int, tuple[float, float]], box: tuple[int, int, int, int], size: int
) -> NDArray[np.uint8]:
    """(size, size, 3) RGB: what of the limbs lies in a square of the frame."""
    canvas = np.zeros((size, size, 3), np.uint8)
    fine = size / (box[2] - box[0])
    at = {
        number: (round((x - box[0]) * fine * 16), round((y - box[1]) * fine * 16))
        for number, (x, y) in known.items()
    }
    wide = max(1, round(size * THICK))
    for (start, end), colour in LIMBS.items():
        if start in at and end in at:
            faint = tuple(round(v * FAINT) for v in colour)
            cv2.line(canvas, at[start], at[end], faint, wide, cv2.LINE_AA, 4)
    for number, colour in JOINTS.items():
        if number in at:
            cv2.circle(canvas, at[number], wide * 16, colour, -1, cv2.LINE_AA, 4)
    return canvas
