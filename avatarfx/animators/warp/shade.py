"""Light on a face that moves: the fold beside a smile, and what an open jaw throws into
shade. A displaced picture keeps the light of its rest, and looks like rubber.

Amounts of shade are known at the lattice's nodes at rest and travel with the skin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators.warp.motion import STEP, Block, enlarge, sampled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.warp.motion import Motion
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

FOLDS = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))
"""From the wing of the nose past the corner of the mouth, by MediaPipe's numbers."""

CHIN = (172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397)
"""The lower edge of the face, from one corner of the jaw to the other."""

UNDER_LIP = (204, 194, 201, 200, 421, 418, 424)
"""The furrow between lower lip and chin."""

SMILING, OPEN = "smiling", "open"

DEEPEST = {"fold": 0.17, "cheek": 0.06, "neck": 0.24, "furrow": 0.10}
"""Of the light, at a full smile and with the jaw all the way down."""

FOLD, CHEEK, NECK, FURROW = 0.045, 0.13, 0.22, 0.06
"""How wide they are, in eye distances."""

EDGE = 0.12
"""Eye distances above the end of the jaw's layer at which its shade has faded."""

LEAST = 0.05
"""Of a full smile or opening: less throws no shade that could be seen."""

SKIN, OTHER = 14.0, 26.0
"""Lab distance from the cheek's skin, lightness halved: up to the first a shade falls
whole, from the second on (a beard, a collar) not at all."""

CHEEKS = (50, 280, 205, 425, 101, 330)
"""Where a face shows its skin."""

WHOLE = 128
"""The byte that stands for light as it is."""

_DIM = np.array([0.5, 1, 1], np.float32)

_AROUND = 3
"""Cells around a field to which its skin may move."""


def share_of(name: str, face: Face) -> float:
    """How much of a shade a face throws, 0 to 1."""
    if name == SMILING:
        return min(1.0, max(face.smile, 0.6 * face.cheek, 0.0))
    return min(1.0, face.jaw_open * (1 - face.mouth_press))


class Shade:
    """Of one rig on one canvas. Never changes."""

    def __init__(
        self,
        landmarks: Floats,
        motion: Motion,
        unit: float,
        *,
        rgb: Picture,
        jaw: tuple[float, float],
        hair: Floats | None,
    ) -> None:
        """`landmarks` (478, 2) and the eye distance `unit`, both in canvas pixels; `rgb`
        the canvas at rest, `jaw` the upper and the lower edge of what is drawn with
        it, and `hair` the Lab colour of the moustache, if one grows."""
        self.corner = motion.nodes[0, 0]
        cheeks = landmarks[list(CHEEKS)]
        skin = skinness(rgb, motion.nodes, cheeks, unit, hair=hair)
        smiling = _smiling(motion.nodes, landmarks, unit)
        opened = _open(motion.nodes, landmarks, unit) * _fading(
            *jaw, motion.nodes, unit
        )
        self.fields = {SMILING: Field.of(smiling * skin), OPEN: Field.of(opened * skin)}

    def smile(self, drawn: Picture, source: Floats, face: Face) -> None:
        """Over the moving part as it was drawn, in place; `source`: where its nodes come
        from, in canvas pixels."""
        whole = Block(0, 0, *source.shape[1::-1])
        self._cast(SMILING, share_of(SMILING, face), drawn, source, whole)

    def jaw(self, drawn: Picture, source: Floats, block: Block, face: Face) -> None:
        """The same over the `block` of the lower lip and the chin."""
        self._cast(OPEN, share_of(OPEN, face), drawn, source, block)

    def _cast(
        self,
        name: str,
        share: float,
        drawn: Picture,
        source: Floats,
        block: Block,
    ) -> None:
        if share < LEAST or block.empty:
            return
        field = self.fields[name]
        near = field.within(block)
        if near.empty:
            return
        rows, columns = near.nodes
        index = (source[rows, columns] - self.corner) / np.float32(STEP)
        there = sampled(field.light, index.astype(np.float32), cv2.BORDER_REPLICATE)
        light = enlarge(there * np.float32(WHOLE * share) + WHOLE + 0.5)
        left, top = block.left + near.left, block.top + near.top
        area = drawn[
            top * STEP : top * STEP + light.shape[0],
            left * STEP : left * STEP + light.shape[1],
        ]
        byte = light.astype(np.uint8)
        by = cv2.merge([byte, byte, byte, np.full_like(byte, WHOLE)])
        cv2.multiply(area, by, area, scale=1 / WHOLE)


class Field:
    """(rows, columns) what is added to the light, and where that is anything."""

    def __init__(self, light: Floats, block: Block) -> None:
        self.light = light
        self.block = block

    def within(self, block: Block) -> Block:
        """The cells of `block`, counted from its corner, that any of it may reach: the
        skin moves."""
        across, down = block.right - block.left, block.bottom - block.top
        return self.block.inside(block).wider(_AROUND, Block(0, 0, across, down))

    @classmethod
    def of(cls, light: Floats) -> Field:
        rows, columns = np.nonzero(np.abs(light) > 0.004)
        if not len(rows):
            return cls(light, Block(0, 0, 0, 0))
        block = Block(
            int(columns.min()),
            int(rows.min()),
            int(columns.max()) + 1,
            int(rows.max()) + 1,
        )
        return cls(light, block)


