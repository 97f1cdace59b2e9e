"""The portraits that are learned from, and those that never are.

All are drawn: the starter characters of this project, as flat art and brought to brush
strokes; each step learns from them mirrored and in other light, too. Whoever is held out
is held out as both. The
public-domain photograph of the quality bench is held out too: what was learned on
drawings is to be measured on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from avatarfx.bench import portraits
from socialapp.content import library
from socialapp.engines import handler
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Actor
from socialapp.lib.blobs import ref_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from avatarfx.bench.portraits import Picture

HELD_OUT = ("kiko", "sunniva")

PHOTO = "photo close"


@dataclass(frozen=True, slots=True)
class Sitter:
    name: str
    actor: Actor


def learned_from() -> Iterator[Sitter]:
    """Those that the warp can draw, in a fixed order."""
    names = [name for name in library.cast_ids() if name not in HELD_OUT]
    for number, name in enumerate(names):
        flat = portraits.drawing(name)
        yield from _sitting(f"flat {name}", flat)
        yield from _sitting(
            f"painted {name}", portraits.painted(flat, seed=40 + number)
        )


def held_out() -> Iterator[Sitter]:
    """Never learned from, in no variation."""
    for number, name in enumerate(HELD_OUT):
        flat = portraits.drawing(name)
        yield from _sitting(f"flat {name}", flat)
        oil = portraits.painted(flat, seed=60 + number)
        yield from _sitting(f"painted {name}", oil)
    for sample in portraits.defaults():
        if sample.name == PHOTO:
            yield from _seated(sample.name, sample.data)


def _sitting(name: str, picture: NDArray[np.uint8]) -> Iterator[Sitter]:
    _, encoded = cv2.imencode(".png", _whole(picture))
    yield from _seated(name, encoded.tobytes())


def _seated(name: str, data: bytes) -> Iterator[Sitter]:
    """Nobody, when no face is found that the warp can draw."""
    try:
        rig, blobs = handler.riggers["default"].rig(data, ref=ref_of(data, "png"))
    except EngineError:
        return
    if handler.animators["warp"].suits(rig) is None:
        yield Sitter(name, Actor(rig, data, blobs))


def _whole(picture: NDArray[np.uint8]) -> Picture:
    return np.ascontiguousarray(picture)
