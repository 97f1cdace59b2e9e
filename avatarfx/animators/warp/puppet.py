"""One photographed or painted face, drawn a frame at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.animators.warp import grids
from avatarfx.animators.warp.bands import REACH, Bands, Reaches, lay, mix
from avatarfx.animators.warp.drawn import DrawnMouth, cover_mouth
from avatarfx.animators.warp.eyes import Eye, look
from avatarfx.animators.warp.lids import LidPaint
from avatarfx.animators.warp.motion import (
    STEP,
    Block,
    Motion,
    enlarge,
    lid_weight,
    sampled,
)
from avatarfx.animators.warp.mouth import Cavity, Lips, colour
from avatarfx.animators.warp.pieces import Part, Piece
from avatarfx.animators.warp.shade import Shade
from avatarfx.animators.warp.whiskers import Moustache, find, stiffened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from avatarfx.animators.warp.grids import Grids
    from avatarfx.animators.warp.texture import Texture
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

LID_SKIPPED = 0.02
RIM = 1.5
"""Pixels above the lower lip's edge that are still drawn with it: the edge is soft."""

LANDMARKS = 478
"""Of a face, in MediaPipe's canonical order."""

_CURVE = 25
"""Points of a lip curve as it is painted."""

FACING, MOST_TURNED = 0.08, 0.5
"""Of the mouth's half width: a middle line nearer to the middle is that of a face seen
from the front; none is farther."""

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
        landmarks: Floats,
    ) -> None:
        """`landmarks`: (478, 2) in units of the portrait's width, or fewer: then no
        shade falls on the face."""
        self.opaque = texture.opaque
        self.drawn_mouth: DrawnMouth | None = None
        if style == "flat":
            reach = 2 * float(rig.mouth["half_width"]) * motion.scale
            pixels = rig.unit * motion.scale
            lips = np.concatenate([rig.lip_upper, rig.lip_lower])
            cover_mouth(
                texture,
                texture.index(motion.pixels(lips)),
                pixels * texture.fine,
                colour(palette, "skin"),
            )
            self.drawn_mouth = DrawnMouth(palette, width=reach, unit=pixels)
        self.motion = motion
        self.texture = texture
        self.still = texture.still()
        self.still.setflags(write=False)
        self.reaches = _reaches(texture, motion)
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
        half = float(rig.mouth["half_width"])
        middle = midline(rig.lip_upper, centre, across, half) * across
        ends = half * across
        self.skull = motion.pixels(
            np.stack([centre - ends, centre + middle, centre + ends])
        )
        self._skull_pins = motion.pinned(self.skull)
        low = motion.pixels(np.asarray([rig.zone[:2]], np.float32))[0]
        high = low + np.asarray(rig.zone[2:], np.float32) * motion.scale
        slack = 0.3 * rig.unit * motion.scale
        highest = np.array([low[0], self.lower_lip[:, 1].min()], np.float32)
        self.mouth = Part.of(motion, highest - slack, high + slack)
        self._upper_pins = motion.pinned(self.upper_lip)
        self._lower_pins = self.mouth.motion.pinned(self.lower_lip)
        self.below = Piece.of_polygon(
            texture, _below(self.lower_lip, low, high), low, high
        )
        self.shade: Shade | None = None
        self.moustache: tuple[Block, Piece] | None = None
        """Hair that hangs over the mouth, and the cells of what moves that hold it."""

        if style != "flat" and len(landmarks) == LANDMARKS:
            points, unit = motion.pixels(landmarks), rig.unit * motion.scale
            found = find(self.still, points, rig, unit)
            self.shade = Shade(
                points,
                motion,
                unit,
                rgb=self.still,
                jaw=(float(highest[1] - slack), float(high[1] + slack)),
                hair=found.hair if found else None,
            )
            self.moustache = self._hanging(found)
        lids = [rig.lids[side] for side in ("left", "right")]
        eyes = look(
            self.still,
            [
                (_refined(motion.pixels(upper)), _refined(motion.pixels(lower)))
                for upper, lower in lids
            ],
            style=style,
            skin=colour(palette, "skin"),
        )
        self.lids = [
            Lid(motion, texture, layer, eye, style=style)
            for layer, eye in zip((grids.LID_LEFT, grids.LID_RIGHT), eyes, strict=True)
        ]

    def _hanging(self, found: Moustache | None) -> tuple[Block, Piece] | None:
        if found is None:
            return None
        stiffened(self.motion, found)
        self.below.without(found.mask, found.places)
        piece = Piece.of_mask(self.texture, found.mask, found.places)
        return self.motion.block_around(*piece.box), piece

    def draw(self, face: Face) -> Picture:
        motion = self.motion
        lean = motion.lean(face)
        upper = motion.displacement(grids.UPPER, face, lean)
        lower = self.mouth.motion.displacement(grids.LOWER, face, lean)
        bands = self.reaches.bands_for(upper, lower, self.mouth.nodes)
        source = motion.source(upper, motion.whole)
        drawn = self._sampled(source, bands)
        left, top, _, _ = motion.area(motion.whole)
        corner = np.array([left, top], np.float32)
        if self.shade is not None:
            self.shade.smile(drawn, source, face)
        for lid in self.lids:
            closed = lid_weight(lid.layer, face)
            if closed > LID_SKIPPED:
                rest, edge = lid.edges(upper, closed)
                lid.paint.paint(drawn, rest - corner, edge - corner, closed)
                if lid.before is not None:
                    self._again(drawn, source, *lid.before)
        lips = Lips(
            upper=self._upper_pins.moved(upper) - corner,
            lower=self._lower_pins.moved(lower) - corner,
            skull=self._skull_pins.posed(lean) - corner,
            down=self.down,
            tongue=face.tongue,
        )
        if self.drawn_mouth is not None:
            self.drawn_mouth.paint(drawn, face, lips.skull)
        else:
            self.cavity.paint(drawn, lips)
            below = self._overlay(drawn, lower, self.mouth, self.below, hole=lips)
            if self.shade is not None and below is not None:
                self.shade.jaw(drawn, below, self.mouth.block, face)
            if self.moustache is not None:
                self._again(drawn, source, *self.moustache)
        return self._placed(drawn, bands)

    def folds(self, face: Face) -> int:
        """How many cells of the lattice turn inside out where they can be seen."""
        motion = self.motion
        lean = motion.lean(face)
        below = self.below.seen(motion.nodes)
        folded = 0
        for layer, seen in ((grids.UPPER, below < 0.5), (grids.LOWER, below >= 0.5)):
            moved = motion.nodes + motion.displacement(layer, face, lean)
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

    def _sampled(self, source: Floats, bands: Bands) -> Picture:
        """The moving part as RGBA; nothing is promised outside of the bands."""
        pixels = self.texture.pixels
        index = enlarge(self.texture.index(source))
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
    ) -> Floats | None:
        """Draw another layer over its block of the moving part, but not in `hole`; where
        its nodes come from, None when there is nothing of it."""
        if part.block.empty:
            return None
        block = part.block
        nodes = part.motion.source(displacement, part.inner)
        under = block.of(drawn)
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
        return nodes

    @staticmethod
    def _again(drawn: Picture, source: Floats, block: Block, piece: Piece) -> None:
        """Draw a piece of the whole once more, over what was painted on it."""
        if not block.empty:
            lay(block.of(drawn), piece.sampled(source[block.nodes]))

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


