"""Lids that close: skin laid over the eye, with the lashes along its edge.

Stretching the few pixels of a lid over the whole eye smears its lashes, so the lid's
skin is painted, in the colours found between eye and brow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

_BITS = 4

_REACHES = (0.17, 0.26, 0.36)
"""Of the eye's width above its lid: where skin is looked for."""

_SKIN = 0.62
"""Of the way from the lashes to the lightest of those: darker is paint, not skin."""


UNLIKE = 16.0
"""Lab distance from the skin below at which a painted pixel belongs to the eye."""

SHARP = 0.5
"""Of an eye's columns that must end in such an edge, or it is not one that was drawn."""

_LOWER, _WIDER = 0.22, 0.14
"""Of the eye's width: how far a painted eye may reach beyond what the network saw."""

_SMALLEST = 8.0
"""Pixels of an eye's width in which an edge can be told."""

_GRID = 64
"""Places looked at for the eye's width."""


def painted_eye(rgb: Picture, upper: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """Both curves (n, 2), in pixels of `rgb`, brought to the edge of the eye that is
    painted there: the network sees large eyes smaller, and a lid that leaves a strip of
    them is no blink."""
    width = float(np.linalg.norm(upper[-1] - upper[0]))
    if width < _SMALLEST:
        return upper, lower
    across = (upper[-1] - upper[0]) / width
    turn = np.stack([across, np.array([-across[1], across[0]])], 1)
    middle = (upper[0] + upper[-1]) / 2
    top, bottom = ((curve - middle) @ turn / width for curve in (upper, lower))
    outline = np.concatenate([top, bottom[::-1]])
    eye, sharp = _eye_seen(rgb, middle, turn * width, outline)
    ends = float(bottom[0, 0]), float(bottom[-1, 0])
    columns = np.nonzero(eye.any(0) & sharp)[0]
    within = (_place(columns) > ends[0]) & (_place(columns) < ends[1])
    if within.sum() < max(1, SHARP * _GRID * (ends[1] - ends[0])):
        return upper, lower
    left = float(np.clip(_place(columns[0]), ends[0] - _WIDER, ends[0]))
    right = float(np.clip(_place(columns[-1]), ends[1], ends[1] + _WIDER))
    for curve in (top, bottom):
        share = (curve[:, 0] - ends[0]) / (ends[1] - ends[0])
        curve[:, 0] = left + share * (right - left)
    rows = np.arange(eye.shape[0])[:, None]
    lowest = _place(np.where(eye, rows, -1).max(0) + 1)[columns]
    more = np.interp(bottom[:, 0], _place(columns), lowest) - bottom[:, 1]
    # A lid's edge is one soft curve, whatever the strokes below it look like.
    most = cv2.dilate(
        np.clip(more, 0, _LOWER)[None].astype(np.float32), np.ones((1, 5))
    )
    soft = cv2.GaussianBlur(most, (0, 0), 2.5, borderType=cv2.BORDER_REPLICATE)[0]
    bottom[:, 1] += soft * np.sqrt(np.sin(np.linspace(0, np.pi, len(soft))).clip(0))
    back = turn.T * width
    return (
        np.asarray(top @ back + middle, np.float32),
        np.asarray(bottom @ back + middle, np.float32),
    )


def _place(number: Any) -> Any:
    """Of a row or column of the looked-at square, in eye widths from its middle."""
    return number / _GRID - 1


def _eye_seen(
    rgb: Picture, middle: Floats, turn: Floats, outline: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """A square of two eye widths: which of it is unlike the skin below, and hangs
    together with the eye within its `outline`; and in which columns that ends at once,
    as paint does. A shadow fades."""
    side = 2 * _GRID
    places = np.stack(np.meshgrid(*[_place(np.arange(side))] * 2), -1) @ turn.T + middle
    seen = cv2.remap(
        np.ascontiguousarray(rgb[..., :3]),
        places.astype(np.float32),
        None,  # type: ignore[call-overload]
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    lab = cv2.cvtColor(seen.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    known: Picture = np.zeros((side, side), np.uint8)
    fixed = np.round((outline + 1) * _GRID).astype(np.int32)
    cv2.fillPoly(known, [fixed], 255)
    near = cv2.dilate(known, _disc(2 * _LOWER)) > 0
    from_row = int((outline[:, 1].max() + _LOWER + 1) * _GRID)
    below = lab[from_row : from_row + _GRID // 6, _GRID // 2 : 3 * _GRID // 2]
    if not below.size:
        none = np.zeros((side, side), np.bool_)
        return none, none[0]
    skin = np.median(below.reshape(-1, 3), 0)
    apart = np.linalg.norm(lab - skin, axis=2)
    unlike = (apart > UNLIKE) & near
    # A stroke's breadth of skin parts the eye from what is beside it.
    solid = cv2.morphologyEx(unlike.astype(np.uint8), cv2.MORPH_OPEN, _disc(0.05))
    _, labels = cv2.connectedComponents(solid)
    core = cv2.erode(known, _disc(0.06)) > 0
    hanging = np.unique(labels[core & (labels > 0)])
    eye = np.isin(labels, hanging) & (labels > 0)
    # Above the outline are lashes and brows.
    above = np.maximum.accumulate(known, 0) == 0
    inside = known.any(0)
    eye &= ~(above & inside)
    edge = np.where(eye, np.arange(side)[:, None], -1).max(0)
    columns, step = np.arange(side), max(2, _GRID // 20)
    inner = apart[np.clip(edge - step, 0, side - 1), columns]
    outer = apart[np.clip(edge + step, 0, side - 1), columns]
    return eye, (edge >= 0) & (inner - outer > UNLIKE)


def _disc(across: float) -> Picture:
    size = max(1, round(across * _GRID)) | 1
    return cast("Picture", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))


@dataclass(frozen=True, slots=True)
class Strokes:
    """What is painted of one lid in one frame, over a rectangle of the canvas."""

    left: int
    top: int
    paint: Floats
    """(h, w, 3): skin."""

    share: Floats
    """(h, w, 1): how much of it is seen."""

    dim: Floats
    """(h, w, 1): how much of the lashes' colour lies over that."""

    lash: Floats
    """(3,)"""

    def onto(self, canvas: Picture) -> None:
        height, width = self.share.shape[:2]
        area = canvas[self.top : self.top + height, self.left : self.left + width, :3]
        mixed = area * (1 - self.share) + self.paint * self.share
        mixed = mixed * (1 - self.dim) + self.lash * self.dim
        area[:] = np.clip(mixed, 0, 255)


class LidPaint:
    """Colours of one lid. Never changes."""

    def __init__(self, rgb: Picture, upper: Floats, *, style: str) -> None:
        """`upper`: the lid's edge in pixels of `rgb`, viewer's left to right."""
        self._width = float(np.linalg.norm(upper[-1] - upper[0]))
        across = (upper[-1] - upper[0]) / max(self._width, 1e-6)
        self._down = np.array([-across[1], across[0]], np.float32)
        dark = [_darkest(rgb, spot, max(1.0, 0.05 * self._width)) for spot in upper]
        lash = np.median(np.stack(dark), 0)
        skin = self._skin_above(rgb, upper, lash)
        # One odd sample (a lash, a lock of hair) must not stripe the lid.
        self._skin = cv2.blur(skin, (1, 5), borderType=cv2.BORDER_REPLICATE)
        self._skin = 0.6 * self._skin + 0.4 * np.median(skin, 0)
        self._lash = np.minimum(lash, np.median(self._skin, 0) * 0.55)
        self._flat = style == "flat"
        self._line = 0.075 if self._flat else 0.045

    def _skin_above(self, rgb: Picture, upper: Floats, lash: Floats) -> Floats:
        """(n, 3): colours above the lid's edge, the nearest that are not a painted line
        or shadow along it."""
        rows = []
        for away in _REACHES:
            reach = away * self._width
            spots = upper - self._down * reach
            near = max(1.0, 0.3 * _REACHES[0] * self._width)
            rows.append(np.stack([_median(rgb, spot, near) for spot in spots]))
        light = [float(np.median(row.mean(1))) for row in rows]
        floor = float(lash.mean())
        enough = floor + _SKIN * (max(light) - floor)
        return next(
            row for row, seen in zip(rows, light, strict=True) if seen >= enough
        )

    def paint(self, canvas: Picture, top: Floats, edge: Floats, closed: float) -> None:
        """Between the lid's resting line `top` and its moving `edge`, both (n, 2)."""
        strokes = self.strokes(canvas.shape[:2], top, edge, closed)
        if strokes is not None:
            strokes.onto(canvas)

    def strokes(
        self, within: tuple[int, ...], top: Floats, edge: Floats, closed: float
    ) -> Strokes | None:
        """What `paint` paints on a canvas of the shape `within`; None: it is outside."""
        rise = self._down * (0.025 * self._width)
        outline = np.concatenate([top - rise, edge[::-1]])
        line = max(1.0, self._line * self._width)
        room = int(line) + 4
        low = np.maximum(np.floor(outline.min(0)).astype(int) - room, 0)
        high = np.minimum(np.ceil(outline.max(0)).astype(int) + room, within[1::-1])
        if (high <= low).any():
            return None
        shape = (int(high[1] - low[1]), int(high[0] - low[0]))
        cover = _filled(shape, outline - low, 0.3 if self._flat else 0.02 * self._width)
        x = np.arange(shape[1], dtype=np.float32) + float(low[0])
        y = np.arange(shape[0], dtype=np.float32)[:, None] + float(low[1])
        spots = np.linspace(top[0, 0], top[-1, 0], len(self._skin))
        order = np.argsort(spots)
        columns = np.stack(
            [np.interp(x, spots[order], self._skin[order, c]) for c in range(3)], -1
        )
        paint = np.broadcast_to(columns[None], (*shape, 3)).astype(np.float32)
        if not self._flat:
            # The ball of the eye: lit in the middle, darker towards its edge.
            at = (
                np.interp(x, edge[:, 0], edge[:, 1])
                if edge[0, 0] < edge[-1, 0]
                else (np.full_like(x, edge[:, 1].mean()))
            )
            away = np.clip((at[None] - y) / max(0.22 * self._width, 1.0), 0, 1)
            paint = (
                paint * (0.90 + 0.10 * np.sin(np.pi * np.clip(away, 0, 0.8)))[..., None]
            )
        share = (cover * min(1.0, 4 * closed))[..., None]
        lashes = np.zeros(shape, np.uint8)
        fixed = np.round((edge - low) * (1 << _BITS)).astype(np.int32)
        cv2.polylines(
            lashes, [fixed], False, 255, max(1, round(line)), cv2.LINE_AA, _BITS
        )
        soft = cv2.GaussianBlur(lashes, (0, 0), max(0.5, 0.3 * line))
        dim = (soft.astype(np.float32) / 255 * min(1.0, 2.5 * closed) * 0.8)[..., None]
        return Strokes(int(low[0]), int(low[1]), paint, share, dim, self._lash)


def _filled(shape: tuple[int, int], points: Floats, sigma: float) -> Floats:
    mask = np.zeros(shape, np.uint8)
    fixed = np.round(points * (1 << _BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _BITS)
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.5, sigma))
    return cast("Floats", soft.astype(np.float32) / 255)


def _patch(rgb: Picture, at: Floats, reach: float) -> Picture:
    height, width = rgb.shape[:2]
    x0, x1 = (int(np.clip(at[0] + d, 0, width - 1)) for d in (-reach, reach))
    y0, y1 = (int(np.clip(at[1] + d, 0, height - 1)) for d in (-reach, reach))
    return rgb[y0 : y1 + 1, x0 : x1 + 1, :3].reshape(-1, 3)


def _median(rgb: Picture, at: Floats, reach: float) -> Floats:
    return np.asarray(np.median(_patch(rgb, at, reach), 0), np.float32)


def _darkest(rgb: Picture, at: Floats, reach: float) -> Floats:
    found = _patch(rgb, at, reach).astype(np.float32)
    light = found.mean(1)
    return np.asarray(found[light <= np.percentile(light, 20)].mean(0), np.float32)
