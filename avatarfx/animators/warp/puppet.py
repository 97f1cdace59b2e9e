"""One photographed or painted face, drawn a frame at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from avatarfx.animators.warp import grids
from avatarfx.animators.warp.bands import Bands, lay, mix
from avatarfx.animators.warp.drawn import DrawnMouth, cover_mouth
from avatarfx.animators.warp.lids import LidPaint
from avatarfx.animators.warp.motion import (
    PLAIN,
    STEP,
    STRETCHED,
    Block,
    Effort,
    Motion,
    enlarge,
    lid_weight,
    sampled,
)
from avatarfx.animators.warp.mouth import Cavity, Lips

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from avatarfx.animators.warp.grids import Grids
    from avatarfx.animators.warp.texture import Texture
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

LID_SKIPPED = 0.02
_AROUND = 8
"""Cells around a block in which its pixels may come to lie, or come from."""

RIM = 1.5
"""Pixels above the lower lip's edge that are still drawn with it: the edge is soft."""

_CURVE = 25
"""Points of a lip curve as it is painted."""

_REACH = 0.05
"""Of the canvas' long side: how far a point may move before the whole of the moving part
is drawn and blended, not only what the person can reach."""

FOLDED = 0.02
"""Area of a cell, in parts of its area at rest, below which the picture folds there."""


