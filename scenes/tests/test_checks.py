"""The validator: what it says of planted faults, and that it never says too much."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from scenes.machine import positions
from scenes.machine.checks.bounds import Range, Truth, Words
from scenes.machine.checks.reach import reach
from scenes.machine.checks.report import check
from scenes.machine.errors import PlayError
from scenes.machine.linking import link
from scenes.machine.machine import Machine
from scenes.machine.reading import from_json
from scenes.machine.texts import texts
from scenes.tests.test_machine import choice, log
from scenes.tests.test_reading import FEATURES, small, states
from tests.scenes import random_scenes, records

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenes.machine.checks.report import Report

END = {"end": {"type": "final", "ending": {"title": "The end"}}}
CONTEXT: dict[str, Any] = {
    "n": {"type": "int", "min": 0, "max": 9, "start": 0},
    "b": {"type": "bool", "start": False},
    "mood": {"type": "enum", "values": ["low", "high", "odd"], "start": "low"},
}


def report(nodes: dict[str, Any], **more: Any) -> Report:
    exists = more.pop("exists", None)
    positions_ = more.pop("positions", 2000)
    data = small(initial=next(iter(nodes)), states={**nodes, **END}, **more)
    return check(from_json(data), exists=exists, positions=positions_)


def codes(found: Report) -> set[tuple[str, str]]:
    """Without what is said of unused things in small examples."""
    quiet = {"silent-role", "never-read", "never-set", "unreachable-ending"}
    return {(f.code, f.pointer) for f in found.findings if f.code not in quiet}


def go(**more: Any) -> dict[str, Any]:
    return choice("go", "end", **more)


FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, str]]] = {
    "a target that does not exist": (
        {"a": {"choices": [choice("go", "nowhere")]}},
        {},
        ("undefined-state", "/states/a/choices/0/target"),
    ),
    "a variable that does not exist": (
        {"a": {"choices": [go(guard="x > 1")]}},
        {},
        ("undefined", "/states/a/choices/0/guard"),
    ),
    "an action on a variable that does not exist": (
        {"a": {"choices": [go(actions=log(1))]}},
        {},
        ("undefined", "/states/a/choices/0/actions/0/variable"),
    ),
    "dice that do not exist": (
        {"a": {"entry": [{"type": "roll", "dice": "d"}], "choices": [go()]}},
        {},
        ("undefined", "/states/a/entry/0/dice"),
    ),
    "a condition that is no condition": (
        {"a": {"choices": [go(guard="n + 1")]}},
        {"context": CONTEXT},
        ("expression", "/states/a/choices/0/guard"),
    ),
    "a value that does not fit": (
        {
            "a": {
                "choices": [
                    go(actions=[{"type": "assign", "variable": "n", "value": "0.5"}])
                ]
            }
        },
        {"context": CONTEXT},
        ("expression", "/states/a/choices/0/actions/0/value"),
    ),
    "a role that does not exist": (
        {
            "a": {
                "beats": [{"type": "line", "role": "two", "text": "Hi"}],
                "choices": [go()],
            }
        },
        {},
        ("undefined-role", "/states/a/beats/0/role"),
    ),
    "a listener that does not exist": (
        {
            "a": {
                "beats": [
                    {"type": "line", "role": "one", "text": "Hi", "listeners": ["x"]}
                ],
                "choices": [go()],
            }
        },
        {},
        ("undefined-role", "/states/a/beats/0/listeners/0"),
    ),
    "a name in a text that means nothing": (
        {"a": {"choices": [choice("go", "end") | {"text": "Ask {two}"}]}},
        {},
        ("placeholder", "/states/a/choices/0/text"),
    ),
    "a brace that stands alone": (
        {"a": {"choices": [choice("go", "end") | {"text": "Ask {one"}]}},
        {},
        ("placeholder", "/states/a/choices/0/text"),
    ),
    "a background that does not exist": (
        {"a": {"background": "moon", "choices": [go()]}},
        {},
        ("missing-asset", "/states/a/background"),
    ),
    "a sound that does not exist": (
        {"a": {"beats": [{"type": "sound", "sound": "bang"}], "choices": [go()]}},
        {},
        ("missing-asset", "/states/a/beats/0/sound"),
    ),
    "a dead end": (
        {"a": {"choices": [go(), choice("b", "b")]}, "b": {}},
        {},
        ("dead-end", "/states/b"),
    ),
    "a dead end behind a condition that never holds": (
        {
            "a": {"choices": [go(), choice("b", "b")]},
            "b": {"choices": [go(guard="n > 9")]},
        },
        {"context": CONTEXT},
        ("dead-end", "/states/b"),
    ),
    "a place without a way to an ending": (
        {
            "a": {"choices": [go(), choice("b", "b")]},
            "b": {"choices": [choice("c", "c")]},
            "c": {"choices": [choice("b", "b")]},
        },
        {},
        ("no-way-out", "/states/c"),
    ),
    "no ending that can be reached": (
        {"a": {"choices": [choice("a", "a")]}},
        {},
        ("no-ending", "/states"),
    ),
    "a circle without a choice": (
        {
            "a": {"choices": [go(), choice("b", "b")]},
            "b": {"always": [{"target": "b"}]},
        },
        {},
        ("circle", "/states/b/always"),
    ),
    "a circle that only playing shows": (
        {
            "a": {"choices": [go(), choice("b", "b", actions=[])]},
            "b": {"always": [{"target": "c", "guard": "not b"}], "choices": [go()]},
            "c": {"always": [{"target": "b", "guard": "n < 9"}], "choices": [go()]},
        },
        {"context": CONTEXT},
        ("circle", "/states/a"),
    ),
    "a position where nothing is open": (
        {
            "a": {
                "choices": [
                    choice("b", "b"),
                    choice(
                        "set",
                        actions=[{"type": "assign", "variable": "b", "value": "true"}],
                    ),
                ]
            },
            "b": {"choices": [go(guard="not b")]},
        },
        {"context": CONTEXT},
        ("stuck", "/states/b"),
    ),
    "a transition behind one without a condition": (
        {"a": {"always": [{"target": "end"}, {"target": "a"}]}},
        {},
        ("shadowed", "/states/a/always/1"),
    ),
    "a role rated above its scene": (
        {"a": {"choices": [go()]}},
        {"roles": {"one": {"label": "x", "requires": {"rating": "mature"}}}},
        ("rating", "/roles/one/requires/rating"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_keeps_a_scene_from_being_published(name: str) -> None:
    nodes, more, expected = FAULTS[name]
    found = report(nodes, exists=lambda _kind, _name: False, **more)
    assert expected in codes(found)
    assert not found.publishable
    finding = next(f for f in found.findings if (f.code, f.pointer) == expected)
    assert finding.severity == "error"
    assert finding.message[0].isupper() or finding.code.startswith(("und", "expr"))


WARNINGS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "never by its bounds": (
        {"a": {"choices": [go(), choice("x", "a", guard="n >= 10")]}},
        ("never-true", "/states/a/choices/1/guard"),
    ),
    "never, since nothing sets it": (
        {"a": {"choices": [go(), choice("x", "a", guard="mood == 'odd'")]}},
        ("never-true", "/states/a/choices/1/guard"),
    ),
    "never by two parts together": (
        {
            "a": {
                "choices": [
                    go(actions=[{"type": "assign", "variable": "n", "value": "n + 1"}]),
                    choice("x", "a", guard="n > 4 and n < 4"),
                ]
            }
        },
        ("never-true", "/states/a/choices/1/guard"),
    ),
    "always": (
        {"a": {"choices": [go(guard="n <= 9 or b")]}},
        ("always-true", "/states/a/choices/0/guard"),
    ),
    "always, having come here": (
        {"a": {"choices": [go(guard="visits(a) >= 1")]}},
        ("always-true", "/states/a/choices/0/guard"),
    ),
    "never, of a state that nobody comes to": (
        {"a": {"choices": [go(), choice("x", "a", guard="visited(c)")]}, "c": {}},
        ("never-true", "/states/a/choices/1/guard"),
    ),
    "a beat that is never told": (
        {
            "a": {
                "beats": [{"type": "narration", "text": "x", "guard": "n // 2 > 4"}],
                "choices": [go()],
            }
        },
        ("never-true", "/states/a/beats/0/guard"),
    ),
    "a state that nobody comes to": (
        {"a": {"choices": [go()]}, "c": {"choices": [go()]}},
        ("unreachable-state", "/states/c"),
    ),
    "six choices": (
        {"a": {"choices": [choice(f"c{i}", "end") for i in range(6)]}},
        ("many-choices", "/states/a/choices"),
    ),
    "a long line": (
        {"a": {"beats": [{"type": "narration", "text": "x" * 221}], "choices": [go()]}},
        ("long-text", "/states/a/beats/0/text"),
    ),
    "choices that never show": (
        {"a": {"always": [{"target": "end"}], "choices": [go()]}},
        ("never-shown", "/states/a/choices"),
    ),
    "two choices of one label": (
        {"a": {"choices": [go(), choice("b", "end") | {"text": "go"}]}},
        ("same-label", "/states/a/choices/1/text"),
    ),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_a_doubtful_thing_is_told_and_keeps_nobody_from_publishing(name: str) -> None:
    nodes, expected = WARNINGS[name]
    found = report(nodes, context=CONTEXT)
    assert expected in codes(found)
    assert found.publishable


def test_the_scene_with_everything_has_no_errors() -> None:
    found = check(from_json(FEATURES), exists=lambda _kind, _name: True)
    assert found.publishable
    assert {f.code for f in found.findings} <= {"untranslated"}
    assert found.walk
    assert set(found.walk.endings) == {"end_lucky", "end_warm", "end_cold"}
    assert not found.walk.complete, "dice and timers"
    assert found.estimate.voiced["host"].lines == 1
    assert found.estimate.voiced["host"].varying == 1
    assert found.estimate.played_seconds > 0


def test_a_word_counts_as_a_third_of_a_second_or_so() -> None:
    said = {"type": "line", "role": "one", "text": "one two three " * 9}
    found = report({"a": {"beats": [said] * 2, "choices": [go()]}})
    assert found.estimate.seconds == pytest.approx(2 * 27 / 2.7)
    assert found.estimate.words == 54
    assert found.estimate.voiced["one"].lines == 1, "the same line is voiced once"


def test_every_text_is_found_once_with_its_place() -> None:
    found = {one.pointer: one for one in texts(from_json(FEATURES))}
    hall = "/states/house/states/hall"
    assert found[f"{hall}/beats/3/text/de"].text == "{guest}, {coins} Münzen."
    assert found[f"{hall}/choices/1/actions/0/value"].text == "old friend"
    assert found["/context/drink/values/2"].text == "cocoa"
    assert found["/states/end_lucky/ending/title"].state == "end_lucky"
    goal = found["/states/house/states/kitchen/states/floor/beats/0/goal"]
    assert not goal.shown
    assert found["/states/end_cold/extensions/example.org/a"].text == "é"


def _covers(bound: Any, value: Any) -> bool:
    match bound:
        case Range(low=low, high=high):
            return bool(low <= value <= high)
        case Truth(true=true, false=false):
            return true if value else false
        case Words(values=values):
            return values is None or value in values
    raise AssertionError(bound)


def test_never_and_always_are_never_said_wrongly() -> None:
    """Random plays of random scenes against what is said of them."""
    said = 0
    for seed in range(150):
        random = Random(seed)  # noqa: S311 - no secret
        scene = from_json(random_scenes.scene(random, deep=2))
        machine = Machine(scene)
        known = reach(link(scene))
        said += sum(not (t.true and t.false) for t in known.edges.values())
        for _ in range(4):
            _hold_to(machine, known, random)
    assert said > 1000


def _hold_to(machine: Machine, known: Any, random: Random) -> None:
    try:
        position = machine.start(random.randrange(2**32))
    except PlayError:
        return
    for _ in range(15):
        leaf = machine.leaf(position)
        assert leaf.index in known.states
        for slot, value in enumerate(position.values):
            assert _covers(known.bounds.values[slot], value)
        for node in leaf.path:
            for edge in node.edges():
                holds = edge.guard is None or edge.guard(position)
                truth = known.edges[edge.number]
                assert truth.true if holds else truth.false
        for state, beat, _ in position.told:
            assert known.cues[(state, beat)].true
        try:
            event = records.any_event(machine, position, random)
            if hasattr(event, "choice"):
                position = machine.choose(position, event.choice, event.at)
            else:
                position = machine.wait(position, event.at)
        except PlayError as error:
            if error.code in {"ended", "circles"}:
                return


def test_what_is_stuck_is_really_stuck_and_every_ending_really_reached() -> None:
    met = 0
    for seed in range(60):
        scene = from_json(random_scenes.scene(Random(seed), deep=2))  # noqa: S311
        machine = Machine(scene)
        walk = check(scene, positions=100).walk
        assert walk
        for name, step in {**walk.stuck, **walk.endings}.items():
            met += 1
            position = machine.start(step.seed)
            for event in step.events():
                if hasattr(event, "choice"):
                    position = machine.choose(position, event.choice, event.at)
                else:
                    position = machine.wait(position, event.at)
            assert positions.to_json(machine, position)["state"] == name
            wanted = "ended" if name in walk.endings else "stuck"
            assert machine.status(position) == wanted
    assert met > 30


def _diamonds(count: int) -> dict[str, Any]:
    """Two ways at each of `count` steps: 2 ** count paths."""
    found: dict[str, Any] = {}
    for i in range(count):
        after = f"s{i + 1}" if i + 1 < count else "end"
        found[f"s{i}"] = {"choices": [choice("l", f"l{i}"), choice("r", f"r{i}")]}
        found[f"l{i}"] = {"choices": [choice("go", after)]}
        found[f"r{i}"] = {"choices": [choice("go", after)]}
    return found


def _circles(count: int) -> dict[str, Any]:
    guard = " and ".join(["n * n + 3 > 1 - n * 2"] * 12)
    return {
        f"s{i}": {
            "always": [
                {"target": f"s{(i * 7 + 1) % count}", "guard": f"{guard} or n < {j}"}
                for j in range(10)
            ],
            "choices": [choice(f"c{j}", f"s{(i * j) % count}") for j in range(20)],
        }
        for i in range(count)
    }


def _heavy(level: int, name: str, circling: bool) -> dict[str, Any]:
    """Eight states within one another, full of conditions, that lead to `a0` and `b0`."""
    value = "min(" + ",".join(["n * 1"] * 10) + ")" + " + n * n" * 20
    act = {"type": "assign", "variable": "n", "value": value}
    guard = " or ".join(["n==99"] * 50)
    state: dict[str, Any] = {
        "entry": [act] * 10,
        "exit": [act] * 10,
        "beats": [{"type": "narration", "text": "x", "guard": guard}] * 40,
        "choices": [choice(f"c{level}{i}", "a0") for i in range(20)],
    }
    if level == 7:
        other = "a0" if name == "b" else "b0"
        state["always"] = [{"target": "a0", "guard": guard}] * 9
        if circling or name == "a":
            state["always"].append({"target": other})
    else:
        state["initial"] = f"{name}{level + 1}"
        state["states"] = _heavy(level + 1, name, circling)
    return {f"{name}{level}": state}


BOMBS: dict[str, Callable[[], dict[str, Any]]] = {
    "2 to the 60th paths": lambda: _diamonds(60),
    "10,000 states in a row": lambda: states(9_998),
    "conditions up to the limit": lambda: _circles(100),
    "heavy events": lambda: _heavy(0, "a", False) | _heavy(0, "b", False),
    "heavy circles": lambda: _heavy(0, "a", True) | _heavy(0, "b", True),
    "cliques": lambda: {
        f"s{i}": {"choices": [choice(f"c{j}", f"s{(i + j) % 3000}") for j in range(10)]}
        for i in range(3000)
    },
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_large_scene_is_checked_in_a_moment(name: str) -> None:
    nodes = BOMBS[name]()
    first = next(iter(nodes))
    data = from_json(small(initial=first, states={**nodes, **END}, context=CONTEXT))
    started = time.process_time()
    found = check(data)
    assert time.process_time() - started < 3, "a second on a machine of its own"
    assert found.walk
    if name.startswith("2"):
        assert found.publishable
