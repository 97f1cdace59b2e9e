"""Faces, and whom they are like: dlib with the networks of Davis King (CC0).

Of the package with the weights only the 5-point and the descriptor file are read; its
68-point file was trained on pictures that must not be used commercially.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from moderation.detectors import house
from socialapp.engines import weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.engines.protocols import Sighting

_PACKAGE, _FOLDER = "face-recognition-models", "face_recognition_models/models"
_POINTS = f"{_FOLDER}/shape_predictor_5_face_landmarks.dat"
_POINTS_SHA256 = "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"
_NETWORK = f"{_FOLDER}/dlib_face_recognition_resnet_model_v1.dat"
_NETWORK_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"


class FaceDetector:
    """Faces from 80 of 900 pixels on, turned by less than about 45 degrees."""

    version = "dlib-hog 1"

    def __init__(self, weights_dir: str = "", least: float = 0.0) -> None:
        """`least`: the finder's score from which a face counts; dlib's own is 0."""
        self._weights_dir = weights_dir
        self._least = least

    def available(self) -> str | None:
        if find_spec("dlib") is None:
            return "Not installed: dlib-bin."
        for file in (_POINTS, _NETWORK):
            name = file.rpartition("/")[2]
            reason = weights.lacking([(_PACKAGE, file)], name, self._weights_dir)
            if reason:
                return reason
        return None

    def look(self, pictures: Sequence[bytes]) -> tuple[Sighting, ...]:
        with self.sitting() as child:
            return child.look(pictures)

    def sitting(self) -> house.Sitting:
        points = weights.locate(_PACKAGE, _POINTS, _POINTS_SHA256, self._weights_dir)
        network = weights.locate(_PACKAGE, _NETWORK, _NETWORK_SHA256, self._weights_dir)
        return house.Sitting(
            house.PROGRAMS / "faces.py",
            options={
                "landmarks": str(points),
                "descriptors": str(network),
                "least": self._least,
            },
        )
