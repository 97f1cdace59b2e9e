"""Each clip is tried on the neural rungs that there is time for; the trace says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from avatarfx import services
from avatarfx.animators.neural.planner import (
    Curve,
    Filmed,
    Job,
    Line,
    Option,
    choose,
    fit,
)
from avatarfx.errors import NotNowError
from avatarfx.line import curves
from avatarfx.models import Clip, Render
from avatarfx.services import leases, rendering

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

SLOW = Option("wan_animate", True, Curve(20.0, {1: 1.0}))
QUICK = Option("musetalk", True, Curve(2.0, {8: 0.04, 1: 0.2}), batch=8)
WARP = Option("warp", False, Curve(1.0, {1: 0.02}))
STILL = Option("still")
LADDER = (SLOW, QUICK, WARP, STILL)


def test_a_line_is_fitted_through_what_films_took() -> None:
    films = [Filmed(n, 3.0 + 0.05 * n, 8) for n in (50, 100, 150, 300)]
    curve = fit(films)
    assert curve is not None
    assert curve.fixed == pytest.approx(3.0)
    assert curve.per_frame[8] == pytest.approx(0.05)
    assert curve.seconds(200, 8) == pytest.approx(13.0)


def test_few_films_or_of_one_length_have_no_fixed_cost() -> None:
    assert fit([Filmed(100, 7.0), Filmed(100, 9.0)]) == Curve(0.0, {1: 0.08})
    assert fit([]) is None
    assert fit([Filmed(0, 0.0)]) is None


def test_costs_are_never_below_nothing() -> None:
    falling = fit([Filmed(50, 9.0), Filmed(100, 5.0), Filmed(150, 1.0)])
    assert falling is not None
    assert falling.fixed >= 0
    assert min(falling.per_frame.values()) >= 0


def test_a_batch_that_was_never_measured_goes_by_the_nearest() -> None:
    assert QUICK.curve is not None
    assert QUICK.curve.seconds(100, 6) == pytest.approx(6.0)
    assert QUICK.curve.seconds(100, 2) == pytest.approx(22.0)


def test_who_waits_gets_the_best_that_is_in_time() -> None:
    plan = choose(LADDER, Job(150, deadline=120), Line())
    assert plan.names == ("musetalk", "warp", "still")
    assert "wan_animate would take about 170 s; there are 120 s" in plan.reason
    assert "musetalk takes about 8 s" in plan.reason


def test_those_behind_in_line_share_the_time() -> None:
    plan = choose(LADDER, Job(150, deadline=120), Line(waiting=30, hands=1))
    assert plan.names == ("warp", "still")
    assert "30 others wait" in plan.reason
    shared = choose(LADDER, Job(150, deadline=120), Line(waiting=30, hands=4))
    assert shared.names[0] == "musetalk"


def test_nobody_waits_for_a_batch_in_the_background() -> None:
    plan = choose(LADDER, Job(150), Line(waiting=1000))
    assert plan.names == tuple(option.name for option in LADDER)
    assert "Nobody waits" in plan.reason


def test_a_wish_goes_before_everything() -> None:
    best = choose(LADDER, Job(10_000, deadline=1, wish="best"), Line(waiting=99))
    assert best.names[0] == "wan_animate"
    fast = choose(LADDER, Job(150, deadline=1000, wish="fast"), Line())
    assert fast.names == ("warp", "still")
    card = Option("warp_cuda", True, Curve(0.1, {16: 0.001}), batch=16)
    fast = choose((card, *LADDER), Job(150, wish="fast"), Line())
    assert fast.names == ("warp_cuda", "warp", "still")


def test_a_rung_that_nobody_knows_is_tried_while_nobody_waits() -> None:
    new = Option("latentsync", True)
    alone = choose((new, WARP), Job(150, deadline=60), Line())
    assert alone.names == ("latentsync", "warp")
    assert "first time" in alone.reason
    busy = choose((new, WARP), Job(150, deadline=60), Line(waiting=1))
    assert busy.names == ("warp",)
    assert "another waits" in busy.reason


def test_rungs_that_are_no_neural_ones_always_stay() -> None:
    slow = Option("warp", False, Curve(0.0, {1: 99.0}))
    assert choose((slow, STILL), Job(150, deadline=1), Line(9)).names == (
        "warp",
        "still",
    )


def filmed(clip: Clip, engine: str, frames: int, seconds: float) -> None:
    entry = {"name": "movement", "engine": engine, "frames": frames, "seconds": seconds}
    fell = {"name": "movement", "engine": engine, "note": "It broke.", "seconds": 1.0}
    Render.objects.create(
        clip=clip,
        fence=Render.objects.count() + 1000,
        worker="w",
        outcome="ready",
        trace=[fell, entry],
    )


@pytest.mark.django_db
def test_curves_are_learnt_from_what_made_clips(alice: User, hob: Character) -> None:
    clip = services.request_clip(owner=alice, character=hob, script="One.")
    filmed(clip, "warp", 100, 4.0)
    filmed(clip, "musetalk", 100, 50.0)
    found = curves.learn(["warp", "musetalk", "still"])
    assert set(found) == {"warp", "musetalk"}
    assert found["musetalk"].seconds(10) == pytest.approx(5.0)


def made(troupe: Troupe, clip: Clip) -> list[dict[str, object]]:
    assert rendering.render_next() == 1
    clip.refresh_from_db()
    assert clip.state == Clip.State.READY, clip.error
    return list(clip.renders.latest("id").trace)


@pytest.mark.django_db
def test_without_neural_rungs_nothing_is_planned(
    troupe: Troupe, alice: User, hob: Character
) -> None:
    clip = services.request_clip(owner=alice, character=hob, script="One.")
    assert "plan" not in {entry["name"] for entry in made(troupe, clip)}


@pytest.mark.django_db
def test_the_trace_tells_why_a_neural_rung_was_left_out(
    troupe: Troupe, alice: User, hob: Character, settings: Settings
) -> None:
    settings.NEURAL_RUNGS = ["warp"]  # as if this one were it
    clip = services.request_clip(owner=alice, character=hob, script="One.")
    filmed(clip, "warp", 10, 9000.0)
    trace = made(troupe, clip)
    (plan,) = [entry for entry in trace if entry["name"] == "plan"]
    assert "warp would take about" in str(plan["note"])
    assert plan["engine"] == "sway"
    assert "warp" not in {e["engine"] for e in trace if e["name"] == "movement"}
    assert clip.rung == "simple"


@pytest.mark.django_db
def test_a_wish_is_part_of_the_recipe(
    troupe: Troupe, alice: User, hob: Character, settings: Settings
) -> None:
    settings.NEURAL_RUNGS = ["warp"]
    clip = services.request_clip(
        owner=alice, character=hob, script="One.", quality="best"
    )
    filmed(clip, "warp", 10, 9000.0)
    trace = made(troupe, clip)
    assert "movement" in {e["name"] for e in trace if e["engine"] == "warp"}
    with pytest.raises(NotNowError, match="best or fast"):
        services.request_clip(owner=alice, character=hob, script="Two.", quality="8k")


@pytest.mark.django_db
def test_an_old_recipe_keeps_its_fingerprint(alice: User, hob: Character) -> None:
    clip = services.request_clip(owner=alice, character=hob, script="One.")
    assert "quality" not in clip.recipe
    assert leases.claim(worker="w") is not None
