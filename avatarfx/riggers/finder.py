"""Finds faces and their 478 landmarks with the litert cascade, also in drawn portraits.

Reads the detector and the mesh network inside ``face_landmarker.task`` and runs them
with plain CPU operators. The detector misses faces that are small or stylised, so it
looks at the whole picture first and then at crops; the mesh network's presence score,
not the detector's, decides what counts as a face.
"""

from __future__ import annotations

import io
import math
import threading
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from avatarfx.riggers import topology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

PRESENCE_MIN = 0.5
"""Below it the mesh network sees no face: measured on 185 painted portraits, lower
values let hands, knees and skulls through."""

_DETECTOR_SIDE = 128
_MESH_SIDE = 256
_SCORE_MIN = 0.3
_SCORE_MIN_CROP = 0.2
_OVERLAP = 0.3
_ROI_SCALE = 1.5
"""The mesh network was trained on boxes 1.5 times the face."""

_UNSTEADY = 0.13
_SMALLEST = 0.07
"""Of the picture's longer side: what only crops show and is smaller is an ornament."""

_MAIN = (33, 263, 133, 362, 61, 291, 1, 13, 17, 152, 168, 10)
_MAIN_MIRRORED = (263, 33, 362, 133, 291, 61, 1, 13, 17, 152, 168, 10)

_KINDRED = 0.5
"""Two finds whose centres are nearer than this part of a face are one face."""


