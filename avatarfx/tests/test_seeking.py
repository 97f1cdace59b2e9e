"""Faces that the first look misses, drawings that no network knows, and guesses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
import pytest

from avatarfx.animators.sway import SwayMaker
from avatarfx.animators.warp import WarpMaker
from avatarfx.bench import portraits
from avatarfx.riggers import canonical, flat_face
from avatarfx.riggers.landmarks import NOT_SURE, LandmarkRigger
from socialapp.lib.blobs import ref_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.riggers.seeking import Seeker, Sought
    from socialapp.performance import Rig

    Picture = NDArray[np.uint8]

PHOTO = np.array([(203.0, 100.8), (246.6, 103.2), (223.6, 146.0)])
"""Eyes and mouth of the bench's photograph."""

INK, SKIN, PAPER = (30, 24, 20), (240, 200, 160), (120, 150, 190)


@cache
def rigger() -> LandmarkRigger:
    return LandmarkRigger()


@pytest.fixture
def seeker() -> Seeker:
    found = rigger().seeker()
    assert found is not None
    return found


def head(*, tilt: float = 0.0) -> Picture:
    """A head of five shapes: no network has ever seen one like it."""
    picture = np.full((480, 480, 3), PAPER, np.uint8)
    cv2.ellipse(picture, (240, 240), (120, 150), 0, 0, 360, SKIN, -1)
    for x in (190, 290):
        cv2.circle(picture, (x, 210), 15, INK, -1)
    cv2.ellipse(picture, (240, 300), (40, 14), 0, 0, 180, (170, 40, 50), -1)
    turn = cv2.getRotationMatrix2D((240, 240), tilt, 1.0)
    return cast("Picture", cv2.warpAffine(picture, turn, (480, 480), borderValue=PAPER))


def rigged(picture: NDArray[Any]) -> Rig:
    data = cv2.imencode(".png", picture[..., ::-1])[1].tobytes()
    return rigger().rig(data, ref=ref_of(data, "png"))[0]


def off(sought: Sought, truth: NDArray[Any]) -> float:
    """Of the eye distance: how far the worst of eyes and mouth is from the truth."""
    assert sought.face is not None
    a = canonical.anchors_of(sought.face.landmarks)
    found = np.array([a.eye_left, a.eye_right, a.mouth])
    apart = np.linalg.norm(truth[1] - truth[0])
    return float(np.linalg.norm(found - truth, axis=1).max() / apart)


def turned(picture: Picture, degrees: float) -> tuple[Picture, NDArray[Any]]:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cast("Picture", cv2.warpAffine(picture, turn, (width, height))), turn


def test_a_photograph_is_settled_at_the_first_look(seeker: Seeker) -> None:
    sought = seeker.seek(portraits.photograph())
    assert sought.how == "whole"
    assert off(sought, PHOTO) < 0.15


def test_a_head_that_lies_on_its_side_is_found(seeker: Seeker) -> None:
    picture, turn = turned(portraits.photograph(), 80)
    sought = seeker.seek(picture)
    assert off(sought, PHOTO @ turn[:, :2].T + turn[:, 2]) < 0.2


def test_a_face_in_the_dark_is_found(seeker: Seeker) -> None:
    dark = (8 + portraits.photograph() * 0.1).astype(np.uint8)
    assert off(seeker.seek(dark), PHOTO) < 0.2


def test_a_small_face_in_a_large_picture_is_found(seeker: Seeker) -> None:
    wide = np.full((1200, 1600, 3), 110, np.uint8)
    small = cv2.resize(portraits.photograph(), (300, 300))
    wide[150:450, 1100:1400] = small
    truth = PHOTO * (300 / 512) + [1100, 150]
    assert off(seeker.seek(wide), truth) < 0.2


def test_without_the_second_detector_the_search_goes_on(seeker: Seeker) -> None:
    from avatarfx.riggers.seeking import Seeker as Alone  # noqa: PLC0415 - needs litert

    finder = rigger().finder()
    assert finder is not None
    assert Alone(finder).seek(portraits.photograph()).how == "whole"


def test_no_step_begins_once_the_budget_is_spent(seeker: Seeker) -> None:
    assert seeker.seek(portraits.photograph(), budget=-1).how == "none"


@pytest.mark.parametrize("tilt", [0, 12, -12])
def test_eyes_and_mouth_of_a_drawing_are_found_as_shapes(tilt: float) -> None:
    turn = cv2.getRotationMatrix2D((240, 240), tilt, 1.0)
    left, right, mouth = np.array([(190, 210), (290, 210), (240, 307)]) @ turn[:, :2].T + (
        turn[:, 2]
    )  # fmt: skip
    found = flat_face.find(head(tilt=tilt))
    assert found is not None
    assert found.score >= flat_face.SURE
    assert np.allclose(found.eye_left, left, atol=4)
    assert np.allclose(found.eye_right, right, atol=4)
    assert np.allclose(found.mouth, mouth, atol=8)
    assert found.chin[1] > found.mouth[1]


def test_a_drawing_upside_down_is_no_face() -> None:
    found = flat_face.find(np.ascontiguousarray(head()[::-1]))
    assert found is None or found.score < flat_face.SURE


def test_eyes_without_a_mouth_are_no_face() -> None:
    picture = head()
    cv2.ellipse(picture, (240, 300), (44, 20), 0, 0, 360, SKIN, -1)
    found = flat_face.find(picture)
    assert found is None or found.score < flat_face.SURE


@pytest.mark.parametrize("what", ["dots", "bricks", "noise", "blank"])
def test_patterns_are_no_faces(what: str) -> None:
    rows, columns = np.mgrid[0:320, 0:320]
    field = {
        "dots": np.hypot(rows % 60 - 30, columns % 60 - 30) < 14,
        "bricks": (rows % 50 < 5) | ((columns + 50 * (rows // 50 % 2)) % 100 < 5),
        "noise": np.random.default_rng(3).random((320, 320)) < 0.5,
        "blank": np.zeros((320, 320), bool),
    }[what]
    picture = np.where(field[..., None], 60, 220).repeat(3, axis=2).astype(np.uint8)
    found = flat_face.find(picture)
    assert found is None or found.score < flat_face.SURE


def test_a_drawing_that_no_network_knows_becomes_a_rig_that_speaks() -> None:
    rig = rigged(head())
    assert rig.anchors is not None
    assert rig.guess is None
    assert WarpMaker().suits(rig) is None


def test_a_search_that_ran_out_of_time_leaves_a_guess(seeker: Seeker) -> None:
    guess = seeker.seek(head(), budget=-1).guess
    assert guess is not None
    assert np.allclose(guess.eye_left, (190, 210), atol=4)
    assert np.allclose(guess.mouth, (240, 307), atol=8)


def test_a_guess_is_told_and_moves_nothing(
    seeker: Seeker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hurried:
        def seek(self, rgb: Picture) -> Sought:
            return seeker.seek(rgb, budget=-1)

    monkeypatch.setattr(LandmarkRigger, "seeker", lambda _: Hurried())
    rig = rigged(head())
    assert rig.anchors is None
    assert rig.guess is not None
    assert abs(rig.guess.eye_left[0] - 190 / 480) < 0.01
    assert rig.reason == NOT_SURE
    assert not rig.mouth_drawn
    assert WarpMaker().suits(rig) == NOT_SURE
    assert SwayMaker().suits(rig) is None
    assert type(rig).from_json(rig.to_json()) == rig
