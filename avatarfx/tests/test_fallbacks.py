"""The ladder of animators."""

from __future__ import annotations

import pytest

from avatarfx.animators.stage import StageAnimator
from avatarfx.fallbacks import Ladder
from avatarfx.tests.engines import GreyAnimator
from socialapp.engines.errors import EngineError, OutOfMemory
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


class Batching(GreyAnimator):
    """Draws several frames at once."""

    batch = 4

    def smaller(self) -> Batching | None:
        less = Batching(self.rung)
        less.batch = self.batch // 2
        return less if less.batch else None


def test_without_memory_half_as_much_is_tried_before_the_next_rung() -> None:
    one = ladder(Batching("full"), GreyAnimator("simple"), GreyAnimator("still"))
    tried = []
    while isinstance(one.animator, Batching):
        tried.append((one.animator.batch, one.reason))
        one.give_way(OutOfMemory())
    assert tried == [(4, ""), (2, ""), (1, "")]
    assert (one.rung, one.reason) == ("simple", "The machine ran out of memory.")


def test_another_fault_does_not_try_a_smaller_batch() -> None:
    one = ladder(Batching("full"), GreyAnimator("simple"))
    one.give_way(EngineError("It tore."))
    assert (one.rung, one.reason) == ("simple", "It tore.")


def test_what_draws_like_a_dropped_rung_is_dropped_with_it() -> None:
    still = "avatarfx.animators.still.StillMaker"
    sway = "avatarfx.animators.sway.SwayMaker"
    rungs = [
        ("warp", StageAnimator("full", [sway])),
        ("mixed", StageAnimator("simple", [sway, still])),
        ("still", StageAnimator("still", [still])),
    ]
    one = Ladder(rungs, [RIG])
    one.drop("The picture flickered.")
    assert (one.name, one.reason) == ("still", "The picture flickered.")
    two = Ladder(rungs, [RIG])
    two.fall("It tore.")
    assert two.name == "mixed"


def test_the_stage_draws_half_as_many_frames_at_once_until_it_draws_one() -> None:
    four = StageAnimator("full", [], threads=4)
    two = four.smaller()
    assert two is not None
    one = two.smaller()
    assert one is not None
    assert one.smaller() is None
    assert (one.rung, four.draws_like(one, [RIG])) == ("full", True)


def test_a_spoiled_rung_is_passed_over_but_never_the_last() -> None:
    rungs = [(a.rung, a) for a in (GreyAnimator("full"), GreyAnimator("still"))]
    one = Ladder(rungs, [RIG], spoiled={"full": "It hung."})
    assert (one.rung, one.reason) == ("still", "It hung.")
    two = Ladder(rungs, [RIG], spoiled={"full": "It hung.", "still": "It hung."})
    assert two.rung == "still"


def test_without_a_voice_nobody_moves_a_mouth() -> None:
    mute = ladder(
        GreyAnimator("full"), GreyAnimator("still"), silent="No voice could read it."
    )
    assert mute.name == "still"
    assert (mute.rung, mute.reason) == ("captions", "No voice could read it.")


def test_an_empty_ladder_says_so() -> None:
    with pytest.raises(EngineError, match="none is set up"):
        ladder()
