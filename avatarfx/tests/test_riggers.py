"""Portraits become rigs: photographs, crowds, drawings set by hand, and nothing at all."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from avatarfx.animators.warp import WarpMaker
from avatarfx.animators.warp.grids import Grids, GridsError, weights_of
from avatarfx.bench import portraits
from avatarfx.riggers import canonical, drawn_eyes, looks, safe
from avatarfx.riggers.fields import make_grids
from avatarfx.riggers.frame import FaceFrame
from avatarfx.riggers.landmarks import LandmarkRigger
from socialapp.engines import testing
from socialapp.engines.errors import EngineError
from socialapp.lib.blobs import ref_of
from socialapp.performance import Rig
from socialapp.performance.rig import Anchors

Picture = NDArray[np.uint8]

HANDLES = Anchors((0.38, 0.36), (0.62, 0.36), (0.5, 0.62), (0.5, 0.8), 0.2)


@cache
def rigger() -> LandmarkRigger:
    return LandmarkRigger()


@cache
def sample(name: str) -> bytes:
    return next(s.data for s in portraits.defaults() if s.name == name)


def encoded(pixels: NDArray[Any]) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def decoded(data: bytes) -> Picture:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return cast("Picture", pixels)


def rigged(data: bytes, **options: Any) -> tuple[Rig, dict[str, bytes]]:
    return rigger().rig(data, ref=ref_of(data, "png"), **options)


@cache
def photo() -> tuple[Rig, dict[str, bytes]]:
    return rigged(sample("photo close"))


@pytest.fixture
def doodle() -> bytes:
    """A teapot, at best: no network sees a face in it."""
    paper = np.full((400, 400, 3), 235, np.uint8)
    cv2.rectangle(paper, (90, 120), (300, 330), (60, 90, 150), -1)
    cv2.line(paper, (300, 200), (380, 150), (60, 90, 150), 22)
    return encoded(paper)


def test_a_photograph_becomes_a_rig_that_can_speak() -> None:
    rig, blobs = photo()
    assert rig.presence > 0.9
    assert len(rig.landmarks) == 478
    assert rig.mouth_drawn
    assert not rig.reason
    assert set(blobs) == {rig.grids, rig.matte}
    assert WarpMaker().suits(rig) is None


def test_its_blobs_bear_the_names_of_what_they_hold() -> None:
    rig, blobs = photo()
    assert ref_of(blobs[rig.grids], "fxg") == rig.grids
    assert ref_of(blobs[rig.matte], "png") == rig.matte


def test_it_survives_its_own_json() -> None:
    rig, _ = photo()
    assert Rig.from_json(rig.to_json()) == rig


def test_the_anchors_lie_on_the_face() -> None:
    rig, _ = photo()
    anchors = rig.anchors
    assert anchors is not None
    assert anchors.eye_left[0] < anchors.mouth[0] < anchors.eye_right[0]
    assert anchors.eye_left[1] < anchors.mouth[1] < anchors.chin[1]


def test_the_matte_has_the_face_and_not_the_corner() -> None:
    rig, blobs = photo()
    matte = cv2.imdecode(np.frombuffer(blobs[rig.matte], np.uint8), 0)
    assert matte is not None
    assert rig.anchors is not None
    x, y = (int(v * matte.shape[1]) for v in rig.anchors.mouth)
    assert matte[y, x] > 240
    assert matte[5, 5] < 20


def test_styles_are_told_apart() -> None:
    assert photo()[0].style in {"photo", "paint"}
    assert rigged(sample("painted imani"))[0].style == "paint"
    assert rigged(sample("flat imani"))[0].style == "flat"


def test_a_given_style_is_kept() -> None:
    assert rigged(sample("photo close"), style="flat")[0].style == "flat"


def test_of_five_faces_the_largest_and_most_central_is_taken() -> None:
    face = decoded(sample("photo close"))
    crowd = np.full((900, 1200, 3), 128, np.uint8)
    for x, y, side in (
        (0, 0, 260), (940, 0, 260), (0, 640, 260), (940, 640, 260), (380, 240, 440)
    ):  # fmt: skip
        crowd[y : y + side, x : x + side] = cv2.resize(face, (side, side))
    rig, _ = rigged(encoded(crowd))
    assert rig.anchors is not None
    assert 380 < rig.anchors.mouth[0] * 1200 < 820
    assert 240 < rig.anchors.mouth[1] * 1200 < 680


def test_a_small_face_is_found_in_a_crop() -> None:
    face = cv2.resize(decoded(sample("photo close")), (230, 230))
    wide = np.full((1400, 1400, 3), 90, np.uint8)
    wide[200:430, 600:830] = face
    rig, _ = rigged(encoded(wide))
    assert rig.anchors is not None
    assert 600 < rig.anchors.mouth[0] * 1400 < 830


def test_where_no_face_is_the_rig_says_so_and_how_to_go_on() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)
    rig, blobs = rigged(encoded(noise))
    assert rig.anchors is None
    assert not rig.mouth_drawn
    assert "handles" in rig.reason
    assert rig.grids == ""
    assert WarpMaker().suits(rig) == rig.reason
    assert set(blobs) <= {rig.matte}


def test_bytes_that_are_no_picture_are_refused() -> None:
    with pytest.raises(EngineError):
        rigged(b"not a picture")


def test_a_doodle_with_handles_speaks(doodle: bytes) -> None:
    assert rigged(doodle)[0].anchors is None
    rig, blobs = rigged(doodle, anchors=HANDLES)
    assert rig.anchors == HANDLES
    assert rig.presence == 1.0
    assert rig.mouth_drawn
    assert rig.made_by.endswith("+hand")
    mouth = np.array(rig.landmarks)[[13, 14], :2].mean(0)
    assert np.allclose(mouth, HANDLES.mouth, atol=0.01)
    assert np.allclose(np.array(rig.landmarks)[152, :2], HANDLES.chin, atol=0.01)
    Grids.unpack(blobs[rig.grids])


def test_handles_work_where_the_networks_cannot_run(
    doodle: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LandmarkRigger, "available", lambda _: "No litert here.")
    alone = LandmarkRigger()
    rig, _ = alone.rig(doodle, ref="", anchors=HANDLES)
    assert WarpMaker().suits(rig) is None
    rig, _ = alone.rig(sample("photo close"), ref="")
    assert rig.reason == "No litert here."


def test_nudged_handles_keep_the_face_that_was_found() -> None:
    rig, _ = photo()
    seen = rig.anchors
    assert seen is not None
    nudged = Anchors(
        seen.eye_left,
        seen.eye_right,
        (seen.mouth[0], seen.mouth[1] + 0.008),
        seen.chin,
        seen.mouth_width,
    )
    again, _ = rigged(sample("photo close"), anchors=nudged)
    brow, brow_before = (np.array(r.landmarks)[105, :2] for r in (again, rig))
    assert np.allclose(brow, brow_before, atol=0.004)
    mouth = np.array(again.landmarks)[[13, 14], :2].mean(0)
    assert np.allclose(mouth, nudged.mouth, atol=0.004)


def test_a_profile_gets_no_mouth() -> None:
    face = canonical.canonical() * np.float32(100) + np.float32(150)
    turned = face.copy()
    turned[1, 0] += 60  # the nose tip, far off the eyes' midline
    grey = np.full((400, 300, 3), 128, np.uint8)
    assert looks.hidden_mouth(grey, FaceFrame.of(face), 1.0, "paint") is None
    reason = looks.hidden_mouth(grey, FaceFrame.of(turned), 1.0, "paint")
    assert reason is not None
    assert "side" in reason


def test_a_cloth_over_nose_and_mouth_gets_no_mouth() -> None:
    picture = decoded(sample("photo close"))
    rig, _ = photo()
    points = np.array(rig.landmarks)[:, :2] * picture.shape[1]
    frame = FaceFrame.of(np.array(rig.landmarks, np.float32) * picture.shape[1])
    masked = picture[..., ::-1].copy()
    top = int(points[5, 1])
    masked[top:] = (40, 44, 60)
    assert looks.hidden_mouth(picture[..., ::-1], frame, 1.0, "photo") is None
    reason = looks.hidden_mouth(np.ascontiguousarray(masked), frame, 1.0, "photo")
    assert reason is not None
    assert "covers" in reason


def test_no_field_folds_the_picture_at_any_extreme() -> None:
    rng = np.random.default_rng(5)
    # A face with wilder proportions than any that was looked at.
    face = canonical.canonical().copy()
    face[:, 1] *= 0.8
    face[:, 0] += 0.05 * face[:, 1]
    face += rng.normal(0, 0.004, face.shape).astype(np.float32)
    rig = safe.unfolded(make_grids(FaceFrame.of(face)))
    step = rig.face.width / (rig.face.columns - 1)
    below = safe.below_lip(rig, rig.face.points())
    for extreme in safe.EXTREMES:
        moved = safe.summed(rig.fields, "upper", weights_of(extreme))
        areas = safe.cell_areas(moved * rig.unit / step)
        seen = ~(below[:-1, :-1] | below[1:, :-1] | below[:-1, 1:] | below[1:, 1:])
        assert areas[seen].min() > 0.05


def test_grids_are_read_as_they_were_written() -> None:
    rig = make_grids(FaceFrame.of(canonical.canonical()))
    again = Grids.unpack(rig.pack())
    assert again.face == Grids.unpack(again.pack()).face
    assert set(again.fields) == set(rig.fields)
    for key, field in rig.fields.items():
        assert np.allclose(again.fields[key], field, atol=1e-3)


@pytest.mark.parametrize(
    "damage", [b"", b"FXG1", b"XXXX" + bytes(40), b"FXG1\x04\x00\x00\x00{}  "]
)
def test_broken_grids_are_refused(damage: bytes) -> None:
    with pytest.raises(GridsError):
        Grids.unpack(damage)


def test_grids_cut_short_are_refused() -> None:
    blob = make_grids(FaceFrame.of(canonical.canonical())).pack()
    with pytest.raises(GridsError):
        Grids.unpack(blob[: len(blob) // 2])


def test_the_rigger_keeps_the_promises_of_its_kind() -> None:
    seen, _ = rigged(sample("flat hob"))
    assert seen.anchors is not None
    blank = encoded(np.full((200, 200, 3), 200, np.uint8))
    testing.check_rigger(rigger(), sample("flat hob"), blank, anchors=seen.anchors)


def test_a_lid_of_a_flat_drawing_reaches_the_lower_edge_of_its_eye() -> None:
    paper = np.full((400, 400, 3), (222, 180, 150), np.uint8)
    face = canonical.canonical() * np.float32(90) + np.float32(200)
    frame = FaceFrame.of(face)
    for outer, inner in ((33, 133), (362, 263)):
        middle = face[[outer, inner], :2].mean(0)
        half = float(np.linalg.norm(face[outer, :2] - face[inner, :2])) / 2
        axes = (round(1.1 * half), round(0.8 * half))
        at = (round(float(middle[0])), round(float(middle[1])))
        cv2.ellipse(paper, at, axes, 0, 0, 360, (250, 250, 250), -1)
        cv2.circle(paper, at, round(0.4 * half), (40, 90, 60), -1)
    lower = drawn_eyes.lowered(paper, frame)[[145, 374], 1]
    assert np.abs(lower - (at[1] + axes[1])).max() < 3
    assert (lower > face[[145, 374], 1] + 3).all()


def test_where_no_skin_is_told_from_an_eye_the_lids_stay() -> None:
    blank = np.full((400, 400, 3), 200, np.uint8)
    frame = FaceFrame.of(canonical.canonical() * np.float32(90) + np.float32(200))
    assert np.array_equal(drawn_eyes.lowered(blank, frame), frame.landmarks)
