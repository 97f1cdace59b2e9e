"""What people wear on their faces stays what it is while they speak and blink."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from avatarfx.animators.puppets import View
from avatarfx.animators.warp import WarpMaker
from avatarfx.animators.warp.fine import FinePuppet
from avatarfx.animators.warp.mouth import Cavity, Lips
from avatarfx.animators.warp.puppet import WarpPuppet, midline
from avatarfx.bench.facesets import Pictured, own, worn
from avatarfx.tests.test_riggers import encoded, rigged
from avatarfx.tests.test_warp import actor, built, close_up
from avatarfx.tests.test_warp import puppet as flat_puppet
from socialapp.engines.protocols import Actor
from socialapp.performance import Face

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


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
    return built(wearer(kind), SIDE)


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


AH = Face(jaw_open=1.0, mouth_wide=0.6)


def spread(mask: NDArray[Any]) -> NDArray[Any]:
    """Width and height of most of a mask's pixels: two deviations to each side."""
    rows, columns = np.nonzero(mask)
    return np.array([columns.std(), rows.std()]) * 4


def test_a_moustache_keeps_its_shape_and_hangs_over_the_open_mouth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hair(face: WarpPuppet, one: Face) -> NDArray[Any]:
        """Brown on a pale face; the throat is redder."""
        rows, columns = mouth_box("moustache")
        red, green, _ = np.moveaxis(face.draw(one)[rows, columns].astype(float), -1, 0)
        brown = ((red < 110) & (green > 0.55 * red) & (red > 35)).astype(np.uint8)
        solid = cv2.morphologyEx(brown, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        _, labels, sizes, _ = cv2.connectedComponentsWithStats(solid)
        rows_of = np.where(sizes[:, 1] < 30, sizes[:, 4], 0)
        rows_of[0] = 0
        return np.asarray(labels == int(np.argmax(rows_of)))

    stiff = puppet("moustache")
    assert stiff.moustache is not None
    monkeypatch.setattr("avatarfx.animators.warp.puppet.find", lambda *_: None)
    limp = built(wearer("moustache"), SIDE)
    assert limp.moustache is None
    for said in (Face(jaw_open=0.6), Face(jaw_open=0.3, mouth_round=1.0)):
        kept, lost = (
            np.abs(spread(hair(one, said)) / spread(hair(one, Face())) - 1).max()
            for one in (stiff, limp)
        )
        assert kept < 0.08
        assert lost > kept + 0.05
    # No second one hangs at the lower lip.
    below = stiff.motion.moved(
        stiff.lower_lip,
        stiff.motion.displacement("lower", AH, stiff.motion.lean(AH)),
    )[len(stiff.lower_lip) // 2].astype(int)
    lip = stiff.draw(AH)[below[1] + 2 : below[1] + 10, below[0] - 20 : below[0] + 20]
    assert lip[..., 0].min() > 110


def mouth_box(kind: str) -> tuple[slice, slice]:
    view = close_up(wearer(kind).rig)
    points = np.array(wearer(kind).rig.landmarks)[[2, 61, 291, 17], :2]
    pixels = (points - [view.x, view.y]) / view.width * SIDE
    low, high = pixels.min(0).astype(int), pixels.max(0).astype(int)
    return slice(low[1] - 4, high[1] + 40), slice(low[0] - 20, high[0] + 20)


def test_who_has_no_moustache_is_given_none() -> None:
    assert puppet("glasses").moustache is None
    assert puppet("beard").moustache is not None


def test_no_shade_falls_on_a_beard() -> None:
    for kind, falls in (("beard", False), ("moustache", True)):
        shade = puppet(kind).shade
        assert shade is not None
        assert (shade.fields["open"].light.min() < -0.1) == falls
    # Nor does it end in a line where the layer of the jaw does.
    shade = puppet("moustache").shade
    assert shade is not None
    last = puppet("moustache").mouth.block.bottom - 2
    assert np.abs(shade.fields["open"].light[last:]).max() < 0.01


def test_teeth_and_tongue_turn_with_the_face() -> None:
    middle = puppet("moustache").skull
    assert middle[1] == pytest.approx((middle[0] + middle[2]) / 2, abs=0.01)
    line = np.array([[0.0, 0.0], [0.35, 0.0], [1.0, 0.0]], np.float32)
    centre, across = np.array([0.5, 0.0]), np.array([1.0, 0.0])
    assert midline(line, centre, across, 0.5) == pytest.approx(-0.15)
    assert midline(line * [0, 1], centre, across, 0.5) == pytest.approx(-0.25)
    near = line + np.array([[0, 0], [0.12, 0], [0, 0]], np.float32)
    assert midline(near, centre, across, 0.5) == 0
    # The far half of a mouth shows as many teeth, in less room.
    cavity = Cavity({}, unit=200, teeth=14, style="photo")
    x = np.linspace(10, 110, 25)
    bow = np.sqrt(1 - np.linspace(-1, 1, 25) ** 2)
    upper = np.stack([x, 30 - 2 * bow], 1).astype(np.float32)
    lower = np.stack([x, 30 + 40 * bow], 1).astype(np.float32)
    lit = []
    for at in (60, 40):
        canvas = np.zeros((90, 120, 3), np.uint8)
        skull = np.array([[10, 30], [at, 30], [110, 30]], np.float32)
        down = np.array([0, 1], np.float32)
        lips = Lips(upper=upper, lower=lower, skull=skull, down=down, tongue=0)
        cavity.paint(canvas, lips)
        row = canvas[36, :, 1].astype(float)
        lit.append(float((row * np.arange(120)).sum() / row.sum()))
    assert lit[0] == pytest.approx(60, abs=1.5)
    assert lit[1] < lit[0] - 4


def test_the_mouth_of_a_drawn_beard_is_covered_with_skin_alone() -> None:
    rig = actor("flat hob").rig
    view = close_up(rig)
    shown = flat_puppet("flat hob").texture
    points = (np.array(rig.landmarks)[:, :2] - [view.x, view.y]) / view.width * 256
    # Beside the lips, in the patch of skin within the white beard.
    corners, lip = points[[61, 291]], points[[13, 14]].mean(0)
    skin = np.array([int(rig.palette["skin"][i : i + 2], 16) for i in (1, 3, 5)])
    lightness = []
    for share in (0.5, 0.75):
        for corner in corners:
            spot = lip + share * (corner - lip) + [0, 3]
            x, y = np.round(shown.index(spot)).astype(int)
            lightness.append(shown.pixels[y, x, :3].astype(int))
    assert np.abs(np.array(lightness) - skin).max(1).max() < 60
    # And the beard is as white as it was.
    chin = np.round(shown.index(points[[199, 200]].mean(0))).astype(int)
    assert shown.pixels[chin[1], chin[0], :3].min() > 180


def test_a_face_that_is_small_on_its_canvas_is_drawn_in_one_of_its_own() -> None:
    one = wearer("moustache")
    close = close_up(one.rig)
    far = View(
        close.x - 1.2 * close.width,
        close.y - 1.2 * close.height,
        3.4 * close.width,
        3.4 * close.height,
    )
    made = WarpMaker()
    small = made.build(one, view=far, width=SIDE, height=SIDE, cut_out=False)
    large = made.build(one, view=far, width=4 * SIDE, height=4 * SIDE, cut_out=False)
    assert isinstance(small, FinePuppet)
    assert isinstance(large, WarpPuppet)
    for said in (Face(), AH, replace(SHUT, yaw=6.0, roll=4.0)):
        drawn, coarse = small.draw(said), small.whole.draw(said)
        ideal = cv2.resize(large.draw(said), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        near = small.area
        assert 2 * off(drawn, ideal)[near].mean() < off(coarse, ideal)[near].mean()
        # Nothing else is drawn otherwise, and no edge shows around it.
        beyond = np.ones((SIDE, SIDE), bool)
        beyond[near] = False
        assert off(drawn, coarse)[beyond].max() == 0
        rows, columns = near
        assert off(drawn, coarse)[rows.start, columns].max() <= 1
    free = made.build(one, view=far, width=SIDE, height=SIDE, cut_out=True).draw(AH)
    assert free.shape == (SIDE, SIDE, 4)
    assert free[4, 4, 3] < 20
    assert free[SIDE // 2, SIDE // 2, 3] > 240
