"""A face's own coordinates: axes along eyes and chin, lengths in eye distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.riggers import topology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

_EYES_TO_HEIGHT = 0.55
"""Outer eye distance over forehead-to-chin height of our canonical face."""


@dataclass(frozen=True, slots=True)
class FaceFrame:
    """Lengths and directions of one face, in the units of its landmarks."""

    landmarks: Floats
    """(478, 3)"""

    across: Floats
    """Unit vector from the viewer's left eye to the right one."""

    down: Floats
    unit: float
    """Outer eye distance, as if seen from the front."""

    mouth: Floats
    """Middle between the mouth's corners."""

    half_mouth: float
    chin_drop: float
    """Mouth to chin along `down`."""

    @classmethod
    def of(cls, landmarks: Floats) -> FaceFrame:
        points = landmarks[:, :2].astype(np.float64)
        eyes = points[topology.EYE_OUTER_RIGHT] - points[topology.EYE_OUTER_LEFT]
        distance = float(np.linalg.norm(eyes))
        across = eyes / distance
        down = np.array([-across[1], across[0]])
        height = float((points[topology.CHIN] - points[topology.FOREHEAD_TOP]) @ down)
        mouth = (points[78] + points[308]) / 2
        return cls(
            landmarks=landmarks,
            across=across.astype(np.float32),
            down=down.astype(np.float32),
            # A turned head shows its eyes closer together than they are.
            unit=max(distance, 0.9 * _EYES_TO_HEIGHT * height),
            mouth=mouth.astype(np.float32),
            half_mouth=float(abs((points[308] - points[78]) @ across)) / 2,
            chin_drop=float((points[topology.CHIN] - mouth) @ down),
        )

    def local(self, points: Floats) -> Floats:
        """(..., 2) picture positions as (along the mouth, below it), in eye distances."""
        away = points[..., :2] - self.mouth
        return np.stack([away @ self.across, away @ self.down], -1) / self.unit

    def vectors(self, local: Floats) -> Floats:
        """(..., 2) displacements in eye distances, turned into the picture's axes."""
        return local[..., :1] * self.across + local[..., 1:] * self.down

    @property
    def height(self) -> float:
        """Forehead to chin."""
        points = self.landmarks[:, :2]
        drop = points[topology.CHIN] - points[topology.FOREHEAD_TOP]
        return float(drop @ self.down)

    @property
    def width(self) -> float:
        points = self.landmarks[:, :2]
        reach = points[topology.CHEEKBONE_RIGHT] - points[topology.CHEEKBONE_LEFT]
        return float(abs(reach @ self.across))

    @property
    def turn(self) -> float:
        """How far the nose tip lies off the eye midline, in eye distances: 0 is frontal."""
        points = self.landmarks[:, :2]
        eyes = points[[33, 133, 362, 263]].mean(0)
        distance = np.linalg.norm(points[263] - points[33])
        return float((points[topology.NOSE_TIP] - eyes) @ self.across / distance)
