"""The control signal: a procedural animator's film, and where its faces are.

A model may touch nothing else. Sync, identity and framing are those of the film.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from avatarfx.animators import pictures
from avatarfx.animators.neural.faces import Faces, FaceShape
from socialapp.engines.protocols import Onward
from socialapp.performance.motion import opening

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from avatarfx.animators.neural.faces import Seen
    from socialapp.engines.protocols import Actor, Animator, Staging

    Floats = npt.NDArray[np.floating[Any]]

LEAST = 32
"""Pixels: a smaller square around a face is not worth a model's time."""

SEEN = 0.6
"""Share of a face that must be in sight; a model makes nonsense of less."""

INNER = 0.93
"""The mask's outline, in parts of the face's own: its soft edge ends within the face."""

SOFT = 0.02
"""Standard deviation of the mask's edge, in sides of the square."""

FINE = 96
"""Pixels across in which a mask is made: it is smooth, and so enlarged without loss."""

LOWER_FROM, LOWER_ALL = 0.4, 0.66
"""Where on the way from the eyes to the mouth the lower face begins, and is whole."""

PAPER = 127
"""Grey that is behind what stands free in a picture of reference."""


@dataclass(frozen=True, slots=True)
class FacePlace:
    """One face of one frame."""

    seat: str
    box: tuple[int, int, int, int]
    """Left, top, right, bottom of a square around it, in frame pixels; may stick out."""

    mask: npt.NDArray[np.float32]
    """(side, side), 0 to 1 with a soft edge: the face, as far as it is in sight."""

    mouth: npt.NDArray[np.float32]
    """The same for its lower part: nose tip to chin."""

    opening: float
    """Of the mouth, as commanded, 0 to 1."""

    @property
    def side(self) -> int:
        return self.box[2] - self.box[0]


@dataclass(frozen=True, slots=True)
class ControlFrame:
    at: float
    """Seconds."""

    pixels: npt.NDArray[np.uint8]
    """(height, width, 3) RGB, read-only."""

    faces: tuple[FacePlace, ...]
    """Those that a model may touch: large enough, and most of them in sight."""


def control(
    animator: Animator,
    staging: Staging,
    *,
    fps: int,
    width: int,
    height: int,
    first: int = 0,
) -> Iterator[ControlFrame]:
    """Every frame that `animator` draws, from the one with the number `first` on, with
    its faces. EngineError if it cannot, or if a rig's files are damaged."""
    faces = Faces(staging, width, height)
    size = {"fps": fps, "width": width, "height": height}
    if first and isinstance(animator, Onward):
        drawn = animator.animate_from(first, staging, **size)
    else:
        drawn = islice(animator.animate(staging, **size), first, None)
    for number, frame in enumerate(drawn, start=first):
        at = number / fps
        pixels = np.frombuffer(frame.pixels, np.uint8)
        yield ControlFrame(
            at, pixels.reshape(frame.height, frame.width, 3), places(faces, at)
        )


def places(faces: Faces, at: float) -> tuple[FacePlace, ...]:
    """The faces that may be touched at `at` seconds, nearest to the camera first."""
    found = (_place(seen) for seen in faces.at(at))
    return tuple(place for place in found if place is not None)


def reference(actor: Actor, size: int) -> npt.NDArray[np.uint8]:
    """(size, size, 3) RGB: the face in the portrait at rest, in the square that is cut
    out of frames too. EngineError when no face is known in it."""
    shape = FaceShape(actor)
    picture = pictures.decode(actor.portrait)
    scale = size / (shape.side * picture.shape[1])
    low = (shape.centre - shape.side / 2) * picture.shape[1]
    alpha = picture[..., 3:] / 255
    solid = np.asarray(picture[..., :3] * alpha + PAPER * (1 - alpha), np.float32)
    matrix = np.array(
        [
            [scale, 0, 0.5 * scale - 0.5 - low[0] * scale],
            [0, scale, 0.5 * scale - 0.5 - low[1] * scale],
        ]
    )
    if scale < 1:
        # A linear sampler skips pixels when it shrinks; average them first.
        solid = np.asarray(cv2.GaussianBlur(solid, (0, 0), 0.5 / scale), np.float32)
    shown = cv2.warpAffine(
        solid, matrix, (size, size), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return np.clip(np.rint(shown), 0, 255).astype(np.uint8)


def _place(seen: Seen) -> FacePlace | None:
    box = seen.box
    left, top, right, _ = box
    side = right - left
    if side < LEAST:
        return None
    fine = FINE / side
    corner = np.array([left, top], np.float64)

    def here(points: Floats) -> Floats:
        return (points - corner) * fine

    outline = seen.outline
    middle = outline.mean(0)
    inner = here(middle + (outline - middle) * INNER)
    whole = _filled([inner])
    sight = _sight(seen.cell, box)
    if seen.hidden_by:
        sight = np.minimum(sight, 1 - _filled([here(line) for line in seen.hidden_by]))
    if (whole * sight).sum() < SEEN * max(1.0, float(whole.sum())):
        return None
    soft = cv2.GaussianBlur(whole, (0, 0), SOFT * FINE)
    if seen.hidden_by:
        inside = cv2.erode(sight, np.ones((3, 3), np.uint8))
        sight = np.asarray(cv2.GaussianBlur(inside, (0, 0), 1.0), np.float32)
    mask = soft * sight
    eyes, mouth = here(np.array([seen.eyes])), here(np.array([seen.mouth]))
    low = mask * _below(eyes[0], mouth[0])
    clipped = _sight(seen.cell, box, side)
    return FacePlace(
        seat=seen.seat,
        box=box,
        mask=_enlarged(mask, side) * clipped,
        mouth=_enlarged(low, side) * clipped,
        opening=float(opening(seen.face)),
    )


def _filled(lines: list[Floats]) -> npt.NDArray[np.float32]:
    """(FINE, FINE): 1 within the outlines."""
    canvas = np.zeros((FINE, FINE), np.uint8)
    for line in lines:
        fixed = np.round((line - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(canvas, [fixed], 255, cv2.LINE_AA, 4)
    return np.asarray(canvas / 255, np.float32)


def _sight(
    cell: tuple[int, int, int, int], box: tuple[int, int, int, int], size: int = FINE
) -> npt.NDArray[np.float32]:
    """(size, size): 1 where the square lies within the part of the frame it is in."""
    left, top, width, height = cell
    side = box[2] - box[0]
    at = (np.arange(size) + 0.5) * side / size
    across = (box[0] + at >= left) & (box[0] + at < left + width)
    down = (box[1] + at >= top) & (box[1] + at < top + height)
    return (down[:, None] & across[None]).astype(np.float32)


def _below(eyes: Floats, mouth: Floats) -> npt.NDArray[np.float32]:
    """(FINE, FINE): 0 at the eyes, 1 from the tip of the nose down."""
    way = mouth - eyes
    length = max(1e-6, float(way @ way))
    at = np.arange(FINE) + 0.5
    share = ((at[None] - eyes[0]) * way[0] + (at[:, None] - eyes[1]) * way[1]) / length
    share = np.clip((share - LOWER_FROM) / (LOWER_ALL - LOWER_FROM), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _enlarged(mask: npt.NDArray[np.float32], side: int) -> npt.NDArray[np.float32]:
    large = cv2.resize(mask, (side, side), interpolation=cv2.INTER_LINEAR)
    # What is less than half a grey level is nothing: outside the frame stays as it is.
    return np.asarray(np.where(large < 0.002, 0, large), np.float32)
