"""The ladder of animators."""

from __future__ import annotations

import pytest

from avatarfx.fallbacks import Ladder
from avatarfx.tests.engines import GreyAnimator
from socialapp.engines.errors import EngineError
from socialapp.performance import Rig

RIG = Rig("sha256:x.png", 10, 10, "photo")


def ladder(*animators: GreyAnimator, silent: str = "") -> Ladder:
    named = [(a.rung, a) for a in animators]
    return Ladder(named, [RIG], silent=silent)


def test_the_best_that_can_is_taken_without_a_reason() -> None:
    top = ladder(GreyAnimator("full"), GreyAnimator("still"))
    assert (top.rung, top.reason) == ("full", "")


def test_the_first_obstacle_is_the_reason_that_is_kept() -> None:
    low = ladder(
        GreyAnimator("full", unsuited="A mask hides the mouth."),
        GreyAnimator("simple", missing="Not installed."),
        GreyAnimator("still"),
    )
    assert (low.rung, low.reason) == ("still", "A mask hides the mouth.")


def test_falling_goes_on_below() -> None:
    one = ladder(GreyAnimator("full"), GreyAnimator("simple"), GreyAnimator("still"))
    one.fall("It tore.")
    assert (one.rung, one.reason) == ("simple", "It tore.")
    one.fall("It tore again.")
    assert (one.rung, one.reason) == ("still", "It tore.")
    with pytest.raises(EngineError, match="It broke"):
        one.fall("It broke.")


def test_without_a_voice_nobody_moves_a_mouth() -> None:
    mute = ladder(
        GreyAnimator("full"), GreyAnimator("still"), silent="No voice could read it."
    )
    assert mute.name == "still"
    assert (mute.rung, mute.reason) == ("captions", "No voice could read it.")


def test_an_empty_ladder_says_so() -> None:
    with pytest.raises(EngineError, match="none is set up"):
        ladder()
