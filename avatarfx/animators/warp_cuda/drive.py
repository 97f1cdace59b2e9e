"""What moves a face, for many frames at once: weights, leans, and where points go.

Points are summed here, on the processor, for outlines are painted here: OpenCV's smooth
edges are its own, and a polygon a sixteenth of a pixel off is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.animators.warp.grids import weights_of
from avatarfx.animators.warp.motion import STEP, bilinear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.warp.motion import Motion
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Drive:
    """What a puppet does in some frames."""

    faces: tuple[Face, ...]
    weights: tuple[dict[str, float], ...]
    """Of every field by name."""

    whole: Floats
    """(n, 2, 4): the turn less the rest, and the shift, as `Motion.displacement` sums
    them."""

    matrix: Floats
    """(n, 2, 3)"""

    @classmethod
    def of(cls, motion: Motion, faces: Sequence[Face]) -> Drive:
        weights = []
        leans = []
        for face in faces:
            weights.append(weights_of(face, flat=motion.flat))
            leans.append(motion.lean(face))
        matrix = np.stack([lean.matrix for lean in leans])
        shift = np.stack([lean.shift for lean in leans])
        turn = matrix.copy()
        turn[:, 0, 0] -= 1
        turn[:, 1, 1] -= 1
        whole = np.concatenate([turn, shift[:, :, None]], axis=2)
        return cls(tuple(faces), tuple(weights), whole, matrix)

    def of_fields(self, names: Sequence[str]) -> Floats:
        """(n, fields)"""
        rows = [[found.get(name, 0.0) for name in names] for found in self.weights]
        return np.asarray(rows, np.float32)

    def only(self, numbers: Sequence[int]) -> Drive:
        """Of some of the frames."""
        return Drive(
            tuple(self.faces[i] for i in numbers),
            tuple(self.weights[i] for i in numbers),
            self.whole[list(numbers)],
            self.matrix[list(numbers)],
        )


class Points:
    """Points that a layer carries along, and how much of each field reaches them."""

    def __init__(self, motion: Motion, layer: str, points: Floats) -> None:
        """`points`: (n, 2) canvas pixels at rest."""
        self._rest = np.asarray(points, np.float32)
        index = ((self._rest - motion.nodes[0, 0]) / STEP).astype(np.float32)
        stack = motion.stacks[layer]
        self._names = [name for name, _ in stack]
        fields = np.stack([field for _, field in stack])
        self._fields = np.stack([bilinear(field, index) for field in fields])
        self._turned = np.stack(
            [bilinear(field * motion.follows, index) for field in fields]
        )
        self._rigid = bilinear(motion.rigid, index)

    def moved(self, drive: Drive) -> Floats:
        """(frames, n, 2) canvas pixels."""
        weights = drive.of_fields(self._names).astype(float)
        whole = drive.whole.astype(float)
        summed = np.einsum("bk,knc->bnc", weights, self._fields)
        follow = np.einsum("bk,knc->bnc", weights, self._turned)
        pose = np.einsum("nk,bck->bnc", self._rigid, whole)
        turned = np.einsum("bnd,bcd->bnc", follow, whole[:, :, :2])
        return np.asarray(self._rest + (summed + pose + turned), np.float32)


class Skull:
    """Points that follow the head, not the jaw."""

    def __init__(self, motion: Motion, points: Floats) -> None:
        index = ((points - motion.nodes[0, 0]) / STEP).astype(np.float32)
        self._rest = points
        self._follow = bilinear(motion.follow, index)[:, None]
        away = points - motion.pivot
        depth = bilinear(motion.depth, index)
        self._away = np.column_stack([away, depth, np.ones(len(points))])

    def moved(self, drive: Drive) -> Floats:
        """(frames, n, 2) canvas pixels."""
        pose = np.einsum("nk,bck->bnc", self._away, drive.whole.astype(float))
        return np.asarray(self._rest + self._follow * pose, np.float32)