@dataclass(frozen=True, slots=True)
class Found:
    landmarks: Floats
    """(478, 3): x, y in pixels, depth in pixels, negative towards the viewer."""

    presence: float

    @property
    def size(self) -> float:
        """Longer side of the landmarks' box, in pixels."""
        return float(np.ptp(self.landmarks[:468, :2], axis=0).max())

    @property
    def centre(self) -> Floats:
        low, high = self.landmarks[:, :2].min(0), self.landmarks[:, :2].max(0)
        return np.asarray((low + high) / 2, np.float32)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a face may be, as some detector says."""

    score: float
    centre: tuple[float, float]
    size: float
    """Side of a square about the face, half as wide again as it."""

    angle: float
    """Radians by which the eye line is turned, clockwise."""


@dataclass(frozen=True, slots=True)
class _Window:
    box: tuple[int, int, int, int]
    """Left, top, right, bottom in pixels."""

    score_min: float
    crop: bool
    """What is found only here must also prove steady."""


class FaceFinder:
    """Safe to call from several threads: the networks run one call at a time."""

    def __init__(self, task: bytes, threads: int = 1) -> None:
        with zipfile.ZipFile(io.BytesIO(task)) as archive:
            self._detector = _network(archive.read("face_detector.tflite"), threads)
            self._mesh = _network(
                archive.read("face_landmarks_detector.tflite"), threads
            )
        self._anchors = _anchor_centres()
        self._lock = threading.Lock()

    def find(
        self, rgb: Picture, *, whole: bool = True, crops: bool = True
    ) -> list[Found]:
        """Every face, best first: the largest and most central, presence above 0.5.

        The crops are searched only while the whole picture gives none; without `whole`
        or `crops` the one or the other is not looked at.
        """
        for windows in _levels(rgb.shape[1], rgb.shape[0]):
            if not (whole if len(windows) == 1 else crops):
                continue
            found: list[Found] = []
            for window in windows:
                found += self._look(rgb, window, found)
            if found:
                return sorted(found, key=lambda f: -_prominence(f, rgb))
        return []

    def follow(self, rgb: Picture, near: Floats, *, rounds: int = 1) -> Found | None:
        """The face where `near` (landmarks of a similar picture) says that it is; without
        `rounds` it is looked at once, at half the cost."""
        box = _box_of_landmarks(near)
        found = self._refine(rgb, box, rounds=rounds)
        return found if found.presence > PRESENCE_MIN else None

    def propose(self, rgb: Picture) -> list[Proposal]:
        """What the detector alone takes for faces in the whole picture, best first."""
        return self._detect(rgb, _SCORE_MIN_CROP)[:4]

    def judge(self, rgb: Picture, box: Proposal) -> tuple[Found | None, bool]:
        """The landmarks in a box that somebody proposed, if they can be a face's, and
        whether they are one's beyond doubt: present, and steady in a mirror."""
        found = self._refine(rgb, box, rounds=2)
        if not _plausible(found, rgb):
            return None, False
        return found, found.presence > PRESENCE_MIN and self.steady(rgb, found)

    def steady(self, rgb: Picture, found: Found) -> bool:
        """Whether the face is where it is in a mirrored picture, too."""
        return self._unsteadiness(rgb, found) < _UNSTEADY

    def rank(self, found: Found, rgb: Picture) -> float:
        """Orders faces: the largest and most central first."""
        return _prominence(found, rgb)

    def _look(self, rgb: Picture, window: _Window, known: list[Found]) -> list[Found]:
        """Faces in one window that are not among the known ones."""
        x0, y0, x1, y1 = window.box
        part = rgb[y0:y1, x0:x1]
        kept: list[Found] = []
        for box in self._detect(part, window.score_min)[:8]:
            moved = Proposal(
                box.score, (box.centre[0] + x0, box.centre[1] + y0), box.size, box.angle
            )
            found = self._refine(rgb, moved, rounds=2)
            if found.presence <= PRESENCE_MIN or not _plausible(found, rgb):
                continue
            if window.crop and found.size < _SMALLEST * max(rgb.shape[:2]):
                continue
            if all(
                np.linalg.norm(found.centre - other.centre)
                > _KINDRED * max(found.size, other.size)
                for other in (*known, *kept)
            ) and (not window.crop or self._unsteadiness(rgb, found) < _UNSTEADY):
                kept.append(found)
        return kept

    def _unsteadiness(self, rgb: Picture, found: Found) -> float:
        """How far main points move in a mirrored, larger crop, in eye distances.

        Faces stay where they are; hands, knees and flowers that pass for one do not.
        """
        box = _box_of_landmarks(found.landmarks)
        width = rgb.shape[1]
        mirrored = self._landmarks(
            np.ascontiguousarray(rgb[:, ::-1]),
            Proposal(
                1.0, (width - box.centre[0], box.centre[1]), box.size * 1.2, -box.angle
            ),
        )
        if mirrored.presence < PRESENCE_MIN:
            return math.inf
        there = mirrored.landmarks[list(_MAIN_MIRRORED), :2]
        there = np.column_stack([width - there[:, 0], there[:, 1]])
        here = found.landmarks[list(_MAIN), :2]
        eyes = float(np.linalg.norm(here[0] - here[1]))
        return float(np.linalg.norm(there - here, axis=1).mean()) / eyes

    def _detect(self, rgb: Picture, score_min: float) -> list[Proposal]:
        height, width = rgb.shape[:2]
        side = max(height, width)
        scale = _DETECTOR_SIDE / side
        left, top = (side - width) / 2, (side - height) / 2
        small = cv2.resize(
            rgb,
            (max(1, round(width * scale)), max(1, round(height * scale))),
            interpolation=cv2.INTER_AREA,
        )
        square = np.zeros((_DETECTOR_SIDE, _DETECTOR_SIDE, 3), np.float32)
        x, y = round(left * scale), round(top * scale)
        part = square[y : y + small.shape[0], x : x + small.shape[1]]
        part[:] = small[: part.shape[0], : part.shape[1]] / 127.5 - 1
        with self._lock:
            first, second = _run(self._detector, square[None])
        regressors, logits = (
            (first[0], second[0, :, 0])
            if first.shape[-1] == 16
            else (second[0], first[0, :, 0])
        )
        scores = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        keep = np.flatnonzero(scores > score_min)
        centres = self._anchors[keep] * _DETECTOR_SIDE
        values = regressors[keep]
        boxes = np.column_stack([values[:, :2] + centres, values[:, 2:4]])
        points = values[:, 4:].reshape(-1, 6, 2) + centres[:, None]
        found = []
        for group in _overlapping(boxes, scores[keep]):
            weight = scores[keep][group][:, None]
            box = (boxes[group] * weight).sum(0) / weight.sum()
            eyes = (points[group][:, :2] * weight[:, None]).sum(0) / weight.sum()
            dx, dy = eyes[1] - eyes[0]
            found.append(
                Proposal(
                    float(scores[keep][group[0]]),
                    (float(box[0]) / scale - left, float(box[1]) / scale - top),
                    float(box[2:].max()) / scale * _ROI_SCALE,
                    math.atan2(float(dy), float(dx)),
                )
            )
        return found

    def _refine(self, rgb: Picture, box: Proposal, rounds: int) -> Found:
        """Landmarks in an upright crop, then again in the crop that they suggest."""
        found = self._landmarks(rgb, box)
        for _ in range(rounds):
            again = self._landmarks(rgb, _box_of_landmarks(found.landmarks))
            if again.presence < min(found.presence, PRESENCE_MIN):
                break
            found = again
        return found

    def _landmarks(self, rgb: Picture, box: Proposal) -> Found:
        scale = _MESH_SIDE / max(box.size, 1.0)
        cos, sin = math.cos(box.angle) * scale, math.sin(box.angle) * scale
        cx, cy = box.centre
        half = _MESH_SIDE / 2
        into = np.array(
            [
                [cos, sin, half - cos * cx - sin * cy],
                [-sin, cos, half + sin * cx - cos * cy],
            ]
        )
        crop = cv2.warpAffine(rgb, into, (_MESH_SIDE, _MESH_SIDE), flags=cv2.INTER_AREA)
        with self._lock:
            outputs = _run(self._mesh, (crop.astype(np.float32) / 255)[None])
        points = next(o for o in outputs if o.size == 478 * 3).reshape(478, 3)
        logit = next(
            float(o.ravel()[0]) for o in outputs if o.size == 1 and o.ndim == 4
        )
        back = cv2.invertAffineTransform(into)
        plane = points[:, :2] @ back[:, :2].T + back[:, 2]
        landmarks = np.column_stack([plane, points[:, 2] / scale]).astype(np.float32)
        return Found(landmarks, 1 / (1 + math.exp(-max(-60.0, min(60.0, logit)))))


