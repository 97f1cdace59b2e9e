"""What a picture shows of an eye, looked for once: how far it is painted, where the line
above it ends and skin begins, and what lies before it, hair or the rim of glasses.

All of it is seen in a square of two eye widths, upright with the eye. The browser's twin
is ``socialapp/static/stage/eyes.js``; change both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

UNLIKE = 16.0
"""Lab distance from the skin below at which a painted pixel belongs to the eye."""

SHARP = 0.5
"""Of an eye's columns that must end in such an edge, or it is not one that was drawn."""

LOWER = 0.22
WIDER = {"photo": 0.0, "paint": 0.14, "flat": 0.30}
"""Of the eye's width: how far an eye may reach beyond what the network saw, down and, by
style, to each side."""

UNEVEN = 1.35
"""How much taller one eye may be than the other: more is what lies below it."""

RISE = {"photo": 0.16, "paint": 0.30, "flat": 0.30}
"""Of the eye's width: how far above the lid's edge its line, or an eye that is larger
than the network saw, may go on."""

LEAST_RISE, CORNER = 0.04, 0.4
"""Of the eye's width: at least so far; and how much of it in the corners of the eye."""

SEAM_AT, SKIN_AT = 0.03, (0.06, 0.10, 0.14, 0.18, 0.22, 0.27, 0.32)
"""Of the eye's width above that: what the lid begins with, and where its skin is looked
for, the nearest first."""

BRIGHT = 0.75
"""Of the way from its line to the lightest of those: darker is a shadow, not skin."""

SAME = 13.0
"""Lab distance, lightness halved, within which two skins are of one face."""

AROUND = 0.08
"""Of the square's border that must be of a skin, or it is the white of a large eye."""

HIDING = 28.0
"""Lab distance from the skin of what can hide an eye: hair, or the rim of glasses."""

LOCK, HAIR = 0.12, 0.2
"""Of the eye's width: what is narrower (lashes, a crease) hides no eye; and what is
narrower than this may lie beside an eye, as a rim does, but is not followed over it."""

ROOM = 16.0
"""Lab units by which hair may differ from its own mean, on each axis."""

SMALLEST = 8.0
"""Pixels of an eye's width in which an edge can be told."""

GRID = 64
"""Places looked at for the eye's width."""

SIDE = 2 * GRID


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye of a picture, in its pixels. Curves go from the viewer's left to right."""

    line: Floats
    """(n, 2): the upper lid's edge, wide open."""

    lower: Floats
    """(n, 2): the edge of the lower lid."""

    rise: Floats
    """(n,): how far above its edge the lid's skin begins."""

    seam: Floats
    """(n, 3) RGB of what lies there."""

    skin: Floats
    """(n, 3) RGB of the skin of the lid, without the shadow along its line."""

    lash: Floats
    """(3,) RGB of the lid's line."""

    before: Picture
    """(SIDE, SIDE): 255 where something hides the eye from the viewer."""

    places: Floats
    """(2, 3): pixels of the picture from columns and rows of `before`."""