class WarpPuppet:
    """Safe to draw from several threads: nothing changes after it was built."""

    def __init__(
        self,
        rig: Grids,
        texture: Texture,
        motion: Motion,
        *,
        palette: Mapping[str, str],
        style: str,
    ) -> None:
        self.opaque = texture.opaque
        self.drawn_mouth: DrawnMouth | None = None
        if style == "flat":
            reach = 2 * float(rig.mouth["half_width"]) * motion.scale
            pixels = rig.unit * motion.scale
            lips = np.concatenate([rig.lip_upper, rig.lip_lower])
            cover_mouth(
                texture, texture.index(motion.pixels(lips)), pixels * texture.fine
            )
            self.drawn_mouth = DrawnMouth(palette, width=reach, unit=pixels)
        self.motion = motion
        self.texture = texture
        self.still = texture.still()
        self.still.setflags(write=False)
        self._reach = _REACH * max(texture.size)
        self.bands, self.everything = _bands(texture, motion, self._reach)
        self.cavity = Cavity(
            palette,
            unit=rig.unit * motion.scale,
            teeth=float(rig.mouth["teeth"]) * motion.scale,
            style=style,
        )
        across = np.asarray(rig.axis, np.float32)
        self.down = np.array([-across[1], across[0]], np.float32)
        self.upper_lip = _refined(motion.pixels(rig.lip_upper))
        self.lower_lip = _refined(motion.pixels(rig.lip_lower))
        centre = np.asarray(rig.mouth["centre"], np.float32)
        half = float(rig.mouth["half_width"]) * across
        self.skull = motion.pixels(np.stack([centre - half, centre, centre + half]))
        low = motion.pixels(np.asarray([rig.zone[:2]], np.float32))[0]
        high = low + np.asarray(rig.zone[2:], np.float32) * motion.scale
        slack = 0.3 * rig.unit * motion.scale
        highest = np.array([low[0], self.lower_lip[:, 1].min()], np.float32)
        self.mouth = Part.of(motion, highest - slack, high + slack)
        self.below = Piece(texture, _below(self.lower_lip, low, high), low, high)
        self.lids = [
            Lid(motion, texture, layer, rig.lids[side], still=self.still, style=style)
            for layer, side in ((grids.LID_LEFT, "left"), (grids.LID_RIGHT, "right"))
        ]

    def draw(self, face: Face) -> Picture:
        motion = self.motion
        lean = motion.lean(face)
        upper = motion.displacement(grids.UPPER, face, lean)
        lower = self.mouth.motion.displacement(grids.LOWER, face, lean)
        bands = self.bands_for(upper)
        drawn = self._sampled(upper, bands)
        for lid in self.lids:
            if lid_weight(lid.layer, face) > LID_SKIPPED:
                moved = lid.part.motion.displacement(lid.layer, face, lean)
                self._overlay(drawn, moved, lid.part, lid.piece)
                lid.close(drawn, motion, upper, moved, face)
        left, top, _, _ = motion.area(motion.whole)
        corner = np.array([left, top], np.float32)
        lips = Lips(
            upper=motion.moved(self.upper_lip, upper) - corner,
            lower=self.mouth.motion.moved(self.lower_lip, lower) - corner,
            skull=motion.posed(self.skull, lean) - corner,
            down=self.down,
            tongue=face.tongue,
        )
        if self.drawn_mouth is not None:
            self.drawn_mouth.paint(drawn, face, lips.skull)
        else:
            self.cavity.paint(drawn, lips)
            self._overlay(drawn, lower, self.mouth, self.below, hole=lips)
        return self._placed(drawn, bands)

    def bands_for(self, displacement: Floats) -> Bands:
        """What must be drawn of a frame."""
        far = float(np.abs(displacement).max(initial=0.0)) > self._reach
        return self.everything if far else self.bands

    def folds(self, face: Face) -> int:
        """How many cells of the lattice turn inside out where they can be seen."""
        motion = self.motion
        lean = motion.lean(face)
        below = self.below.seen(motion.nodes)
        folded = 0
        for layer, seen in ((grids.UPPER, below < 0.5), (grids.LOWER, below >= 0.5)):
            moved = motion.nodes + motion.displacement(layer, face, lean)
            folded += int(((areas(moved) < FOLDED) & _cells(seen)).sum())
        for lid in self.lids:
            if lid_weight(lid.layer, face) > LID_SKIPPED:
                moved = motion.nodes + motion.displacement(lid.layer, face, lean)
                seen = lid.piece.seen(motion.nodes) > 0.5
                folded += int(((areas(moved) < FOLDED) & _cells(seen)).sum())
        return folded

    def gap(self, face: Face) -> float:
        """Height of the opening between the lips, in canvas pixels."""
        motion = self.motion
        lean = motion.lean(face)
        upper = motion.displacement(grids.UPPER, face, lean)
        lower = motion.displacement(grids.LOWER, face, lean)
        apart = motion.moved(self.lower_lip, lower) - motion.moved(
            self.upper_lip, upper
        )
        return max(0.0, float((apart @ self.down).max()))

    def _sampled(self, displacement: Floats, bands: Bands) -> Picture:
        """The moving part as RGBA; nothing is promised outside of the bands."""
        motion, pixels = self.motion, self.texture.pixels
        index = enlarge(self.texture.index(motion.source(displacement, motion.whole)))
        border = cv2.BORDER_REPLICATE if self.opaque else cv2.BORDER_CONSTANT
        drawn = np.empty((*index.shape[:2], 4), np.uint8)
        for area in bands.sampled:
            sampled(pixels, index[area], border, out=drawn[area])
        return drawn

    def _overlay(
        self,
        drawn: Picture,
        displacement: Floats,
        part: Part,
        piece: Piece,
        hole: Lips | None = None,
    ) -> None:
        """Draw another layer over its block of the moving part, but not in `hole`."""
        if part.block.empty:
            return
        block = part.block
        nodes = part.motion.source(displacement, part.inner, piece.effort)
        under = drawn[
            block.top * STEP : block.bottom * STEP,
            block.left * STEP : block.right * STEP,
        ]
        layer = piece.sampled(nodes)
        if hole is not None and hole.gap > RIM:
            # Where a layer is drawn apart its way back is not unique: what belongs to
            # the lip could turn up in the open mouth.
            corner = [block.left * STEP, block.top * STEP]
            rim = hole.lower - hole.down * RIM
            alpha = cv2.extractChannel(layer, 3)
            outline = np.concatenate([hole.upper, rim[::-1]]) - corner
            fixed = np.round(outline * 16).astype(np.int32)
            cv2.fillPoly(alpha, [fixed], 0, cv2.LINE_AA, 4)
            cv2.insertChannel(alpha, layer, 3)
        lay(under, layer)

    def _placed(self, drawn: Picture, bands: Bands) -> Picture:
        """The moving part over the plate, within the still rest of the canvas."""
        left, top, right, bottom = self.motion.area(self.motion.whole)
        height, width = self.still.shape[:2]
        right, bottom = min(right, width), min(bottom, height)
        out = self.still.copy()
        inside = out[top:bottom, left:right]
        plate = self.texture.plate
        behind = None if plate is None else plate[top:bottom, left:right]
        for run in bands.runs:
            target = inside[run.area]
            high, wide = target.shape[:2]
            rows, columns = run.area
            part = drawn[
                rows.start : rows.start + high, columns.start : columns.start + wide
            ]
            if not self.opaque:
                target[:] = part
            elif behind is None or not run.mixed:
                cv2.cvtColor(part, cv2.COLOR_RGBA2RGB, target)
            else:
                mix(part, behind[run.area], target)
        return out