def _network(model: bytes, threads: int) -> Any:
    network = Interpreter(model_content=model, num_threads=threads)
    network.allocate_tensors()
    return network


def _run(network: Any, value: Floats) -> list[Floats]:
    network.set_tensor(network.get_input_details()[0]["index"], value)
    network.invoke()
    return [network.get_tensor(o["index"]) for o in network.get_output_details()]


def _anchor_centres() -> Floats:
    """The short-range detector's 896 anchors: two a cell at stride 8, six at 16."""
    rows = []
    for stride, each in ((8, 2), (16, 6)):
        cells = _DETECTOR_SIDE // stride
        middles = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(middles, middles)
        rows.append(np.repeat(np.column_stack([x.ravel(), y.ravel()]), each, axis=0))
    return np.concatenate(rows).astype(np.float32)


def _overlapping(boxes: Floats, scores: Floats) -> Iterator[NDArray[np.intp]]:
    """Groups of indices that see the same face, the best score first."""
    low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    area = np.clip(high - low, 0, None).prod(1)
    left = scores.argsort()[::-1]
    while len(left):
        best = left[0]
        shared = np.minimum(high[best], high[left]) - np.maximum(low[best], low[left])
        shared_area = np.clip(shared, 0, None).prod(1)
        union = area[best] + area[left] - shared_area + 1e-6
        same = shared_area / union > _OVERLAP
        same[0] = True
        yield left[same]
        left = left[~same]


def _levels(width: int, height: int) -> Iterator[list[_Window]]:
    """The whole picture, then smaller and smaller crops, upper middle first."""
    whole = (0, 0, width, height)
    yield [_Window(whole, _SCORE_MIN, crop=False)]
    yield [_Window(whole, _SCORE_MIN_CROP, crop=True)]
    short = min(width, height)
    for part in (0.75, 0.5, 0.35):
        side = round(short * part)
        middle = (width - side) / 2
        yield [
            _Window((x, y, x + side, y + side), _SCORE_MIN_CROP, crop=True)
            for y in _starts(height, side)
            for x in sorted(_starts(width, side), key=lambda c: abs(c - middle))
        ]


def _starts(length: int, side: int) -> list[int]:
    """Where crops of `side` start so that neighbours overlap by half."""
    steps = max(1, math.ceil((length - side) / (side / 2)))
    return sorted({round((length - side) * i / steps) for i in range(steps + 1)})


def _box_of_landmarks(landmarks: Floats) -> Proposal:
    eyes = (
        landmarks[topology.EYE_OUTER_RIGHT, :2] - landmarks[topology.EYE_OUTER_LEFT, :2]
    )
    angle = math.atan2(float(eyes[1]), float(eyes[0]))
    turn = np.array(
        [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
    )
    upright = landmarks[:468, :2] @ turn.T
    low, high = upright.min(0), upright.max(0)
    x, y = turn.T @ ((low + high) / 2)
    return Proposal(
        1.0, (float(x), float(y)), float((high - low).max()) * _ROI_SCALE, angle
    )


def _plausible(found: Found, rgb: Picture) -> bool:
    """A face is upright or tilted, never hanging, and its eyes lie above its mouth."""
    points = found.landmarks[:, :2]
    eyes = points[topology.EYE_OUTER_RIGHT] - points[topology.EYE_OUTER_LEFT]
    width = float(np.linalg.norm(eyes))
    if found.size < 0.03 * max(rgb.shape[:2]) or width < 0.15 * found.size:
        return False
    down = np.array([-eyes[1], eyes[0]]) / width
    drop = (points[13] - points[[33, 263]].mean(0)) @ down
    centre_inside = (
        (found.centre >= 0) & (found.centre < [rgb.shape[1], rgb.shape[0]])
    ).all()
    return bool(centre_inside and drop > 0.3 * width)


def _prominence(found: Found, rgb: Picture) -> float:
    """Largest and most central first: the area, halved at the picture's corner."""
    height, width = rgb.shape[:2]
    off = np.linalg.norm(
        (found.centre - [width / 2, height / 2]) / [width / 2, height / 2]
    )
    return float(found.size**2 * (1 - 0.35 * min(1.0, float(off) / 1.414)))