def skinness(
    rgb: Picture, nodes: Floats, cheeks: Floats, unit: float, *, hair: Floats | None
) -> Floats:
    """(rows, columns), 0 to 1: how much of what lies around a node is like the skin of
    the cheeks (n, 2), and not like `hair`: a beard may be as light as skin."""
    # As coarse as the nodes: a wrinkle is no hair.
    soft = cv2.blur(rgb[..., :3], (STEP, STEP), borderType=cv2.BORDER_REPLICATE)
    lab = cv2.cvtColor(soft.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) * _DIM

    def at(points: Floats) -> Floats:
        index = points.astype(np.float32)
        return np.asarray(sampled(lab, index, cv2.BORDER_REPLICATE))

    plain = np.median(at(cheeks[None])[0], 0)
    seen = at(nodes)
    away = np.linalg.norm(seen - plain, axis=2)
    like = np.clip((OTHER - away) / (OTHER - SKIN), 0, 1)
    if hair is not None:
        near = np.linalg.norm(seen - hair * _DIM, axis=2)
        like *= np.clip((near / (near + away + 1e-3) - 0.4) / 0.2, 0, 1)
    sigma = max(0.5, 0.04 * unit / STEP)
    return cast("Floats", cv2.GaussianBlur(like.astype(np.float32), (0, 0), sigma))


def _fading(top: float, bottom: float, nodes: Floats, unit: float) -> Floats:
    """(rows, columns): 0 along the lower edge of what is drawn with the jaw, or the shade
    would end there in a line."""
    end = bottom - EDGE * unit
    share = np.clip((end - nodes[..., 1]) / max(1.0, 0.35 * (bottom - top)), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _smiling(nodes: Floats, landmarks: Floats, unit: float) -> Floats:
    light = np.zeros(nodes.shape[:2], np.float32)
    middle = landmarks[list(FOLDS[0] + FOLDS[1])].mean(0)
    for fold in FOLDS:
        curve = landmarks[list(fold)]
        away, ends = _distance(nodes, curve, FOLD * unit)
        light -= DEEPEST["fold"] * _bell(away / (FOLD * unit)) * ends
        outwards = curve - middle
        outwards /= np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-6)
        beside, ends = _distance(
            nodes, curve[:3] + outwards[:3] * 0.16 * unit, CHEEK * unit
        )
        light += DEEPEST["cheek"] * _bell(beside / (CHEEK * unit)) * ends
    return light


def _open(nodes: Floats, landmarks: Floats, unit: float) -> Floats:
    chin = landmarks[list(CHIN)]
    away, ends = _distance(nodes, chin, NECK * unit)
    across = chin[-1] - chin[0]
    down = np.array([-across[1], across[0]]) / max(float(np.linalg.norm(across)), 1e-6)
    below = ((nodes - chin[0]) @ down) - np.interp(
        (nodes - chin[0]) @ across, (chin - chin[0]) @ across, (chin - chin[0]) @ down
    )
    under = np.where(below > 0, away / (NECK * unit), away / (0.25 * NECK * unit))
    light = -DEEPEST["neck"] * _bell(under) * ends
    away, ends = _distance(nodes, landmarks[list(UNDER_LIP)], FURROW * unit)
    light -= DEEPEST["furrow"] * _bell(away / (FURROW * unit)) * ends
    return np.asarray(light, np.float32)


def _bell(share: Floats) -> Floats:
    return np.asarray(np.exp(-(share**2)), np.float32)


def _distance(nodes: Floats, curve: Floats, reach: float) -> tuple[Floats, Floats]:
    """How far nodes are from a curve, at most three times `reach`, and a share that falls
    from 1 along its middle to 0 at its ends: a fold has no beginning."""
    fine = _finer(curve)
    far, ends = (np.full(nodes.shape[:2], v, np.float32) for v in (3 * reach, 0.0))
    low, high = fine.min(0) - 3 * reach, fine.max(0) + 3 * reach
    columns = slice(*np.searchsorted(nodes[0, :, 0], [low[0], high[0]]))
    rows = slice(*np.searchsorted(nodes[:, 0, 1], [low[1], high[1]]))
    apart = nodes[rows, columns, None] - fine
    squares = apart[..., 0] ** 2 + apart[..., 1] ** 2
    along = np.linspace(0, 1, len(fine))[squares.argmin(-1)]
    far[rows, columns] = np.sqrt(squares.min(-1))
    ends[rows, columns] = np.sin(np.pi * along).clip(0) ** 0.5
    return far, ends


def _finer(curve: Floats) -> Floats:
    places = np.linspace(0, len(curve) - 1, 25)
    known: Sequence[int] = range(len(curve))
    return cast(
        "Floats",
        np.stack([np.interp(places, known, curve[:, axis]) for axis in (0, 1)], -1),
    )
