"""Faces of the warp's film, and the same faces drawn at twice the size and averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatarfx.animators.neural import composite
from avatarfx.animators.neural.control import control
from socialapp import acting
from socialapp.engines import handler
from socialapp.engines.protocols import Staging, VoiceSpec
from socialapp.lib.blobs import ref_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from avatarfx.animators.neural.control import ControlFrame
    from avatarfx.training.faces import Sitter
    from socialapp.performance import Performance

FPS = 25

FINER = 2
"""How much larger the clean picture is drawn, a side."""

LINES = (
    "Hello, my name is Bo, and I brought you a map.",
    "We found five oysters above the old pier!",
    "Who else would pay to sleep beside the boats?",
    "Poor Pam must move before the storm.",
)
"""Every viseme; each sitter says one of them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two frames in a row of one face, the square around it."""

    control: NDArray[np.uint8]
    """(2, side, side, 3) RGB, as the warp drew it."""

    clean: NDArray[np.uint8]
    """The same, as it should be."""

    mask: NDArray[np.uint8]
    """(2, side, side), 0 to 255: the face."""

    mouth: NDArray[np.uint8]
    """The same of the lower face, times how far the mouth is open."""

    low: NDArray[np.uint8]
    """The lower face alone."""


@dataclass(frozen=True, slots=True)
class Both:
    """One frame of a film, as drawn and as it should be, whole."""

    frame: ControlFrame
    clean: NDArray[np.uint8]


def spoken(line: str, seed: int) -> Performance:
    """Said by the formant voice, which is everywhere and the same everywhere."""
    return acting.perform(
        line,
        spec=VoiceSpec(),
        speakers=[("hibari", handler.voices["hibari"])],
        director=handler.directors["default"],
        seed=seed,
        shape="1:1",
        put_sound=lambda data: ref_of(data, "wav"),
    ).performance


def film(sitter: Sitter, performance: Performance, side: int) -> Iterator[Both]:
    """Every frame twice."""
    staging = Staging(performance, {"a": sitter.actor})
    warp = handler.animators["warp"]
    large = FINER * side
    frames = control(warp, staging, fps=FPS, width=side, height=side)
    finer = warp.animate(staging, fps=FPS, width=large, height=large)
    for frame, fine in zip(frames, finer, strict=True):
        pixels = np.frombuffer(fine.pixels, np.uint8).reshape(large, large, 3)
        clean = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
        yield Both(frame, np.asarray(clean, np.uint8))


def pairs(
    sitter: Sitter, *, side: int, every: int, seed: int, number: int
) -> Iterator[Pair]:
    """Of one sitter's film: two frames in a row of each `every`. `side`: pixels of the
    film's frames."""
    line = LINES[number % len(LINES)]
    before: Both | None = None
    for at, now in enumerate(film(sitter, spoken(line, seed), side)):
        if before is not None and at % every == 1:
            made = _pair(before, now)
            if made is not None:
                yield made
        before = now


def _pair(first: Both, second: Both) -> Pair | None:
    """Both seen through the square of the first; None where there is no face."""
    if not first.frame.faces or not second.frame.faces:
        return None
    places = [first.frame.faces[0], second.frame.faces[0]]
    if places[0].side != places[1].side:
        return None
    both = (first, second)
    squares = list(zip(both, places, strict=True))
    return Pair(
        control=np.stack([composite.crop(b.frame.pixels, p.box) for b, p in squares]),
        clean=np.stack([composite.crop(b.clean, p.box) for b, p in squares]),
        mask=np.stack([_bytes(p.mask) for p in places]),
        mouth=np.stack([_bytes(p.mouth * p.opening) for p in places]),
        low=np.stack([_bytes(p.mouth) for p in places]),
    )


def _bytes(share: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
