"""Where everything on the canvas goes: sums of grids, the head's pose, and its inverse.

Works on a coarse lattice of canvas pixels, `STEP` apart, laid over the part of the
canvas that can move at all. Node (i, j) is the centre of a STEP x STEP cell of pixels, so
enlarging a node grid by STEP with plain linear interpolation gives exact pixel values.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators.warp import grids
from avatarfx.animators.warp.grids import Grids, weights_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.animators.puppets import View
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]

STEP = 6
"""Canvas pixels between nodes: as fine as the rig's own lattice in a close-up."""

_STILL = 0.004
"""Follow below it moves nothing that could be seen."""


ROUNDS, GAIN = 5, 0.75
"""How the inverse is searched for: taken whole, corrections swing about the answer where
the picture is stretched to more than twice its size."""


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of lattice cells."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def nodes(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def wider(self, cells: int, within: Block) -> Block:
        """With `cells` more on each side, where there are as many."""
        return Block(
            max(within.left, self.left - cells),
            max(within.top, self.top - cells),
            min(within.right, self.right + cells),
            min(within.bottom, self.bottom + cells),
        )

    def inside(self, other: Block) -> Block:
        """Counted from the corner of `other`."""
        return Block(
            self.left - other.left,
            self.top - other.top,
            self.right - other.left,
            self.bottom - other.top,
        )

    def of(self, drawn: Any) -> Any:
        """Its pixels of a picture (h, w, ...) that begins where the cells do: a view."""
        return drawn[
            self.top * STEP : self.bottom * STEP, self.left * STEP : self.right * STEP
        ]

    @property
    def empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top


@dataclass(frozen=True, slots=True)
class Lean:
    """The head's turn for one frame: rows of a matrix and a shift, all in pixels."""

    matrix: Floats
    """(2, 3): drawn x, y from x, y, depth about the pivot."""

    shift: Floats


class Pins:
    """Rest points of a motion's lattice: between which nodes each lies never changes.
    (cv2.remap would round their positions to 1/32.)"""

    def __init__(self, points: Floats, index: Floats, motion: Motion) -> None:
        """`points` (n, 2) in canvas pixels, `index` the same in nodes."""
        self.points = np.asarray(points, np.float32)
        rows, columns = motion.follow.shape
        x = np.clip(index[:, 0], 0, columns - 1.001)
        y = np.clip(index[:, 1], 0, rows - 1.001)
        i, j = x.astype(int), y.astype(int)
        fx, fy = x - i, y - j
        corner = j * columns + i
        self._at = np.stack(
            [corner, corner + 1, corner + columns, corner + columns + 1]
        )
        shares = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy]
        self._share = np.asarray(np.stack(shares)[..., None], np.float32)
        follow = self._mean(motion.follow[..., None])
        depth = self._mean(motion.depth[..., None])
        away = self.points - motion.pivot
        self._follow = follow
        self._lever = np.column_stack([away, depth])
        self._away = away

    def moved(self, displacement: Floats) -> Floats:
        """Where they are in canvas pixels after a displacement of the nodes."""
        return np.asarray(self.points + self._mean(displacement), np.float32)

    def posed(self, lean: Lean) -> Floats:
        """Where the skull takes them: they follow the head, not the jaw."""
        turned = self._lever @ lean.matrix.T + lean.shift - self._away
        return np.asarray(self.points + self._follow * turned, np.float32)

    def _mean(self, nodes: Floats) -> Floats:
        flat = nodes.reshape(-1, nodes.shape[-1])
        return np.asarray((flat[self._at] * self._share).sum(0))


