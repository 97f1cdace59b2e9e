"""Faces that move: lips that meet, lids that close, a background that stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from avatarfx.animators.puppets import View
from avatarfx.animators.warp import WarpMaker
from avatarfx.animators.warp.bands import Bands, Reaches
from avatarfx.animators.warp.eyes import painted_eye
from avatarfx.animators.warp.grids import weights_of
from avatarfx.animators.warp.puppet import WarpPuppet
from avatarfx.riggers.safe import EXTREMES
from avatarfx.tests.test_riggers import rigged, sample
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Actor
from socialapp.performance import Face, Rig

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 256


@cache
def actor(name: str) -> Actor:
    data = sample(name)
    rig, blobs = rigged(data)
    return Actor(rig, data, blobs)


def close_up(rig: Rig) -> View:
    points = np.array(rig.landmarks)[:, :2]
    side = float(np.ptp(points[:, 1])) / 0.5
    middle = (points.max(0) + points.min(0)) / 2
    return View(float(middle[0]) - side / 2, float(middle[1]) - side / 2, side, side)


@cache
def puppet(name: str, cut_out: bool = False) -> WarpPuppet:
    return built(actor(name), SIDE, cut_out=cut_out)


def built(one: Actor, side: int, *, cut_out: bool = False) -> WarpPuppet:
    """A close-up: no face in it is small."""
    face = WarpMaker().build(
        one, view=close_up(one.rig), width=side, height=side, cut_out=cut_out
    )
    assert isinstance(face, WarpPuppet)
    return face


def box(name: str, indices: list[int], room: float) -> tuple[slice, slice]:
    """Canvas rows and columns around some landmarks, `room` in parts of the canvas."""
    view = close_up(actor(name).rig)
    points = np.array(actor(name).rig.landmarks)[indices, :2]
    pixels = (points - [view.x, view.y]) / view.width * SIDE
    low = np.maximum(pixels.min(0) - room * SIDE, 0).astype(int)
    high = (pixels.max(0) + room * SIDE).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def difference(a: NDArray[Any], b: NDArray[Any]) -> float:
    return float(np.abs(a.astype(int) - b).mean())


def test_a_photo_fills_its_canvas_and_a_cut_out_leaves_its_ground() -> None:
    whole = puppet("photo close").draw(Face())
    assert whole.shape == (SIDE, SIDE, 3)
    assert puppet("photo close").opaque
    free = puppet("photo close", cut_out=True).draw(Face())
    assert free.shape == (SIDE, SIDE, 4)
    assert free[4, 4, 3] < 20
    assert free[SIDE // 2, SIDE // 2, 3] > 240


@pytest.mark.parametrize("name", ["photo close", "photo tilted, dim", "painted hob"])
def test_the_mouth_opens_with_the_jaw_and_closes_for_p_b_m(name: str) -> None:
    face = puppet(name)
    gaps = [face.gap(Face(jaw_open=jaw)) for jaw in (0.0, 0.3, 0.6, 1.0)]
    assert gaps == sorted(gaps)
    assert gaps[0] < 1.0
    assert gaps[-1] > 0.06 * SIDE
    for smile in (-1.0, 0.0, 1.0):
        closed = Face(jaw_open=1.0, mouth_press=1.0, mouth_round=0.5, smile=smile)
        assert face.gap(closed) < 0.6


def test_an_open_mouth_is_dark_inside() -> None:
    where = box("photo close", [13, 14], 0.02)
    rest = puppet("photo close").draw(Face())[where]
    wide = puppet("photo close").draw(Face(jaw_open=1.0))[where]
    assert wide.mean() < rest.mean() - 15


def test_lids_close_over_the_eyes() -> None:
    where = box("photo close", [33, 133, 159, 145], 0.0)
    dark_open = np.percentile(puppet("photo close").draw(Face())[where], 10)
    shut = puppet("photo close").draw(Face(lid_left=1.0, lid_right=1.0))[where]
    assert np.percentile(shut, 10) > dark_open + 15


def test_a_lid_leaves_nothing_of_a_painted_eye() -> None:
    # Her eyes are wide, their skin is smooth, and the rig lets her lids go less far.
    for points in ([33, 133, 159, 145], [263, 362, 386, 374]):
        rows, columns = box("painted imani", points, 0.008)
        lower = slice((rows.start + rows.stop) // 2, rows.stop)
        opened = puppet("painted imani").draw(Face())
        shut = puppet("painted imani").draw(Face(lid_left=1.0, lid_right=1.0))
        assert opened[lower, columns].max() > 180
        assert shut[lower, columns].max() < 150


def test_each_lid_closes_alone() -> None:
    left, right = (
        box("photo close", rows, 0.0)
        for rows in ([33, 133, 159, 145], [263, 362, 386, 374])
    )
    rest = puppet("photo close").draw(Face())
    wink = puppet("photo close").draw(Face(lid_left=1.0))
    assert difference(wink[left], rest[left]) > 5
    assert difference(wink[right], rest[right]) < 1


def test_the_background_does_not_swim() -> None:
    still = puppet("photo close").draw(Face())
    turned = puppet("photo close").draw(Face(yaw=6.0, pitch=4.0, roll=2.0))
    matte = puppet("photo close", cut_out=True).draw(Face())[..., 3]
    far = np.zeros(matte.shape, bool)
    far[: SIDE // 3, : SIDE // 10] = True
    assert matte[far].max() < 20
    assert np.abs(still.astype(int) - turned)[far].max() <= 2


@pytest.mark.parametrize(
    "name", ["photo close", "photo tilted, dim", "painted perpetua", "flat kiko"]
)
def test_nothing_folds_where_it_is_seen(name: str) -> None:
    for face in EXTREMES:
        for yaw, pitch in ((0.0, 0.0), (8.0, 5.0), (-8.0, -5.0)):
            assert puppet(name).folds(replace(face, yaw=yaw, pitch=pitch)) == 0


def test_a_fold_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    face = built(actor("photo close"), SIDE)
    real = face.motion.displacement
    monkeypatch.setattr(face.motion, "displacement", lambda *args: -2.5 * real(*args))
    assert face.folds(Face(jaw_open=1.0, smile=1.0)) > 0


def test_two_threads_draw_what_one_draws() -> None:
    faces = [Face(jaw_open=i / 8, yaw=i - 4.0, lid_left=i / 8) for i in range(9)]
    alone = [puppet("photo close").draw(f) for f in faces]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(puppet("photo close").draw, faces))
    for a, b in zip(alone, together, strict=True):
        assert np.array_equal(a, b)


def test_a_flat_drawing_gets_another_mouth_for_every_letter() -> None:
    where = box("flat imani", [61, 291, 0, 17], 0.02)
    shown = {
        letter: puppet("flat imani").draw(Face(mouth=letter, mouth_from=letter))[where]
        for letter in "XBDF"
    }
    letters = sorted(shown)
    for i, a in enumerate(letters):
        for b in letters[i + 1 :]:
            assert difference(shown[a], shown[b]) > 1.5


def test_a_flat_drawing_loses_its_own_mouth() -> None:
    # With the drawn mouth closed, hardly anything dark is left where a grin was.
    where = box("flat brannoc", [61, 291, 0, 17], 0.0)
    own = puppet("flat brannoc").draw(Face(mouth="X"))[where]
    opened = puppet("flat brannoc").draw(Face(mouth="D", mouth_from="D"))[where]
    assert difference(own, opened) > 8


def test_a_drawn_mouth_moves_the_jaw_less_and_cuts_no_lips() -> None:
    face = Face(jaw_open=1.0, smile=1.0)
    assert weights_of(face, flat=True)["jaw_open"] < weights_of(face)["jaw_open"]
    assert weights_of(face, flat=True)["smile_up"] == 0


def test_whom_the_warp_does_not_suit_is_told_why() -> None:
    rig = actor("photo close").rig
    maker = WarpMaker()
    assert maker.suits(rig) is None
    assert maker.suits(replace(rig, style="layers"))
    assert maker.suits(replace(rig, anchors=None, reason="No face.")) == "No face."
    masked = replace(rig, mouth_drawn=False, reason="A mask.")
    assert maker.suits(masked) == "A mask."


def test_a_rig_without_its_grids_is_refused() -> None:
    one = actor("photo close")
    bare = Actor(one.rig, one.portrait, {})
    with pytest.raises(EngineError):
        WarpMaker().build(
            bare, view=close_up(one.rig), width=SIDE, height=SIDE, cut_out=False
        )


def test_a_view_beyond_the_picture_is_drawn_all_the_same() -> None:
    one = actor("photo close")
    wide = View(-0.5, -0.5, 2.0, 2.0)
    for cut_out in (False, True):
        drawn = (
            WarpMaker()
            .build(one, view=wide, width=96, height=96, cut_out=cut_out)
            .draw(Face(jaw_open=0.5, yaw=5.0))
        )
        assert drawn.shape[:2] == (96, 96)


def test_a_wide_vowel_shows_teeth_a_throat_and_a_tongue() -> None:
    rows, columns = box("photo close", [13, 14], 0.0)
    middle = (columns.start + columns.stop) // 2
    face = Face(jaw_open=1.0)
    drawn = puppet("photo close").draw(face).astype(int)
    gap = puppet("photo close").gap(face)
    line = drawn[rows.start : rows.start + round(gap), middle - 2 : middle + 3].mean(1)
    teeth = line[: len(line) // 3].mean(1).max()
    throat = line[len(line) // 4 : 3 * len(line) // 4].mean(1).min()
    tongue = line[len(line) // 2 : -3].mean(1).max()
    assert teeth > throat + 60
    assert tongue > throat + 20
    assert (line[len(line) // 2 : -3, 0] > line[len(line) // 2 : -3, 1] + 15).any()


def test_nothing_of_the_lip_hangs_in_an_open_mouth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    face = Face(jaw_open=1.0, mouth_wide=0.6)
    drawn = puppet("painted imani").draw(face)
    monkeypatch.setattr(WarpPuppet, "_overlay", lambda *_, **__: None)
    bare = puppet("painted imani").draw(face)
    rows, columns = box("painted imani", [13, 14], 0.0)
    middle = (columns.start + columns.stop) // 2
    gap = round(puppet("painted imani").gap(face))
    inside = (
        slice(rows.start + gap // 5, rows.start + 4 * gap // 5),
        slice(middle - 4, middle + 5),
    )
    assert difference(drawn[inside], bare[inside]) < 0.5


def test_a_lid_has_the_skin_beside_a_painted_line_not_its_colour() -> None:
    # This bird's eyes are lined with black and stand in white rings.
    for rows in ([159, 145], [386, 374]):
        where = box("flat kiko", rows, 0.0)
        shut = puppet("flat kiko").draw(Face(lid_left=1.0, lid_right=1.0))[where]
        assert np.percentile(shut.mean(-1), 60) > 150


def test_drawing_only_what_can_be_seen_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calm = Face(jaw_open=0.3, yaw=2.0, roll=1.0)
    faces = [Face(), calm, Face(jaw_open=0.8, yaw=5.0, pitch=-3.0, roll=2.0, x=0.01)]
    for name, cut_out in (("photo close", False), ("painted hob", True)):
        face = puppet(name, cut_out=cut_out)
        banded = [face.draw(one) for one in faces]
        kinds = {id(bands_for(face, _displaced(face, one))) for one in faces}
        assert len(kinds - {id(face.reaches.everything)}) > 1
        whole = Reaches.none(face.reaches.everything)
        monkeypatch.setattr(face, "reaches", whole)
        for one, seen in zip(faces, banded, strict=True):
            assert difference(shown(face.draw(one)), shown(seen)) < 0.01
            assert np.abs(shown(face.draw(one)) - shown(seen)).max() <= 2


def _displaced(face: WarpPuppet, one: Face) -> NDArray[Any]:
    return face.motion.displacement("upper", one, face.motion.lean(one))


def bands_for(face: WarpPuppet, moved: NDArray[Any]) -> Bands:
    nodes = slice(0, 0), slice(0, 0)
    return face.reaches.bands_for(moved, moved[nodes], nodes)


def test_a_rim_that_moves_far_has_more_of_it_drawn() -> None:
    face = puppet("photo close")
    still = np.zeros_like(_displaced(face, Face()))
    (little, near), (more, wider), (most, _) = face.reaches.near
    assert bands_for(face, still) is near
    # Whatever moves deep inside does not come to the edge.
    deep = np.unravel_index(face.reaches.room.argmax(), face.reaches.room.shape)
    still[deep] = face.reaches.room[deep] - 0.1
    assert face.reaches.room[deep] > most
    assert bands_for(face, still) is near
    still[deep] += 0.2
    assert bands_for(face, still) is face.reaches.everything
    still[deep] = 0.0
    rows, columns = np.nonzero(face.reaches.rim & (face.reaches.room == most))
    still[rows[0], columns[0]] = more - 0.1
    assert bands_for(face, still) is wider
    still[rows[0], columns[0]] = most + 0.1
    assert bands_for(face, still) is face.reaches.everything
    # A lip of its own counts as well.
    alone = np.full((1, 1, 2), little + 0.1, np.float32)
    where = slice(rows[0], rows[0] + 1), slice(columns[0], columns[0] + 1)
    calm = np.zeros_like(still)
    assert face.reaches.bands_for(calm, alone, where) is wider


def shown(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Before black, so that colours of what is clear do not count."""
    alpha = pixels[..., 3:] if pixels.shape[2] == 4 else np.uint8(255)
    return np.asarray(pixels[..., :3].astype(int) * alpha // 255)


def test_a_soft_shadow_below_an_eye_is_not_taken_for_it() -> None:
    shade = np.linspace(90, 200, 60)
    rgb = np.repeat(np.full((60, 80, 1), 1.0) * shade[:, None, None], 3, 2)
    x = np.linspace(20, 60, 9)
    arch = 8 * np.sqrt(1 - np.linspace(-1, 1, 9) ** 2)
    upper, lower = np.stack([x, 25 - arch], 1), np.stack([x, 25 + arch], 1)
    soft = rgb.astype(np.uint8)
    found = painted_eye(soft, upper, lower)
    assert np.array_equal(found[0], upper)
    assert np.array_equal(found[1], lower)
    # Nor is anything looked for where there is no eye to speak of.
    for size in (0.0, 0.1):
        tiny = painted_eye(soft, upper * size, lower * size)
        assert np.array_equal(tiny[0], upper * size)
    tall = painted_eye(soft, upper, lower + np.float32(60))
    assert np.isfinite(tall[1]).all()
    # The same with a white eye, larger than it was seen.
    big = np.full_like(soft, 120)
    cv2.ellipse(big, (40, 25), (22, 14), 0, 0, 360, (255, 255, 255), -1)
    found = painted_eye(big, upper, lower)
    assert found[1][4, 1] == pytest.approx(25 + 14, abs=1.5)
    assert found[0][0, 0] == pytest.approx(18, abs=1.5)


def test_an_open_jaw_throws_shade_and_a_smile_folds_the_cheek() -> None:
    drawn = {}
    for name, face in (
        ("rest", Face()),
        ("open", Face(jaw_open=1)),
        ("smile", Face(smile=1)),
    ):
        warped = puppet("photo close")
        shaded, warped.shade = warped.draw(face), None
        try:
            plain = warped.draw(face)
        finally:
            puppet.cache_clear()
        drawn[name] = plain.astype(int) - shaded
    assert not drawn["rest"].any()
    rows, columns = box("photo close", [152, 176, 400], 0.02)
    assert drawn["open"][rows, columns].mean() > 1
    rows, columns = box("photo close", [206, 216], 0.0)
    assert drawn["smile"][rows, columns].max() > 8
    # Eyes and forehead stay as they were.
    for seen in drawn.values():
        assert not seen[: box("photo close", [33, 263, 159, 386], 0.02)[0].stop].any()