class Lid:
    """One upper lid: skin that comes down over the eye, beneath what hides it."""

    def __init__(
        self, motion: Motion, texture: Texture, layer: str, eye: Eye, *, style: str
    ) -> None:
        self.layer = layer
        self.line = motion.pinned(eye.line)
        self.lower = motion.pinned(eye.lower)
        self.paint = LidPaint(eye, style=style)
        self.before: tuple[Block, Piece] | None = None
        """What hides the eye, and the cells of what moves that hold it."""

        if eye.before.any():
            piece = Piece.of_mask(texture, eye.before, eye.places)
            self.before = (motion.block_around(*piece.box), piece)

    def edges(self, upper: Floats, closed: float) -> tuple[Floats, Floats]:
        """Canvas pixels (n, 2) from where the lid rests and to where it has come, in a
        frame whose nodes move by `upper`."""
        rest, lower = self.line.moved(upper), self.lower.moved(upper)
        return rest, closing(rest, lower, closed)


def midline(lip: Floats, centre: Floats, across: Floats, half: float) -> float:
    """How far from the middle between the corners of the mouth the middle line of the
    face is, where it is turned: the middle point of the upper lip knows."""
    off = float((lip[len(lip) // 2] - centre) @ across) / max(half, 1e-6)
    if abs(off) < FACING:
        return 0.0
    return float(np.clip(off, -MOST_TURNED, MOST_TURNED)) * half


def closing(rest: Floats, lower: Floats, closed: Any) -> Floats:
    """The edge (..., n, 2) of a lid that has come `closed` parts of its way down."""
    return np.asarray(rest + np.float32(closed) * (lower - rest), np.float32)


def _reaches(texture: Texture, motion: Motion) -> Reaches:
    """What is drawn of the moving part, by how far its rim moves."""
    left, top, right, bottom = motion.area(motion.whole)
    mixed = texture.opaque and texture.plate is not None
    everything = Bands.whole(bottom - top, right - left, mixed=mixed)
    if texture.opaque and not mixed:
        return Reaches.none(everything)
    alpha = np.zeros((bottom - top, right - left), np.uint8)
    known = texture.alpha()[top:bottom, left:right]
    alpha[: known.shape[0], : known.shape[1]] = known
    return Reaches.of(alpha, everything, most=REACH * max(texture.size), step=STEP)


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
