"""Performances and rigs read strictly: what is odd is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest

from socialapp.performance import Part, Performance, Pose, Rig
from socialapp.performance.codec import FormatError
from socialapp.performance.rig import Anchors


def stored() -> dict[str, Any]:
    return Performance(1.0, (Part("a", poses=(Pose(0.0, 1.5),)),)).to_json()


def test_a_performance_survives_being_stored() -> None:
    assert Performance.from_json(stored()).to_json() == stored()


def test_defaults_may_be_left_out() -> None:
    whole = Performance.from_json(
        {"format": "performance", "version": 1, "seconds": 2, "parts": [{"seat": "a"}]}
    )
    assert whole.seconds == 2.0
    assert whole.part("a").blinks == ()
    assert whole.stage.shape == "9:16"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "version 1"),
        ({"format": "rig"}, "version 1"),
        ({"odd": 1}, "unknown odd"),
        ({"seconds": "1"}, "seconds: float is needed, not str"),
        ({"seconds": True}, "seconds"),
        ({"seconds": float("nan")}, "finite"),
        ({"parts": {}}, "parts: a list"),
        ({"parts": [{}]}, r"parts\[0\]: missing seat"),
        ({"parts": [{"seat": "a", "poses": [{"at": 0, "jaw": 1}]}]}, "unknown jaw"),
        ({"stage": {"places": {"a": {"facing": 0.5}}}}, "facing: int"),
    ],
)
def test_what_is_odd_is_refused_with_its_place(
    change: dict[str, Any], words: str
) -> None:
    with pytest.raises(FormatError, match=words):
        Performance.from_json({**stored(), **change})


@pytest.mark.parametrize("data", [None, [], "{}", 1])
def test_what_is_no_object_is_no_performance_and_no_rig(data: object) -> None:
    with pytest.raises(FormatError):
        Performance.from_json(data)
    with pytest.raises(FormatError):
        Rig.from_json(data)


def test_a_rig_survives_being_stored() -> None:
    rig = Rig(
        portrait="sha256:x",
        width=10,
        height=20,
        style="photo",
        anchors=Anchors((0.4, 0.5), (0.6, 0.5), (0.5, 0.8), (0.5, 1.0), 0.1),
        landmarks=((0.1, 0.2, -0.3),),
    )
    assert Rig.from_json(rig.to_json()) == rig


def test_a_seat_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        Performance.from_json(stored()).part("z")