class Square:
    """The surroundings of one eye, and its curves there: in eye widths from the middle
    between its corners, across and down."""

    def __init__(self, rgb: Picture, upper: Floats, lower: Floats) -> None:
        self.width = float(np.linalg.norm(upper[-1] - upper[0]))
        across = (upper[-1] - upper[0]) / max(self.width, 1e-6)
        self.down = np.array([-across[1], across[0]])
        self.turn = np.stack([across, self.down], 1)
        self.middle = (upper[0] + upper[-1]) / 2
        scale = max(self.width, 1e-6)
        self.top, self.bottom = (
            (curve - self.middle) @ self.turn / scale for curve in (upper, lower)
        )
        spots = np.stack(np.meshgrid(*[place(np.arange(SIDE))] * 2), -1)
        self.rgb = cv2.remap(
            np.ascontiguousarray(rgb[..., :3]),
            self.back(spots).astype(np.float32),
            None,  # type: ignore[call-overload]
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        self.lab = cv2.cvtColor(self.rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)

    @property
    def outline(self) -> Floats:
        return np.concatenate([self.top, self.bottom[::-1]])

    def back(self, places: Floats) -> Floats:
        """Pixels of the picture."""
        return np.asarray(places @ self.turn.T * self.width + self.middle)

    @property
    def height(self) -> float:
        """Of the eye between its lids, in eye widths."""
        return float((self.bottom - self.top)[:, 1].max())

    def lift(self, share: float) -> None:
        """Bring the lower lid nearer to the upper one."""
        self.bottom[:, 1] -= (1 - share) * (self.bottom - self.top)[:, 1].clip(0)

    def below(self) -> Floats | None:
        """(3,) Lab of the skin under the eye."""
        start = int((self.outline[:, 1].max() + LOWER + 1) * GRID)
        strip = self.lab[start : start + GRID // 6, GRID // 2 : 3 * GRID // 2]
        return np.median(strip.reshape(-1, 3), 0) if strip.size else None


def place(number: Any) -> Any:
    """Of a row or column of the square, in eye widths from its middle."""
    return number / GRID - 1


def painted_eye(rgb: Picture, upper: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """Both curves (n, 2), in pixels of `rgb`, brought to the edge of the eye that is
    painted there: the network sees large eyes smaller, and a lid that leaves a strip of
    them is no blink."""
    if float(np.linalg.norm(upper[-1] - upper[0])) < SMALLEST:
        return upper, lower
    square = Square(rgb, upper, lower)
    skin = square.below()
    if skin is None or not _widened(square, skin, WIDER["paint"]):
        return upper, lower
    return (
        np.asarray(square.back(square.top), np.float32),
        np.asarray(square.back(square.bottom), np.float32),
    )


def look(
    rgb: Picture,
    lids: Sequence[tuple[Floats, Floats]],
    *,
    style: str,
    skin: Floats,
) -> list[Eye]:
    """Both eyes, from the upper and lower curve (n, 2) of each in pixels of `rgb`;
    `skin`: (3,) RGB, the palette's."""
    squares = [Square(rgb, upper, lower) for upper, lower in lids]
    known = cv2.cvtColor(
        (np.asarray(skin, np.float32) / 255).reshape(1, 1, 3), cv2.COLOR_RGB2LAB
    )[0, 0]
    under = [square.below() for square in squares]
    plain = [
        _agreed(square, own, other, known)
        for square, own, other in zip(squares, under, under[::-1], strict=True)
    ]
    for square, ground in zip(squares, plain, strict=True):
        if style != "photo" and square.width >= SMALLEST:
            _widened(square, ground, WIDER[style])
    tall = [square.height * square.width for square in squares]
    for square, own, other in zip(squares, tall, tall[::-1], strict=True):
        if own > UNEVEN * other > 0:
            square.lift(UNEVEN * other / own)
    return [_eye(s, style, ground) for s, ground in zip(squares, plain, strict=True)]


def _agreed(
    square: Square, own: Floats | None, other: Floats | None, known: Floats
) -> Floats:
    """Lab of the skin on this eye's side, from what lies below this eye and the other,
    and the palette's: hair that hangs down there is not like what the two others say, and
    the white of an eye larger than it was seen lies nowhere around it."""
    if own is None or _apart(own, known) < SAME:
        return known if own is None else own
    if other is None or _apart(own, other) >= SAME:
        near = other is not None and _apart(other, known) < SAME
        return other if other is not None and near else known
    lab = square.lab
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    around = (np.linalg.norm((border - own) * [0.5, 1, 1], axis=1) < SAME).mean()
    return own if around > AROUND else known


def _apart(a: Floats, b: Floats) -> float:
    return float(np.linalg.norm((a - b) * [0.5, 1, 1]))


def _eye(square: Square, style: str, skin: Floats) -> Eye:
    columns, rows = (_cell(square.top[:, axis]) for axis in (0, 1))
    dark = _darkest(square.rgb, rows, columns)
    lash_lab = cv2.cvtColor(
        (dark / 255).astype(np.float32).reshape(1, 1, 3), cv2.COLOR_RGB2LAB
    )[0, 0]
    apart = np.linalg.norm(square.lab - skin, axis=2)
    like = max(UNLIKE, 0.5 * float(np.linalg.norm(lash_lab - skin)))
    before = _before(square, apart)
    rise = _rise(apart < like, rows, columns, RISE[style])
    seam, colours = _skin(square, apart, rows, columns, rise)
    return Eye(
        line=np.asarray(square.back(square.top), np.float32),
        lower=np.asarray(square.back(square.bottom), np.float32),
        rise=np.asarray(rise * square.width, np.float32),
        seam=np.asarray(seam, np.float32),
        skin=np.asarray(colours, np.float32),
        lash=np.asarray(np.minimum(dark, np.median(colours, 0) * 0.55), np.float32),
        before=before,
        places=np.column_stack(
            [
                square.turn * square.width / GRID,
                square.middle - square.turn @ [1, 1] * square.width,
            ]
        ),
    )


def _cell(places: Floats) -> NDArray[np.intp]:
    return np.clip(np.round((places + 1) * GRID), 0, SIDE - 1).astype(np.intp)


def _darkest(rgb: Picture, rows: Any, columns: Any) -> Floats:
    """(3,): the darkest fifth around each point of the lid's edge, in the middle of
    them."""
    reach = round(0.05 * GRID)
    padded = np.pad(rgb, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    size = 2 * reach + 1
    found = []
    for row, column in zip(rows, columns, strict=True):
        patch = padded[row : row + size, column : column + size].reshape(-1, 3)
        light = patch.astype(np.float32).sum(1)
        some = np.argsort(light, kind="stable")[: len(patch) // 5]
        found.append(patch[some].mean(0))
    return np.asarray(np.median(np.stack(found), 0), np.float32)


def _rise(like: Mask, rows: Any, columns: Any, most: float) -> Floats:
    """(n,) eye widths above each point of the lid's edge at which skin begins."""
    steps = round(most * GRID)
    found = np.full(len(rows), np.nan)
    for i, (row, column) in enumerate(zip(rows, columns, strict=True)):
        for step in range(steps):
            at = row - step
            if at < 1:
                break
            if like[at, column] and like[at - 1, column]:
                found[i] = step / GRID
                break
    known = np.flatnonzero(np.isfinite(found))
    if not len(known):
        return np.full(len(rows), LEAST_RISE)
    filled = np.interp(np.arange(len(rows)), known, found[known])
    # A strand of the line that goes on is not the line.
    middle = np.median(_windows(filled, 2), -1)
    soft = _windows(middle, 1).mean(-1) + LEAST_RISE
    # In its corners an eye is closed.
    bow = np.sqrt(np.sin(np.linspace(0, np.pi, len(rows))).clip(0))
    return np.asarray(soft * (CORNER + (1 - CORNER) * bow))


def _skin(
    square: Square, apart: Floats, rows: Any, columns: Any, rise: Floats
) -> tuple[Floats, Floats]:
    """(n, 3) RGB twice: what lies just above the lid's line, and the skin there."""
    blurred = cv2.blur(square.rgb, (5, 3), borderType=cv2.BORDER_REPLICATE)

    def above(away: float) -> NDArray[np.intp]:
        at = rows - np.round((rise + away) * GRID)
        return np.asarray(np.clip(at, 0, SIDE - 1), np.intp)

    places = [above(away) for away in SKIN_AT]
    like = np.stack([apart[at, columns] < 1.5 * UNLIKE for at in places])
    seen = np.stack([blurred[at, columns] for at in places]).astype(np.float32)
    light = np.where(like, seen.mean(-1), -1)
    best = light.max(0)
    line = blurred[rows, columns].mean(-1)
    enough = like & (light >= line + BRIGHT * (best - line))
    every = np.arange(len(rows))
    skin = _filled(seen[enough.argmax(0), every], np.asarray(like.any(0)), square)
    at = above(SEAM_AT)
    seam = _filled(
        blurred[at, columns].astype(np.float32),
        apart[at, columns] < 1.5 * UNLIKE,
        square,
    )
    return seam, skin


def _filled(colours: Floats, known: Mask, square: Square) -> Floats:
    """(n, 3) colours along a lid, softly; what is not known lies between what is."""
    if not known.any():
        start = int((square.outline[:, 1].max() + LOWER + 1) * GRID)
        strip = square.rgb[start : start + GRID // 6, GRID // 2 : 3 * GRID // 2]
        plain = np.median(strip.reshape(-1, 3), 0) if strip.size else np.full(3, 128.0)
        return np.repeat(plain[None], len(colours), 0)
    places, every = np.flatnonzero(known), np.arange(len(colours))
    full = np.stack([np.interp(every, places, colours[known, c]) for c in range(3)], -1)
    # One odd sample (a lash, a lock of hair) must not stripe the lid.
    return _soft(_soft(np.median(_windows(full, 4), -1)))


def _soft(values: Floats) -> Floats:
    return np.asarray(_windows(values, 4).mean(-1))


def _windows(values: Floats, reach: int) -> Floats:
    """(n, ..., 2 * reach + 1): each with those beside it; the ends repeat."""
    room = [(reach, reach), *[(0, 0)] * (values.ndim - 1)]
    padded = np.pad(values, room, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)


def _before(square: Square, apart: Floats) -> Picture:
    """(SIDE, SIDE): 255 where what comes from beyond the square goes on over the eye."""
    none: Picture = np.zeros((SIDE, SIDE), np.uint8)
    if square.width < SMALLEST:
        return none
    own = cv2.dilate(_polygon(square.outline), _disc(0.16)) > 0
    thick = cv2.morphologyEx(
        (apart > HIDING).astype(np.uint8), cv2.MORPH_OPEN, _disc(LOCK)
    )
    _, labels = cv2.connectedComponents(
        ((thick > 0) & ~own).astype(np.uint8), connectivity=4
    )
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    found = none.copy()
    for number in np.unique(rim[rim > 0]):
        part = labels == number
        found[part] = 255
        mean = square.lab[part].mean(0)
        alike = (thick > 0) & (np.abs(square.lab - mean) < ROOM).all(2)
        # What is like hair must hang together with it: an iris only looks like it.
        solid = cv2.morphologyEx(
            (part | alike).astype(np.uint8), cv2.MORPH_OPEN, _disc(HAIR)
        )
        _, pieces = cv2.connectedComponents(solid, connectivity=4)
        hanging = np.unique(pieces[part & (pieces > 0)])
        whole = np.isin(pieces, hanging) & (pieces > 0)
        found[whole] = 255
    if not (found[own] > 0).any():
        return none
    return cast("Picture", cv2.GaussianBlur(cv2.dilate(found, _disc(0.04)), (0, 0), 1))


def _widened(square: Square, skin: Floats, wider: float) -> bool:
    """Bring the square's curves to the edge of the eye that is painted there; False, and
    nothing done, where none is."""
    top, bottom = square.top, square.bottom
    eye, sharp = _eye_seen(square, skin, max(wider, LOWER))
    ends = float(bottom[0, 0]), float(bottom[-1, 0])
    columns = np.nonzero(eye.any(0) & sharp)[0]
    within = (place(columns) > ends[0]) & (place(columns) < ends[1])
    if within.sum() < max(1, SHARP * GRID * (ends[1] - ends[0])):
        return False
    left = float(np.clip(place(columns[0]), ends[0] - wider, ends[0]))
    right = float(np.clip(place(columns[-1]), ends[1], ends[1] + wider))
    for curve in (top, bottom):
        share = (curve[:, 0] - ends[0]) / (ends[1] - ends[0])
        curve[:, 0] = left + share * (right - left)
    rows = np.arange(SIDE)[:, None]
    lowest = place(np.where(eye, rows, -1).max(0) + 1)[columns]
    more = np.interp(bottom[:, 0], place(columns), lowest) - bottom[:, 1]
    # A lid's edge is one soft curve, whatever the strokes below it look like.
    most = cv2.dilate(np.clip(more, 0, LOWER)[None].astype(np.float32), np.ones((1, 5)))
    soft = cv2.GaussianBlur(most, (0, 0), 2.5, borderType=cv2.BORDER_REPLICATE)[0]
    bottom[:, 1] += soft * np.sqrt(np.sin(np.linspace(0, np.pi, len(soft))).clip(0))
    return True


def _eye_seen(square: Square, skin: Floats, reach: float) -> tuple[Mask, Mask]:
    """Which of the square is unlike the skin below, and hangs together with the eye; and
    in which columns that ends at once, as paint does. A shadow fades."""
    apart = np.linalg.norm(square.lab - skin, axis=2)
    known = _polygon(square.outline)
    near = cv2.dilate(known, _disc(2 * reach)) > 0
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
    edge = np.where(eye, np.arange(SIDE)[:, None], -1).max(0)
    columns, step = np.arange(SIDE), max(2, GRID // 20)
    inner = apart[np.clip(edge - step, 0, SIDE - 1), columns]
    outer = apart[np.clip(edge + step, 0, SIDE - 1), columns]
    return eye, (edge >= 0) & (inner - outer > UNLIKE)


def _polygon(outline: Floats) -> Picture:
    known: Picture = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(known, [np.round((outline + 1) * GRID).astype(np.int32)], 255)
    return known


def _disc(across: float) -> Picture:
    size = max(1, round(across * GRID)) | 1
    return cast("Picture", cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