class Motion:
    """The displacements of one rig, resampled for one canvas. Never changes."""

    def __init__(
        self, rig: Grids, *, view: View, width: int, height: int, flat: bool = False
    ) -> None:
        self.flat = flat
        self.scale = width / view.width
        """Canvas pixels for the portrait's width."""

        self.offset = np.array([view.x, view.y], np.float32)
        columns, rows = -(-width // STEP), -(-height // STEP)
        nodes = self._nodes(Block(0, 0, columns, rows))
        at = self.offset + (nodes + 0.5) / self.scale
        follow = _sample(rig.follow, rig.head.indices(at))
        moving = follow > _STILL
        pixels = rig.unit * self.scale
        where = rig.face.indices(at)
        sampled_fields = {k: _sample(f, where) * pixels for k, f in rig.fields.items()}
        for field in sampled_fields.values():
            moving |= (np.abs(field) > 0.05).any(-1)
        self.block = _bounds(moving, margin=1)
        """The part of the canvas that moves, in lattice cells of the whole canvas."""

        self.nodes = self._nodes(self.block)
        at = self.offset + (self.nodes + 0.5) / self.scale
        self.follow = np.ascontiguousarray(follow[self.block.nodes])
        self.depth = _sample(rig.depth, rig.head.indices(at)) * rig.unit * self.scale
        self.pivot = self.pixels(np.asarray([rig.pivot], np.float32))[0]
        self.face_width = rig.face_width * self.scale
        inside = {
            key: np.ascontiguousarray(field[self.block.nodes])
            for key, field in sampled_fields.items()
            if key[0] in (grids.UPPER, grids.LOWER)
        }
        names = {
            layer: [n for (kind, n) in rig.fields if kind == layer]
            for layer in (grids.UPPER, grids.LOWER)
        }
        only_upper = [n for n in names[grids.UPPER] if n not in names[grids.LOWER]]
        self.stacks: dict[str, list[tuple[str, Floats]]] = {}
        for layer, own in names.items():
            borrowed = only_upper if layer == grids.LOWER else []
            keys = [(layer, n) for n in own] + [(grids.UPPER, n) for n in borrowed]
            self.stacks[layer] = [(key[1], inside[key]) for key in keys]
        self._prepare()

    def _prepare(self) -> None:
        """What the pose of every node is summed from, by follow: x, y, depth and 1."""
        away = self.nodes - self.pivot
        planes = [away[..., 0], away[..., 1], self.depth, np.ones_like(self.depth)]
        self.rigid = np.dstack([self.follow * plane for plane in planes])
        self.follows = np.dstack([self.follow, self.follow])

    def within(self, block: Block) -> Motion:
        """The same motion of a part of the lattice, for what is drawn there only."""
        part = copy(self)
        rows, columns = block.nodes
        part.block = Block(
            self.block.left + block.left,
            self.block.top + block.top,
            self.block.left + block.right,
            self.block.top + block.bottom,
        )
        part.nodes = _cut(self.nodes, rows, columns)
        part.follow = _cut(self.follow, rows, columns)
        part.depth = _cut(self.depth, rows, columns)
        part.stacks = {
            layer: [(name, _cut(field, rows, columns)) for name, field in fields]
            for layer, fields in self.stacks.items()
        }
        part._prepare()
        return part

    def pixels(self, points: Floats) -> Floats:
        """Portrait units to canvas pixels (pixel centres at whole numbers)."""
        return np.asarray((points - self.offset) * self.scale - 0.5, np.float32)

    def area(self, block: Block) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of a block in canvas pixels."""
        left, top = self.block.left, self.block.top
        return (
            (left + block.left) * STEP,
            (top + block.top) * STEP,
            (left + block.right) * STEP,
            (top + block.bottom) * STEP,
        )

    @property
    def whole(self) -> Block:
        rows, columns = self.follow.shape
        return Block(0, 0, columns, rows)

    def block_around(self, low: Floats, high: Floats) -> Block:
        """The cells that cover a rectangle of canvas pixels, within what moves."""
        rows, columns = self.follow.shape
        left, top = np.floor(low / STEP).astype(int) - [self.block.left, self.block.top]
        right, bottom = np.ceil(high / STEP).astype(int) - [
            self.block.left,
            self.block.top,
        ]
        return Block(
            int(np.clip(left, 0, columns)),
            int(np.clip(top, 0, rows)),
            int(np.clip(right, 0, columns)),
            int(np.clip(bottom, 0, rows)),
        )

    def lean(self, face: Face) -> Lean:
        yaw, pitch, roll = (math.radians(v) for v in (face.yaw, face.pitch, face.roll))
        x1 = np.array([math.cos(yaw), 0, math.sin(yaw)])
        z1 = np.array([-math.sin(yaw), 0, math.cos(yaw)])
        y1 = np.array([0, math.cos(pitch), 0]) - math.sin(pitch) * z1
        turned = [
            math.cos(roll) * x1 - math.sin(roll) * y1,
            math.sin(roll) * x1 + math.cos(roll) * y1,
        ]
        shift = np.array([face.x, face.y]) * self.face_width
        return Lean(np.asarray(turned, np.float32), shift.astype(np.float32))

    def displacement(self, layer: str, face: Face, lean: Lean) -> Floats:
        """(rows, columns, 2) canvas pixels by which each node of the block moves."""
        summed = self._sum(layer, face)
        # The turn of the nodes themselves, and of what they are displaced by.
        turn = lean.matrix.copy()
        turn[0, 0] -= 1
        turn[1, 1] -= 1
        whole = np.column_stack([turn, lean.shift])
        moved = cast("Floats", cv2.transform(self.rigid, whole))
        moved += summed
        turned: NDArray[Any] = cv2.transform(summed, turn[:, :2])
        turned *= self.follows
        moved += turned
        return moved

    def source(self, displacement: Floats, block: Block) -> Floats:
        """Where each node of `block` comes from, in canvas pixels: the inverse."""
        low_x, low_y = self.nodes[0, 0]
        nodes = self.nodes[block.nodes]
        corner = np.array([low_x, low_y], np.float32)
        start = (nodes - corner) / np.float32(STEP)
        index = start - displacement[block.nodes] * np.float32(1 / STEP)
        # Each round goes `GAIN` of the way to: node less the displacement found there.
        part = displacement * np.float32(GAIN / STEP)
        anchor = start * np.float32(GAIN)
        for _ in range(ROUNDS):
            there = sampled(part, index, cv2.BORDER_REPLICATE)
            index *= np.float32(1 - GAIN)
            index += anchor
            index -= there
        index *= np.float32(STEP)
        index += corner
        return index

    def pinned(self, points: Floats) -> Pins:
        """Rest points (n, 2) in canvas pixels, to be moved frame by frame."""
        return Pins(points, ((points - self.nodes[0, 0]) / STEP), self)

    def moved(self, points: Floats, displacement: Floats) -> Floats:
        """Canvas pixels of rest points (n, 2) after a displacement of the nodes."""
        return self.pinned(points).moved(displacement)

    def _sum(self, layer: str, face: Face) -> Floats:
        fields = self.stacks[layer]
        weights = weights_of(face, flat=self.flat)
        # Most weights are 0 most of the time; a matrix product would also wake the
        # threads of BLAS, which spin for longer than this takes.
        total = np.zeros(self.nodes.shape, np.float32)
        for name, field in fields:
            if weight := weights.get(name, 0.0):
                cv2.scaleAdd(field, float(weight), total, total)
        return total

    @staticmethod
    def _nodes(block: Block) -> Floats:
        x = (np.arange(block.left, block.right, dtype=np.float32) + 0.5) * STEP - 0.5
        y = (np.arange(block.top, block.bottom, dtype=np.float32) + 0.5) * STEP - 0.5
        return np.stack(np.meshgrid(x, y), -1)


def _cut(values: Floats, rows: slice, columns: slice) -> Floats:
    return np.ascontiguousarray(values[rows, columns])


def lid_weight(layer: str, face: Face) -> float:
    closed = face.lid_left if layer == grids.LID_LEFT else face.lid_right
    return min(1.0, max(0.0, closed))


def enlarge(nodes: Floats) -> Floats:
    """Node values at every pixel of their cells."""
    return cast(
        "Floats",
        cv2.resize(nodes, None, fx=STEP, fy=STEP, interpolation=cv2.INTER_LINEAR),
    )


def sampled(
    values: NDArray[Any],
    index: Floats,
    border: int,
    sampler: int = cv2.INTER_LINEAR,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """`values` at fractional (column, row) indices (h, w, 2), into `out` if given."""
    # cv2's stubs do not know that the second map may be None.
    return cast(
        "NDArray[Any]",
        cv2.remap(values, index, None, sampler, out, borderMode=border),  # type: ignore[call-overload]
    )


def _sample(grid: Floats, index: Floats) -> Floats:
    """A rig grid at fractional node indices; 0 outside."""
    return sampled(grid, index, cv2.BORDER_CONSTANT, cv2.INTER_CUBIC)


def bilinear(grid: Floats, index: Floats) -> Floats:
    """Exact interpolation at few points (cv2.remap rounds positions to 1/32)."""
    rows, columns = grid.shape[:2]
    x = np.clip(index[:, 0], 0, columns - 1.001)
    y = np.clip(index[:, 1], 0, rows - 1.001)
    i, j = x.astype(int), y.astype(int)
    fx, fy = x - i, y - j
    if grid.ndim == 3:
        fx, fy = fx[:, None], fy[:, None]
    top = grid[j, i] * (1 - fx) + grid[j, i + 1] * fx
    bottom = grid[j + 1, i] * (1 - fx) + grid[j + 1, i + 1] * fx
    return np.asarray(top * (1 - fy) + bottom * fy)


def _bounds(moving: NDArray[np.bool_], margin: int) -> Block:
    rows, columns = moving.shape
    ys, xs = np.nonzero(moving)
    if not len(ys):
        return Block(0, 0, min(2, columns), min(2, rows))
    return Block(
        max(0, int(xs.min()) - margin),
        max(0, int(ys.min()) - margin),
        min(columns, int(xs.max()) + 1 + margin),
        min(rows, int(ys.max()) + 1 + margin),
    )
