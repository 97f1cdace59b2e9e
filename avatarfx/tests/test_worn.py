"""What people wear on their faces stays what it is while they speak and blink."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from avatarfx.animators.warp import WarpMaker
from avatarfx.bench.facesets import Pictured, own, worn
from avatarfx.tests.test_riggers import encoded, rigged
from avatarfx.tests.test_warp import close_up
from socialapp.engines.protocols import Actor
from socialapp.performance import Face

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from avatarfx.animators.warp.puppet import WarpPuppet

SIDE = 384
SHUT = Face(lid_left=1.0, lid_right=1.0)


@cache
def base() -> Pictured:
    return next(own.faces())


@cache
def wearer(kind: str) -> Actor:
    data = encoded(worn.WORN[kind](base(), 3).rgb[..., ::-1])
    rig, blobs = rigged(data)
    return Actor(rig, data, blobs)


@cache
def puppet(kind: str) -> WarpPuppet:
    one = wearer(kind)
    return WarpMaker().build(
        one, view=close_up(one.rig), width=SIDE, height=SIDE, cut_out=False
    )


def worn_pixels(kind: str, where: Callable[[Any], Any] | None = None) -> NDArray[Any]:
    """(SIDE, SIDE) bool: what was drawn onto the bare face, without its soft edges."""
    view = close_up(wearer(kind).rig)
    bare, dressed = base().rgb, worn.WORN[kind](base(), 3).rgb
    new = (np.abs(bare.astype(int) - dressed).max(-1) > 24).astype(np.uint8)
    width = bare.shape[1]
    matrix = np.array(
        [[view.width, 0, view.x * SIDE], [0, view.width, view.y * SIDE]]
    ) * (width / SIDE)
    seen = cv2.warpAffine(
        new, matrix, (SIDE, SIDE), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    return cv2.erode(seen, np.ones((3, 3), np.uint8)) > 0


def eye_box(kind: str, left: bool) -> tuple[slice, slice]:
    view = close_up(wearer(kind).rig)
    indices = [33, 133, 159, 145] if left else [263, 362, 386, 374]
    points = np.array(wearer(kind).rig.landmarks)[indices, :2]
    pixels = (points - [view.x, view.y]) / view.width * SIDE
    low, high = pixels.min(0).astype(int), pixels.max(0).astype(int)
    return slice(low[1], high[1] + 1), slice(low[0], high[0] + 1)


def off(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.abs(a.astype(int) - b).max(-1))


@pytest.mark.parametrize("kind", ["fringe", "glasses"])
def test_a_blink_goes_on_beneath_hair_and_rims(kind: str) -> None:
    rest, shut = puppet(kind).draw(Face()), puppet(kind).draw(SHUT)
    changed = off(rest, shut)
    hidden = worn_pixels(kind)
    assert hidden.sum() > 1500
    assert (changed[hidden] > 12).mean() < 0.004
    # The eye that can be seen does close.
    assert (changed[eye_box(kind, left=False)] > 25).mean() > 0.25


def test_an_eye_behind_hair_keeps_its_place_but_not_its_lid() -> None:
    face = puppet("fringe")
    assert face.lids[0].before is not None
    assert face.lids[1].before is None
    assert puppet("moustache").lids[0].before is None
    wink = face.draw(replace(Face(), lid_left=1.0))
    assert off(face.draw(Face()), wink).max() < 24
