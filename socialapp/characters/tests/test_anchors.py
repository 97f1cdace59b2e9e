from dataclasses import replace

import pytest

from socialapp.characters.anchors import AnchorError, check, read
from socialapp.characters.tests.rigging import FACE
from socialapp.performance import codec
from socialapp.performance.rig import Anchors


def test_a_face_is_accepted() -> None:
    check(FACE, ratio=0.75)


def test_a_tilted_face_is_accepted() -> None:
    lying = Anchors((0.5, 0.3), (0.6, 0.55), (0.35, 0.5), (0.27, 0.55))
    check(lying, ratio=1.0)


@pytest.mark.parametrize(
    ("anchors", "said"),
    [
        (replace(FACE, eye_left=(float("nan"), 0.4)), "left eye has no place"),
        (replace(FACE, chin=(0.5, float("inf"))), "chin has no place"),
        (replace(FACE, mouth=(0.5, 1.4)), "mouth is outside the picture"),
        (replace(FACE, eye_left=(-0.3, 0.4)), "left eye is outside"),
        (replace(FACE, eye_left=FACE.eye_right), "eyes are on one spot"),
        (
            replace(FACE, eye_left=FACE.eye_right, eye_right=FACE.eye_left),
            "eyes are swapped",
        ),
        (replace(FACE, mouth=(0.5, 0.3)), "mouth is not below the eyes"),
        (replace(FACE, chin=(0.5, 0.55)), "chin is not below the mouth"),
        (replace(FACE, mouth_width=2.0), "wider than the picture"),
        (replace(FACE, mouth_width=0.9), "far wider than the eyes"),
    ],
)
def test_what_cannot_be_a_face_is_refused_by_name(anchors: Anchors, said: str) -> None:
    with pytest.raises(AnchorError, match=said):
        check(anchors, ratio=0.75)


def test_anchors_are_read_back() -> None:
    assert read(codec.dump(FACE)) == FACE


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {}, {"eye_left": [0, 0]}, {**codec.dump(FACE), "nose": [0, 0]}],
)
def test_other_shapes_are_refused(data: object) -> None:
    with pytest.raises(AnchorError):
        read(data)