@dataclass(frozen=True, slots=True)
class Part:
    """A block of the lattice that has a layer of its own, with the motion around it."""

    block: Block
    """In cells of what moves."""

    motion: Motion
    inner: Block
    """The same block, in cells of its motion."""

    @classmethod
    def of(cls, motion: Motion, low: Floats, high: Floats) -> Part:
        """Of a rectangle of canvas pixels."""
        block = motion.block_around(low, high)
        around = block.wider(_AROUND, motion.whole)
        return cls(block, motion.within(around), block.inside(around))


class Piece:
    """A part of the texture that is drawn as a layer of its own, and where: its alpha
    is 255 where it is seen."""

    def __init__(
        self,
        texture: Texture,
        polygon: Floats,
        low: Floats,
        high: Floats,
        effort: Effort = PLAIN,
    ) -> None:
        """`polygon`, `low` and `high` in canvas pixels at rest; nothing is drawn beyond
        the rectangle."""
        self.effort = effort
        first, last = texture.index(low), texture.index(high)
        self.corner = np.floor(first)
        width, height = (int(v) for v in np.ceil(last - self.corner) + 1)
        big = np.zeros((max(2, height) * 2, max(2, width) * 2), np.uint8)
        points = (texture.index(polygon) - self.corner + 0.5) * 2 - 0.5
        fixed = np.round(points * 16).astype(np.int32)
        cv2.fillPoly(big, [fixed], 255, cv2.LINE_AA, 4)
        mask = cv2.resize(
            big, (big.shape[1] // 2, big.shape[0] // 2), interpolation=cv2.INTER_AREA
        )
        soft = cv2.GaussianBlur(
            mask.astype(np.float32) / 255, (0, 0), 0.7 * texture.fine
        )
        # Fade towards the rectangle's border.
        rows, columns = mask.shape
        fade = np.minimum.outer(_ramp(rows), _ramp(columns))
        x = np.arange(columns) + int(self.corner[0])
        y = np.arange(rows) + int(self.corner[1])
        pixels = texture.pixels
        self.pixels = pixels[
            np.clip(y, 0, pixels.shape[0] - 1)[:, None],
            np.clip(x, 0, pixels.shape[1] - 1)[None],
        ]
        self.pixels[..., 3] = np.round(soft * fade * 255)
        self.texture = texture

    def sampled(self, nodes: Floats) -> Picture:
        """RGBA of the layer at every pixel of a block, from its nodes' sources."""
        index = enlarge(self.texture.index(nodes) - self.corner)
        return cast("Picture", sampled(self.pixels, index, cv2.BORDER_CONSTANT))

    def seen(self, nodes: Floats) -> Floats:
        """0 to 1 at rest positions of lattice nodes."""
        index = self.texture.index(nodes) - self.corner
        alpha = cv2.extractChannel(self.pixels, 3)
        return sampled(alpha, index, cv2.BORDER_CONSTANT).astype(np.float32) / 255


class Lid:
    """One upper lid: the skin above its lashes, sliding over the eye."""

    def __init__(
        self,
        motion: Motion,
        texture: Texture,
        layer: str,
        curves: tuple[Floats, Floats],
        *,
        still: Picture,
        style: str,
    ) -> None:
        self.layer = layer
        upper = motion.pixels(curves[0])
        lower = motion.pixels(curves[1])
        width = float(np.linalg.norm(upper[-1] - upper[0]))
        low = upper.min(0) - np.array([0.6, 0.9]) * width
        high = lower.max(0) + np.array([0.6, 0.35]) * width
        self.part = Part.of(motion, low, high)
        # The lashes belong to the lid: cut a little below the line.
        drop = np.array([0, 0.02 * width], np.float32)
        edge = _refined(upper) + drop
        polygon = np.concatenate([edge, [[edge[-1, 0], low[1]], [edge[0, 0], low[1]]]])
        self.piece = Piece(texture, polygon.astype(np.float32), low, high, STRETCHED)
        self.line = _refined(upper)
        self.paint = LidPaint(still, upper, style=style)

    def close(
        self, drawn: Picture, motion: Motion, upper: Floats, moved: Floats, face: Face
    ) -> None:
        """Paint what the lid covers: from where its edge rests to where it is now."""
        left, top, _, _ = motion.area(motion.whole)
        corner = np.array([left, top], np.float32)
        self.paint.paint(
            drawn,
            motion.moved(self.line, upper) - corner,
            self.part.motion.moved(self.line, moved) - corner,
            lid_weight(self.layer, face),
        )


def _bands(texture: Texture, motion: Motion, reach: float) -> tuple[Bands, Bands]:
    """What is drawn as long as nothing moves by more than `reach` pixels, and always."""
    left, top, right, bottom = motion.area(motion.whole)
    mixed = texture.opaque and texture.plate is not None
    everything = Bands.whole(bottom - top, right - left, mixed=mixed)
    if texture.opaque and not mixed:
        return everything, everything
    alpha = np.zeros((bottom - top, right - left), np.uint8)
    known = texture.alpha()[top:bottom, left:right]
    alpha[: known.shape[0], : known.shape[1]] = known
    return Bands.of(alpha, math.ceil(reach)), everything


def areas(moved: Floats) -> Floats:
    """(rows-1, columns-1): area of each displaced cell in parts of STEP squared;
    negative where it is turned over."""
    right = moved[:-1, 1:] - moved[:-1, :-1]
    down = moved[1:, :-1] - moved[:-1, :-1]
    cross = right[..., 0] * down[..., 1] - right[..., 1] * down[..., 0]
    return np.asarray(cross / STEP**2)


def _cells(nodes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells all of whose corners are set."""
    return nodes[:-1, :-1] & nodes[:-1, 1:] & nodes[1:, :-1] & nodes[1:, 1:]


def _ramp(count: int) -> Floats:
    edge = np.minimum(np.arange(count), np.arange(count)[::-1]) / max(1.0, 0.05 * count)
    return np.clip(edge, 0, 1).astype(np.float32)


def _refined(curve: Floats) -> Floats:
    """The same curve with more points, evenly along it, by Catmull-Rom."""
    spans = np.linspace(0, len(curve) - 1, _CURVE)
    i = np.minimum(spans.astype(int), len(curve) - 2)
    f = (spans - i)[:, None]
    padded = np.concatenate(
        [2 * curve[:1] - curve[1:2], curve, 2 * curve[-1:] - curve[-2:-1]]
    )
    a, b, c, d = (padded[i + k] for k in range(4))
    return np.asarray(
        0.5
        * (
            2 * b
            + (c - a) * f
            + (2 * a - 5 * b + 4 * c - d) * f**2
            + (3 * b - a - 3 * c + d) * f**3
        ),
        np.float32,
    )


def _below(lower: Floats, low: Floats, high: Floats) -> Floats:
    """The polygon under the lower lip's inner line, which goes on level to the sides."""
    return np.concatenate(
        [
            [[low[0] - 2, lower[0, 1]]],
            lower,
            [
                [high[0] + 2, lower[-1, 1]],
                [high[0] + 2, high[1] + 2],
                [low[0] - 2, high[1] + 2],
            ],
        ]
    ).astype(np.float32)
