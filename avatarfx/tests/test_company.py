"""Two or three on a stage in every shape: nobody's head is cut, nobody stands in the way
of the page or of another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx.animators import framing, ledge
from avatarfx.animators.framing import Box
from avatarfx.tests.test_stage import SIZES, bust, films, photo
from socialapp.acting.dialogue import standing
from socialapp.content import library
from socialapp.performance import CameraKey, Rig
from socialapp.performance.rig import Anchors

if TYPE_CHECKING:
    from avatarfx.animators.framing import Placed

CUT_BY_PHONES = 0.056
"""Of a tall film's width, at either side: 9:16 that fills 390 x 780 pixels."""

PAGE_BEGINS = 0.64
"""Of its height: captions, names and buttons of the feed lie below."""


def placed_in(shape: str, rigs: list[Rig]) -> list[Placed]:
    width, height = SIZES[shape]
    seats = "abc"[: len(rigs)]
    places = standing(list(seats), shape)
    return [
        framing.stand(
            rig,
            shape=shape,
            width=width,
            height=height,
            place=places[seat],
            sharing=len(rigs),
        )
        for seat, rig in zip(seats, rigs, strict=True)
    ]


def starters() -> list[Rig]:
    """The anchors of the cast's own drawings, in units of their width."""
    found = []
    for name in library.cast_ids():
        _, table = library.drawing(name)
        _, _, width, height = table["viewBox"]
        spots = {
            key: (table["anchors"][key][0] / width, table["anchors"][key][1] / width)
            for key in ("eyeLeft", "eyeRight", "mouth", "chin")
        }
        left, right, mouth, chin = spots.values()
        anchors = Anchors(left, right, mouth, chin, 0.16)
        found.append(Rig("sha256:x.svg", width, height, "layers", anchors=anchors))
    return found


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("count", [2, 3])
def test_every_pair_and_trio_of_the_cast_fits(shape: str, count: int) -> None:
    width, height = SIZES[shape]
    edge = CUT_BY_PHONES * width if shape == "9:16" else 0.0
    for rigs in combinations(starters(), count):
        for one in placed_in(shape, list(rigs)):
            x, y = one.face
            # A face is about four fifths as wide as it is high.
            half = 0.4 * one.face_height
            assert edge <= x - half
            assert x + half <= width - edge
            assert y - one.face_height > 0.02 * height
            chin = y + one.face_height / 2
            assert chin < (PAGE_BEGINS if shape == "9:16" else 0.95) * height


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("count", [2, 3])
def test_no_face_is_before_another(shape: str, count: int) -> None:
    for rigs in combinations(starters(), count):
        for one, two in combinations(placed_in(shape, list(rigs)), 2):
            apart = abs(one.face[0] - two.face[0])
            assert apart > 0.38 * (one.face_height + two.face_height)


def test_a_tall_frame_of_several_has_a_ledge_and_that_of_one_has_none() -> None:
    two = films({"a": bust(), "b": bust()}, shape="9:16")[0]
    row = round(framing.LEDGE * 912)
    assert two[row + 12 :].astype(int).mean() < 90
    alone = films({"a": bust()}, shape="9:16")[0]
    assert np.abs(two[row + 60 :].astype(int) - alone[row + 60 :]).mean() > 10
    # The same pixels, whoever stands behind.
    other = films({"a": photo(), "b": bust()}, shape="9:16")[0]
    assert np.array_equal(two[row + 1 :], other[row + 1 :])


def test_a_close_up_sees_the_ledge_where_it_is() -> None:
    camera = (CameraKey(0.0, "a"),)
    frame = films({"a": bust(), "b": bust()}, shape="9:16", camera=camera)[0]
    assert frame.shape == (912, 512, 3)
    above = Box(0, 0, 256, 456)
    assert ledge.drawn(above, 512, 912, (512, 912)) is None
    row, pixels = ledge.drawn(Box(0, 456, 256, 456), 512, 912, (512, 912)) or (0, None)
    assert row == pytest.approx((framing.LEDGE - 0.5) * 2 * 912, abs=2)
    assert pixels is not None
    assert pixels.shape == (912 - row, 512, 3)


def test_a_close_up_shows_no_half_of_another_face() -> None:
    width, height = SIZES["9:16"]
    rigs = starters()[:3]
    placed = dict(zip("abc", placed_in("9:16", rigs), strict=True))
    keys = (
        CameraKey(0.0, "all"),
        CameraKey(1.0, "a"),
        CameraKey(1.04, "a", 1.08, 3.0),
        CameraKey(5.0, "all", 1.0, 1.0),
    )
    found = framing.shots(keys, placed, shape="9:16", width=width, height=height)
    wide, close, nearer, back = (shot.hides for shot in found)
    assert wide == back == ()
    assert "c" in close
    assert nearer == close  # nobody comes or goes in a move
    for one in found:
        for seat in set("abc") - set(one.hides):
            x, _ = placed[seat].face
            half = framing.FACE_WIDTH / 2 * placed[seat].face_height
            assert one.box.x <= x - half
            assert x + half <= one.box.right
