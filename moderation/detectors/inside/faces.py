"""Faces and what they are like: dlib's HOG finder, 5 landmarks, 128 numbers each."""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dlib
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LONG_SIDE = 900
"""Pixels in which faces are looked for: 300 ms, and faces of 80 pixels are found."""

MOST_FACES = 8
MARGIN = 0.25
"""Of a face's width: what around it is looked at to tell photograph and drawing."""

# Scripts that run isolated cannot import their neighbours.
surface = runpy.run_path(str(Path(__file__).with_name("strokes.py")))["photo"]


def look(
    pictures: Sequence[Image.Image], *, landmarks: str, descriptors: str, least: float
) -> list[dict[str, Any]]:
    """`least`: the finder's score from which a face counts."""
    finder, points, network = loaded(landmarks, descriptors)
    return [
        {
            "scores": {},
            "faces": faces(one, finder, points, network, least),
            "hashes": [],
        }
        for one in pictures
    ]


@cache
def loaded(landmarks: str, descriptors: str) -> tuple[Any, Any, Any]:
    """Who finds faces, who points at five places of one, who describes one."""
    return (
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(landmarks),
        dlib.face_recognition_model_v1(descriptors),
    )


def faces(
    picture: Image.Image, finder: Any, points: Any, network: Any, least: float
) -> list[dict[str, Any]]:
    """The surest first."""
    scale = LONG_SIDE / max(picture.size)
    size = [max(1, round(side * scale)) for side in picture.size]
    pixels = np.asarray(picture.resize((size[0], size[1]), Image.Resampling.LANCZOS))
    boxes, scores, _ = finder.run(pixels, 0, least)
    found = []
    for box, sure in sorted(zip(boxes, scores, strict=True), key=lambda p: -p[1]):
        shape = points(pixels, box)
        numbers: NDArray[np.float32] = np.asarray(
            network.compute_face_descriptor(pixels, shape), "<f4"
        )
        sides = [
            round(side / scale)
            for side in (box.left(), box.top(), box.right(), box.bottom())
        ]
        found.append(
            {
                "box": sides,
                "score": float(sure),
                "yaw": yaw(shape),
                "photo": surface(around(picture, sides)),
                "descriptor": numbers.tobytes().hex(),
            }
        )
    return found[:MOST_FACES]


def around(picture: Image.Image, box: list[int]) -> Image.Image:
    """The face and a little of what is around it."""
    left, top, right, bottom = box
    more = round((right - left) * MARGIN)
    return picture.crop(
        (
            max(0, left - more),
            max(0, top - more),
            min(picture.width, right + more),
            min(picture.height, bottom + more),
        )
    )


def yaw(shape: Any) -> float:
    """Nose off the middle of the eyes, along them, in distances between the eyes.

    dlib's five points: outer and inner corner of the eye at the right of the picture,
    outer and inner of the one at its left, base of the nose.
    """
    at = np.array([(point.x, point.y) for point in shape.parts()], float)
    right, left = at[0:2].mean(0), at[2:4].mean(0)
    along = right - left
    apart = float(np.hypot(*along))
    if apart < 1.0:
        return 0.0
    return float((at[4] - (left + right) / 2) @ along / apart**2)
