"""Shots on the device: whole batches of frames composed, seen by the camera, fetched."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as fn

from avatarfx.animators import framing
from avatarfx.animators.split import SEAM_COLOUR, DrawnSplit
from avatarfx.animators.warp_cuda.faces import twin_of
from avatarfx.animators.warp_cuda.tensors import Tensor, lay, planar, to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from avatarfx.animators.puppets import Puppet
    from avatarfx.animators.scene import Drawn, Scene
    from avatarfx.animators.split import Split
    from avatarfx.animators.warp_cuda.faces import Drawn as Twin
    from avatarfx.animators.warp_cuda.faces import Spread

TWINS_KEPT = 12
"""Puppets whose textures stay on the device: three actors in four shots."""


@dataclass(frozen=True, slots=True)
class Run:
    """Frames in a row that one shot draws."""

    shot: Drawn | DrawnSplit
    times: tuple[float, ...]


def runs(
    scene: Scene | Split, numbers: range, *, fps: int, batch: int
) -> Iterator[Run]:
    """The frames with these numbers in order, at most `batch` at a time."""
    shot: Drawn | DrawnSplit | None = None
    times: list[float] = []
    for number in numbers:
        t = number / fps
        coming = scene.shot_at(t)
        if shot is not None and (len(times) == batch or not _alike(shot, coming)):
            yield Run(shot, tuple(times))
            times = []
        if not times:
            shot = coming
        times.append(t)
    if shot is not None and times:
        yield Run(shot, tuple(times))


def _alike(one: Drawn | DrawnSplit, other: Drawn | DrawnSplit) -> bool:
    """Do both draw the same at any time?"""
    if isinstance(one, DrawnSplit) or isinstance(other, DrawnSplit):
        return (
            isinstance(one, DrawnSplit)
            and isinstance(other, DrawnSplit)
            and all(
                _alike(a[1], b[1]) for a, b in zip(one.shots, other.shots, strict=True)
            )
        )
    return one.standing is other.standing and one.move == other.move


class Coming:
    """A batch on its way to the processor, whose bytes are copied while others are
    drawn."""

    def __init__(self, frames: Tensor) -> None:
        """`frames`: (n, h, w, 3) bytes on the device."""
        self._event: Any = None
        if frames.device.type == "cuda":
            self._host = torch.empty(frames.shape, dtype=frames.dtype, pin_memory=True)
            self._host.copy_(frames, non_blocking=True)
            self._event = torch.cuda.Event()
            self._event.record()
        else:
            self._host = frames

    def fetch(self) -> NDArray[Any]:
        """(n, h, w, 3) bytes."""
        if self._event is not None:
            self._event.synchronize()
        found: NDArray[Any] = self._host.numpy()
        return found


class Theatre:
    """Draws the runs of one clip."""

    def __init__(
        self, device: Any, spread: Spread, *, dtype: torch.dtype = torch.float32
    ) -> None:
        """`dtype`: of colours; positions are always floats of 32 bits."""
        self._device = device
        self._spread = spread
        self._dtype = dtype
        self._twins: OrderedDict[int, tuple[Puppet, Twin]] = OrderedDict()
        self._backs: OrderedDict[int, tuple[Any, Tensor]] = OrderedDict()

    def draw(self, run: Run) -> Coming:
        with torch.inference_mode():
            return Coming(to_bytes(self._drawn(run.shot, run.times)))

    def _drawn(self, shot: Drawn | DrawnSplit, times: Sequence[float]) -> Tensor:
        """(3, n, h, w)"""
        if not isinstance(shot, DrawnSplit):
            return self._shot(shot, times)
        width, height = shot.size
        colour = torch.tensor(SEAM_COLOUR, device=self._device, dtype=self._dtype)
        canvas = colour[:, None, None, None].repeat(1, len(times), height, width)
        for (x, y, wide, high), panel in shot.shots:
            canvas[:, :, y : y + high, x : x + wide] = self._shot(panel, times)
        return canvas

    def _shot(self, shot: Drawn, times: Sequence[float]) -> Tensor:
        canvas = self._compose(shot, times)
        if shot.move is None:
            return canvas
        start, end = shot.move
        boxes = [
            start.box.towards(end.box, framing.ease((t - end.at) / end.ease))
            for t in times
        ]
        return self._look(shot, canvas, boxes)

    def _compose(self, shot: Drawn, times: Sequence[float]) -> Tensor:
        canvas: Tensor | None = None
        fresh = False
        for one in shot.standing:
            faces = [one.cast.face_at(t) for t in times]
            layer = self._twin(one.puppet).draw(faces).to(self._dtype)
            if one.cast.placed.mirrored:
                layer = layer.flip(-1)
            if one.puppet.opaque and one.mask is None:
                canvas, fresh = layer, True
                continue
            if canvas is None or not fresh:
                canvas = self._back(shot.behind).repeat(1, len(times), 1, 1)
                fresh = True
            height, width = layer.shape[2:]
            spot = canvas[:, :, one.y : one.y + height, one.x : one.x + width]
            if one.mask is not None:
                share = torch.from_numpy(one.mask).to(self._device)
                mixed = layer[:3] * share + spot * (1 - share)
                spot.copy_((mixed / (1 + 1e-5)).round_())
            else:
                spot.copy_(lay(spot, layer[:3], layer[3:]))
        if canvas is None:
            canvas = self._back(shot.behind).repeat(1, len(times), 1, 1)
        if shot.before is not None:
            row, front = shot.before
            canvas = canvas.contiguous()
            canvas[:, :, row:] = self._back(front)
        return canvas

    def _look(
        self, shot: Drawn, canvas: Tensor, boxes: Sequence[framing.Box]
    ) -> Tensor:
        """What the camera sees of a canvas, one box a frame."""
        width, height = shot.size
        high, wide = canvas.shape[2:]
        fine = wide / shot.box.width
        axes = []
        for size, room, pairs in (
            (width, wide, [(b.width, b.x - shot.box.x) for b in boxes]),
            (height, high, [(b.height, b.y - shot.box.y) for b in boxes]),
        ):
            step = torch.tensor([length * fine / size for length, _ in pairs])
            first = torch.tensor([start * fine for _, start in pairs])
            at = (torch.arange(size)[None] + 0.5) * step[:, None] + first[:, None] - 0.5
            axes.append((at * (2 / max(room - 1, 1)) - 1).to(self._device))
        grid = torch.stack(
            [
                axes[0][:, None, :].expand(-1, height, -1),
                axes[1][:, :, None].expand(-1, -1, width),
            ],
            -1,
        )
        seen = fn.grid_sample(
            canvas.permute(1, 0, 2, 3).float(),
            grid.float(),
            mode="bilinear",
            padding_mode="border",
            align_corners=True,
        )
        return seen.round_().permute(1, 0, 2, 3)

    def _twin(self, puppet: Puppet) -> Twin:
        key = id(puppet)
        if key not in self._twins:
            while len(self._twins) >= TWINS_KEPT:
                self._twins.popitem(last=False)
            twin = twin_of(puppet, self._device, self._spread)
            self._twins[key] = (puppet, twin)
        self._twins.move_to_end(key)
        return self._twins[key][1]

    def _back(self, pixels: NDArray[Any]) -> Tensor:
        key = id(pixels)
        if key not in self._backs:
            while len(self._backs) >= TWINS_KEPT:
                self._backs.popitem(last=False)
            held = planar(pixels, self._device).to(self._dtype)
            self._backs[key] = (pixels, held)
        self._backs.move_to_end(key)
        return self._backs[key][1]
