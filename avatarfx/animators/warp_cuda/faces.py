"""Puppets on the device: a warped face, and one that the processor draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from avatarfx.animators.warp import grids
from avatarfx.animators.warp.motion import STEP, lid_weight
from avatarfx.animators.warp.puppet import LID_SKIPPED, RIM, WarpPuppet, closing
from avatarfx.animators.warp_cuda.drive import Drive, Points, Skull
from avatarfx.animators.warp_cuda.lattices import Lattice, Pixels
from avatarfx.animators.warp_cuda.mouth import Cavities, Mouths, polygon
from avatarfx.animators.warp_cuda.shade import Shades
from avatarfx.animators.warp_cuda.tensors import (
    Tensor,
    lay,
    planar,
    stacked,
    times,
    to_device,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.puppets import Puppet
    from avatarfx.animators.warp.lids import Strokes
    from avatarfx.animators.warp.motion import Block
    from avatarfx.animators.warp.pieces import Part, Piece
    from avatarfx.animators.warp.puppet import Lid
    from socialapp.performance import Face

    Floats = NDArray[np.floating[Any]]
    Spread = Callable[..., Any]


class Drawn(Protocol):
    """A puppet that draws many faces at once."""

    def draw(self, faces: Sequence[Face]) -> Tensor:
        """(3, n, h, w) RGB, or (4, n, h, w) RGBA with straight alpha."""
        ...


def twin_of(puppet: Puppet, device: Any, spread: Spread) -> Drawn:
    """Draws what `puppet` draws, on the device where it can.

    `spread`: a map function for what the processor draws, one frame a call.
    """
    if isinstance(puppet, WarpPuppet):
        return WarpTwin(puppet, device)
    return Borrowed(puppet, device, spread)


class Borrowed:
    """A puppet that the processor draws: drawings in layers, and whoever only sways."""

    def __init__(self, puppet: Puppet, device: Any, spread: Spread) -> None:
        self._puppet = puppet
        self._device = device
        self._spread = spread

    def draw(self, faces: Sequence[Face]) -> Tensor:
        return stacked(list(self._spread(self._puppet.draw, faces)), self._device)


class WarpTwin:
    """The textures and fields of one `WarpPuppet` on the device. Never changes."""

    def __init__(self, puppet: WarpPuppet, device: Any) -> None:
        self._puppet = puppet
        self._device = device
        motion, texture = puppet.motion, puppet.texture
        left, top, right, bottom = motion.area(motion.whole)
        self._corner = np.array([left, top], np.float32)
        self._shape = (bottom - top, right - left)
        self._upper = Lattice(motion, grids.UPPER, device=device)
        self._pixels = Pixels(
            planar(texture.pixels, device), texture, edge=puppet.opaque
        )
        still = planar(puppet.still, device)
        height, width = still.shape[2:]
        self._inside = (slice(top, min(bottom, height)), slice(left, min(right, width)))
        self._whole = (top, left) == (0, 0) and bottom >= height and right >= width
        self._still = still
        self._behind: Tensor | None = None
        if puppet.opaque and texture.plate is not None:
            rows, columns = self._inside
            self._behind = planar(texture.plate, device)[:, :, rows, columns]
        self._lids = [_LidTwin(puppet, lid, device) for lid in puppet.lids]
        self._cavities = Cavities(puppet.cavity, device)
        self._lower = _Overlay(puppet.mouth, puppet.below, grids.LOWER, device)
        self._lips = (
            Points(motion, grids.UPPER, puppet.upper_lip),
            Points(puppet.mouth.motion, grids.LOWER, puppet.lower_lip),
        )
        self._skull = Skull(motion, puppet.skull)
        self._shades = Shades(puppet.shade, device) if puppet.shade else None
        hanging = puppet.moustache
        self._moustache = _Front(hanging, device) if hanging else None

    def draw(self, faces: Sequence[Face]) -> Tensor:
        puppet = self._puppet
        drive = Drive.of(puppet.motion, faces)
        sources = self._upper.sources(drive)
        drawn = self._pixels.at(sources)
        if self._shades is not None:
            self._shades.smile(drawn, sources, faces)
        for lid in self._lids:
            lid.close(drawn, drive, sources)
        skull = self._skull.moved(drive) - self._corner
        if puppet.drawn_mouth is not None:
            self._set_in(drawn, faces, skull)
        else:
            mouths = Mouths(
                upper=self._lips[0].moved(drive) - self._corner,
                lower=self._lips[1].moved(drive) - self._corner,
                skull=skull,
                down=puppet.down,
                tongue=np.array([face.tongue for face in faces], np.float32),
            )
            self._cavities.paint(drawn, mouths)
            below = self._lower.onto(drawn, drive, mouths)
            if self._shades is not None and below is not None:
                self._shades.jaw(drawn, below, puppet.mouth.block, faces)
            if self._moustache is not None:
                self._moustache.onto(drawn, sources)
        return self._placed(drawn)

    def _set_in(self, drawn: Tensor, faces: Sequence[Face], skull: Floats) -> None:
        """The mouths of flat drawings, which the processor keeps as patches."""
        mouth = self._puppet.drawn_mouth
        if mouth is None:
            return
        height, width = self._shape
        found = [
            mouth.placed(self._shape, face, place)
            for face, place in zip(faces, skull, strict=True)
        ]
        boxes = [
            (x, y, x + patch.shape[1], y + patch.shape[0])
            for x, y, patch in (one for one in found if one is not None)
        ]
        if not boxes:
            return
        x0, y0 = (min(box[i] for box in boxes) for i in (0, 1))
        x1, y1 = (max(box[i] for box in boxes) for i in (2, 3))
        patches = np.zeros((len(faces), y1 - y0, x1 - x0, 4), np.uint8)
        for number, one in enumerate(found):
            if one is not None:
                x, y, patch = one
                high, wide = patch.shape[:2]
                patches[number, y - y0 : y - y0 + high, x - x0 : x - x0 + wide] = patch
        over = to_device(patches, self._device).permute(3, 0, 1, 2).float()
        area = drawn[:3, :, y0 : min(y1, height), x0 : min(x1, width)]
        clear = 255 - over[3:]
        area.copy_(over[:3] + ((area * clear + 127) / 255).floor_())

    def _placed(self, drawn: Tensor) -> Tensor:
        """The moving part over the plate, within the still rest of the canvas."""
        rows, columns = self._inside
        part = drawn[:, :, : rows.stop - rows.start, : columns.stop - columns.start]
        if self._puppet.opaque:
            if self._behind is None:
                part = part[:3]
            else:
                part = lay(self._behind, part[:3], part[3:])
        if self._whole:
            return part
        out = self._still.repeat(1, drawn.shape[1], 1, 1)
        out[:, :, rows, columns] = part
        return out


class _Overlay:
    """A layer that is drawn over its block of the moving part."""

    def __init__(self, part: Part, piece: Piece, layer: str, device: Any) -> None:
        self._block = part.block
        self._device = device
        if part.block.empty:
            return
        self._lattice = Lattice(part.motion, layer, inner=part.inner, device=device)
        self._pixels = Pixels(
            planar(piece.pixels, device), piece.texture, piece.corner, edge=False
        )

    def onto(
        self, drawn: Tensor, drive: Drive, mouths: Mouths | None = None
    ) -> Tensor | None:
        """`mouths`: of these frames, where nothing may be drawn. Where its nodes come
        from; None when there is nothing of it."""
        block = self._block
        if block.empty:
            return None
        sources = self._lattice.sources(drive)
        layer = self._pixels.at(sources)
        share = layer[3:]
        if mouths is not None:
            share = times(share, self._outside(mouths))
        under = drawn[
            :3,
            :,
            block.top * STEP : block.bottom * STEP,
            block.left * STEP : block.right * STEP,
        ]
        under.copy_(lay(under, layer[:3], share))
        return sources

    def _outside(self, mouths: Mouths) -> Tensor:
        """(1, n, h, w): 0 in an open mouth, where what belongs to the lip could turn up
        because its way back is not unique; 255 around it."""
        block = self._block
        shape = (
            (block.bottom - block.top) * STEP,
            (block.right - block.left) * STEP,
        )
        corner = [block.left * STEP, block.top * STEP]
        free = np.full((len(mouths.upper), *shape), 255, np.uint8)
        for number in np.flatnonzero(mouths.gap > RIM).tolist():
            rim = mouths.lower[number] - mouths.down * RIM
            outline = np.concatenate([mouths.upper[number], rim[::-1]]) - corner
            free[number] -= polygon(shape, outline)
        return to_device(free, self._device).float()[None]


class _Front:
    """A piece that moves with the whole, drawn once more over what was painted."""

    def __init__(self, front: tuple[Block, Piece], device: Any) -> None:
        self._block, piece = front
        self._device = device
        self._pixels = Pixels(
            planar(piece.pixels, device), piece.texture, piece.corner, edge=False
        )

    def onto(
        self, drawn: Tensor, sources: Tensor, numbers: Sequence[int] | None = None
    ) -> None:
        """`sources`: where the nodes of the whole come from, in canvas pixels; `numbers`
        of the frames, None: of all."""
        block = self._block
        if block.empty:
            return
        every = range(drawn.shape[1]) if numbers is None else numbers
        where = torch.tensor(list(every), device=self._device)
        rows, columns = block.nodes
        over = self._pixels.at(sources.index_select(0, where)[:, rows, columns])
        area = drawn[
            :3,
            :,
            block.top * STEP : block.bottom * STEP,
            block.left * STEP : block.right * STEP,
        ]
        covered = lay(area.index_select(1, where), over[:3], over[3:])
        area.index_copy_(1, where, covered)


class _LidTwin:
    """One upper lid, over those frames in which it is not wide open."""

    def __init__(self, puppet: WarpPuppet, lid: Lid, device: Any) -> None:
        self._lid = lid
        self._device = device
        self._line = Points(puppet.motion, grids.UPPER, lid.line.points)
        self._lower = Points(puppet.motion, grids.UPPER, lid.lower.points)
        left, top, _, _ = puppet.motion.area(puppet.motion.whole)
        self._corner = np.array([left, top], np.float32)
        self._before = _Front(lid.before, device) if lid.before else None

    def close(self, drawn: Tensor, drive: Drive, sources: Tensor) -> None:
        """`sources`: where the nodes of the whole come from, in canvas pixels."""
        weights = [lid_weight(self._lid.layer, face) for face in drive.faces]
        numbers = [i for i, weight in enumerate(weights) if weight > LID_SKIPPED]
        if not numbers:
            return
        some = drive.only(numbers)
        rest, lower = (
            points.moved(some) - self._corner for points in (self._line, self._lower)
        )
        closed = np.array([weights[number] for number in numbers], np.float32)
        edges = closing(rest, lower, closed[:, None, None])
        shape = tuple(drawn.shape[2:])
        for i, number in enumerate(numbers):
            strokes = self._lid.paint.strokes(shape, rest[i], edges[i], weights[number])
            if strokes is not None:
                self._paint(drawn[:, number], strokes)
        if self._before is not None:
            self._before.onto(drawn, sources, numbers)

    def _paint(self, frame: Tensor, strokes: Strokes) -> None:
        """What the lid covers, over (4, h, w)."""
        height, width = strokes.share.shape[:2]
        area = frame[
            :3,
            strokes.top : strokes.top + height,
            strokes.left : strokes.left + width,
        ]
        packed = np.concatenate([strokes.paint, strokes.share, strokes.dim], axis=2)
        sent = to_device(packed.astype(np.float32), self._device).permute(2, 0, 1)
        paint, share, dim = sent[:3], sent[3:4], sent[4:5]
        lash = area.new_tensor(np.asarray(strokes.lash, float).tolist())
        mixed = area * (1 - share) + paint * share
        mixed = mixed * (1 - dim) + lash[:, None, None] * dim
        area.copy_(mixed.clamp_(0, 255).floor_())
