"""The live check with the real eyes, on one photograph and what was made of it."""

from __future__ import annotations

import pytest

from moderation.pictures import likeness
from moderation.pictures.errors import LikenessError
from moderation.pictures.tests import turning
from socialapp.engines.handler import detectors


@pytest.fixture(autouse=True)
def needs_eyes() -> None:
    if reason := detectors["faces"].available():
        pytest.skip(reason)


def check(photo: bytes, did: tuple[str, str], asked: tuple[str, str]) -> None:
    seen = {name: turning.encoded(one) for name, one in turning.camera(photo).items()}
    likeness.check_capture(
        portrait=turning.encoded(turning.portrait(photo)),
        ahead=seen["ahead"],
        turned=[seen[side] for side in did],
        challenge=likeness.Challenge(asked, 0.0),
        now=10.0,
    )


@pytest.mark.parametrize("asked", [("left", "right"), ("right", "left")])
def test_who_turns_as_asked_passes(photo: bytes, asked: tuple[str, str]) -> None:
    check(photo, asked, asked)


@pytest.mark.parametrize(
    "did", [("right", "left"), ("ahead", "ahead"), ("left", "left")]
)
def test_who_does_not_turn_as_asked_does_not(
    photo: bytes, did: tuple[str, str]
) -> None:
    with pytest.raises(LikenessError, match="Turn your head"):
        check(photo, did, ("left", "right"))


def test_the_photograph_itself_is_no_camera(photo: bytes) -> None:
    one = turning.encoded(turning.portrait(photo))
    with pytest.raises(LikenessError, match="not your picture"):
        likeness.check_capture(
            portrait=one,
            ahead=one,
            turned=[one, one],
            challenge=likeness.Challenge(("left", "right"), 0.0),
            now=1.0,
        )
