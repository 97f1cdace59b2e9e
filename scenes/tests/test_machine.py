"""The machine: order of what happens, history, timers, dice, and events that do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from scenes.machine import plays, positions, telling
from scenes.machine.errors import PlayError, SceneError
from scenes.machine.machine import Machine
from scenes.machine.plays import Choose, Player, Wait
from scenes.machine.reading import from_json
from scenes.tests.test_reading import FEATURES, small

LOG: dict[str, Any] = {"type": "int", "min": 0, "max": 2147483647, "start": 0}


def log(digit: int) -> list[dict[str, Any]]:
    """An action that leaves a trace: a digit more in the variable `log`."""
    return [{"type": "assign", "variable": "log", "value": f"log * 10 + {digit}"}]


def choice(name: str, target: str = "", **more: Any) -> dict[str, Any]:
    found = {"id": name, "text": name, **more}
    return {**found, "target": target} if target else found


def machine(states: dict[str, Any], **more: Any) -> Machine:
    end = {"end": {"type": "final", "ending": {"title": "The end"}}}
    context = {"log": LOG, **more.pop("context", {})}
    first = next(iter(states))
    return Machine(
        from_json(
            small(initial=first, states={**states, **end}, context=context, **more)
        )
    )


def context(made: Machine, position: Any) -> dict[str, Any]:
    found: dict[str, Any] = positions.to_json(made, position)["context"]
    return found


def test_one_leaves_from_the_inside_acts_and_enters_from_the_outside() -> None:
    made = machine(
        {
            "a": {
                "initial": "b",
                "exit": log(2),
                "states": {"b": {"exit": log(1), "choices": [choice("go", "d")]}},
            },
            "c": {
                "initial": "d",
                "entry": log(4),
                "states": {"d": {"entry": log(5), "initial": "e", "states": {"e": {}}}},
            },
        }
    )
    position = made.choose(made.start(), "go")
    assert context(made, position)["log"] == 1245
    assert made.leaf(position).id == "e"


def test_the_actions_of_a_choice_come_between_leaving_and_entering() -> None:
    made = machine(
        {
            "a": {
                "exit": log(1),
                "entry": log(3),
                "choices": [choice("again", "a", actions=log(2)), choice("stay")],
            }
        }
    )
    position = made.choose(made.start(), "again")
    assert context(made, position)["log"] == 3123
    assert made.choose(position, "stay")._replace(told=()) == position


def test_a_choice_of_a_state_around_leaves_and_enters_all_of_it() -> None:
    inner = {"b": {}, "c": {"entry": log(3)}}
    made = machine(
        {
            "a": {
                "entry": log(2),
                "exit": log(1),
                "initial": "b",
                "states": inner,
                "choices": [choice("go", "c")],
            }
        }
    )
    assert context(made, made.choose(made.start(), "go"))["log"] == 2123


def test_an_inner_choice_hides_an_outer_one_of_the_same_id() -> None:
    made = machine(
        {
            "a": {
                "initial": "b",
                "choices": [choice("x", "end"), choice("y", "end")],
                "states": {
                    "b": {
                        "choices": [choice("x", "b", guard="log == 0", actions=log(7))]
                    }
                },
            }
        }
    )
    position = made.choose(made.start(), "x")
    assert made.leaf(position).id == "b"
    # The inner one is closed now, and still hides the outer.
    assert [one.id for one in made.open(position)] == ["y"]
    with pytest.raises(PlayError) as error:
        made.choose(position, "x")
    assert error.value.code == "closed"


def test_history_brings_back_the_state_or_the_child() -> None:
    made = Machine(from_json(FEATURES))
    play = plays.begin(made).choose("in").choose("dance").choose("bag")
    assert made.leaf(play.choose("back").position).id == "floor"
    assert made.leaf(play.choose("room").position).id == "table"


def test_timers_run_from_entering_and_end_with_leaving() -> None:
    made = machine(
        {
            "a": {
                "after": [
                    {"seconds": 2, "actions": log(2)},
                    {"seconds": 1, "actions": log(1)},
                    {"seconds": 9, "target": "end"},
                ],
                "choices": [choice("go", "b")],
            },
            "b": {"choices": [choice("back", "a")]},
        }
    )
    position = made.wait(made.start(), 2)
    assert context(made, position)["log"] == 12
    position = made.choose(made.choose(position, "go", 5.0), "back", 6.0)
    assert [timer[0] for timer in position.timers] == [7.0, 8.0, 15.0]
    assert made.ended(made.wait(position, 15))


def test_a_choice_that_comes_after_its_time_is_late_and_changes_nothing() -> None:
    made = machine(
        {"a": {"after": [{"seconds": 3, "target": "end"}], "choices": [choice("go")]}}
    )
    position = made.start()
    for code, at in (("late", 3.0), ("clock", -1.0), ("clock", float("nan"))):
        with pytest.raises(PlayError) as error:
            made.choose(position, "go", at)
        assert error.value.code == code
    assert made.choose(position, "go", 2.999).at == 2.999


def test_silent_circles_are_stopped() -> None:
    made = machine(
        {
            "a": {"choices": [choice("go", "b")]},
            "b": {"always": [{"target": "c"}]},
            "c": {"always": [{"target": "b"}]},
            "d": {"after": [{"seconds": 0, "target": "d"}]},
        }
    )
    with pytest.raises(PlayError) as error:
        made.choose(made.start(), "go")
    assert error.value.code == "circles"
    with pytest.raises(PlayError):
        made.wait(made.start(state="d"), 1)


def test_dice_depend_on_the_seed_alone() -> None:
    made = Machine(from_json(FEATURES))

    def rolled(seed: int) -> int:
        play = plays.begin(made, seed=seed).choose("in").choose("dance")
        found: int = positions.to_json(made, play.position)["dice"]["luck"]
        return found

    assert [rolled(seed) for seed in range(40)] == [rolled(seed) for seed in range(40)]
    assert {rolled(seed) for seed in range(300)} == set(range(2, 13))


def test_a_variable_stops_at_its_bounds() -> None:
    made = machine(
        {
            "a": {
                "choices": [choice("up", actions=[up]), choice("down", actions=[down])]
            }
        },
        context={"n": {"type": "int", "min": -1, "max": 2, "start": 0}},
    )
    position = made.start()
    seen = []
    for name in ("up", "up", "up", "down", "down", "down", "down", "down"):
        position = made.choose(position, name)
        seen.append(context(made, position)["n"])
    assert seen == [1, 2, 2, 1, 0, -1, -1, -1]


up = {"type": "assign", "variable": "n", "value": "n + 1"}
down = {"type": "assign", "variable": "n", "value": "n - 1"}


def test_a_text_shows_the_value_of_its_moment() -> None:
    beat = {"type": "narration", "text": "{log}, {{braces}}, {one}, {nobody}"}
    made = machine(
        {
            "a": {"beats": [beat], "always": [{"target": "b", "actions": log(7)}]},
            "b": {"beats": [beat], "choices": [choice("{log}", "end") | {"id": "x"}]},
        }
    )
    position = made.start()
    cast = {"one": Player("c1", "Ada {log}")}
    told = [one.text for one in telling.told(made, position, cast)]
    assert told == [
        "0, {braces}, Ada {log}, {nobody}",
        "7, {braces}, Ada {log}, {nobody}",
    ]
    assert telling.offers(made, position, {})[0].text == "7"


def test_a_scene_that_leads_nowhere_is_not_played() -> None:
    with pytest.raises(SceneError) as error:
        machine({"a": {"choices": [choice("go", "nowhere")]}})
    assert error.value.pointer == "/states/a/choices/0/target"


def test_a_play_rewinds_and_comes_back_the_same() -> None:
    made = Machine(from_json(FEATURES))
    play = plays.begin(made, seed=3).choose("in", 1).choose("dance").wait(20)
    play = play.choose("sit").choose("ask")
    before = play.rewind(2)
    assert made.leaf(before.position).id == "floor"
    assert before.after(Wait(20)).choose("sit").choose("ask") == play
    assert play.rewind(0) == plays.begin(made, seed=3)


def test_a_snapshot_restores_the_play_and_no_other() -> None:
    made = Machine(from_json(FEATURES))
    cast = {"host": Player("c1", "Hob")}
    play = plays.begin(made, seed=3, cast=cast).choose("in", 1).choose("dance")
    stored = play.snapshot()
    assert plays.restore(made, stored) == play
    assert positions.from_json(made, stored["position"]) == play.position
    changes = [
        {"seed": 4},
        {"seed": -1},
        {"events": stored["events"][:1]},
        {"position": {**stored["position"], "state": "bag"}},
        {"position": {**stored["position"], "context": {"coins": 99}}},
        {"format": "scene"},
        {"version": 2},
        {"scene": "sha256:0"},
        {"cast": []},
        {"cast": {"x" * 201: {"character": "a", "name": "b"}}},
        {"cast": {"host": {"character": "a", "name": 3}}},
        {"seed": "3"},
        {"preset": {"state": "bag"}},
        {"events": [{"type": "wait", "at": True}]},
    ]
    for change in changes:
        with pytest.raises(PlayError):
            plays.restore(made, {**stored, **change})


def test_a_save_of_an_older_version_goes_on_as_far_as_it_fits() -> None:
    old = Machine(from_json(FEATURES))
    stored = plays.begin(old).choose("in").choose("drink").choose("dance").snapshot()
    data = from_json(FEATURES)
    changed = Machine(data)
    play, kept = plays.carry_over(changed, stored)
    assert kept == 3
    assert changed.leaf(play.position).id == "floor"
    newer = {**FEATURES, "initial": "bag"}
    play, kept = plays.carry_over(Machine(from_json(newer)), stored)
    assert kept == 0
    assert play.events == ()
    unreadable: list[Any] = [[], {**stored, "seed": "3"}, {**stored, "events": {}}]
    for wrong in unreadable:
        with pytest.raises(PlayError):
            plays.carry_over(changed, wrong)


def test_a_trial_begins_anywhere_with_any_values_within_bounds() -> None:
    made = Machine(from_json(FEATURES))
    preset = plays.Preset("floor", {"coins": 9, "known": True})
    play = plays.begin(made, preset=preset)
    assert plays.restore(made, play.choose("sit").snapshot()).preset == preset
    for wrong in (
        plays.Preset("nowhere", {}),
        plays.Preset("house_back", {}),
        plays.Preset("floor", {"coins": 10}),
        plays.Preset("floor", {"constructor": 1}),
    ):
        with pytest.raises(PlayError):
            plays.begin(made, preset=wrong)


def test_an_event_of_another_state_is_refused() -> None:
    made = Machine(from_json(FEATURES))
    with pytest.raises(PlayError) as error:
        plays.begin(made).after(Choose("table", "leave"))
    assert error.value.code == "closed"
