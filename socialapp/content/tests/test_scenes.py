"""The branching scenes: every position that play can reach is visited."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.content import library
from socialapp.content.tests import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCENES = spoken.files("scenes")
BACKGROUNDS = spoken.read(library.FOLDER / "scenes" / "backgrounds.json")

every_scene = pytest.mark.parametrize("path", SCENES, ids=lambda p: p.stem)

Values = tuple[Any, ...]
Position = tuple[str, Values]


def _holds(guard: dict[str, Any], context: dict[str, Any]) -> bool:
    kind, params = guard["type"], guard["params"]
    if kind in {"and", "or"}:
        parts = [_holds(part, context) for part in params["of"]]
        return all(parts) if kind == "and" else any(parts)
    if kind == "not":
        return not _holds(params["of"][0], context)
    value = context[params["key"]]
    if kind == "eq":
        return bool(value == params["value"])
    return bool(value >= params["value"] if kind == "gte" else value <= params["value"])


def _after(
    choice: dict[str, Any], context: dict[str, Any], declared: dict[str, Any]
) -> dict[str, Any]:
    new = dict(context)
    for effect in choice.get("effects", []):
        params = effect["params"]
        key = params["key"]
        if effect["type"] == "set":
            new[key] = params["value"]
        else:
            bounds = declared[key]
            new[key] = max(bounds["min"], min(bounds["max"], new[key] + params["by"]))
    return new


def _open_choices(
    state: dict[str, Any], context: dict[str, Any]
) -> Iterator[tuple[int, dict[str, Any]]]:
    found = (
        (i, c)
        for i, c in enumerate(state.get("always") or state["choices"])
        if "when" not in c or _holds(c["when"], context)
    )
    for i, choice in found:
        yield i, choice
        if "always" in state:
            return


def _fits(declared: dict[str, Any], value: Any) -> bool:
    if declared["type"] == "bool":
        return isinstance(value, bool)
    if declared["type"] == "enum":
        return value in declared["values"]
    return type(value) is int and declared["min"] <= value <= declared["max"]


def _told(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield state
    yield from state.get("again", [])


def test_there_are_six_scenes_and_every_background_is_used() -> None:
    assert len(SCENES) == 6
    assert len(BACKGROUNDS) >= 12
    used = {
        state["background"]
        for path in SCENES
        for state in spoken.read(path)["states"].values()
    }
    assert used == set(BACKGROUNDS)
    for entry in BACKGROUNDS.values():
        assert set(entry) >= {"title", "brief", "palette", "light"}


@every_scene
def test_everything_in_a_scene_can_be_told(path: Path) -> None:
    scene = spoken.read(path)
    for name, state in scene["states"].items():
        texts = []
        for told in _told(state):
            assert told["narration"] or told["lines"], name
            texts += [told["narration"]] if told["narration"] else []
            for line in told["lines"]:
                assert line["role"] in scene["roles"]
                assert line["emotion"] in spoken.MOODS
                texts.append(line["text"])
        texts += [c["text"] for c in state.get("choices", [])]
        if "improv" in state:
            assert 1 <= state["improv"]["bounds"]["turns"] <= 5
            assert state["improv"]["bounds"]["never"]
            texts.append(state["improv"]["fallback"])
        for text in texts:
            spoken.check_line(re.sub(r"\{\w+\}", "Somebody", text), 260)
            assert set(re.findall(r"\{([^}]*)\}", text)) <= set(scene["roles"]), name


@every_scene
def test_choices_lead_somewhere_and_write_only_what_is_declared(path: Path) -> None:
    scene = spoken.read(path)
    declared = scene["context"]
    assert all(_fits(var, var["start"]) for var in declared.values())
    assert scene["initial"] in scene["states"]
    for name, state in scene["states"].items():
        if state.get("type") == "final":
            assert state["ending"]["title"], name
            continue
        for choice in state.get("always") or state["choices"]:
            assert choice["to"] in scene["states"], name
            for effect in choice.get("effects", []):
                params = effect["params"]
                assert params["key"] in declared, name
                if effect["type"] == "set":
                    assert _fits(declared[params["key"]], params["value"]), name
        if "choices" in state:
            assert 1 <= len(state["choices"]) <= 5, name


@every_scene
def test_every_ending_can_be_reached_and_from_everywhere_one(path: Path) -> None:
    scene = spoken.read(path)
    states, declared = scene["states"], scene["context"]
    names = list(declared)
    finals = {n for n, s in states.items() if s.get("type") == "final"}
    start: Position = (
        scene["initial"], tuple(declared[n]["start"] for n in names)
    )  # fmt: skip
    came_from: dict[Position, list[Position]] = {start: []}
    taken: set[tuple[str, int]] = set()
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        state = states[here[0]]
        if here[0] in finals:
            continue
        context = dict(zip(names, here[1], strict=True))
        ways = list(_open_choices(state, context))
        assert ways, f"{here[0]}: no way out with {context}"
        for number, choice in ways:
            taken.add((here[0], number))
            new = _after(choice, context, declared)
            there = (choice["to"], tuple(new[n] for n in names))
            if there not in came_from:
                came_from[there] = []
                waiting.append(there)
            came_from[there].append(here)
    assert {name for name, _ in came_from} == set(states), "a state nobody reaches"
    every_choice = {
        (name, i)
        for name, state in states.items()
        for i, _ in enumerate(state.get("always") or state.get("choices", []))
    }
    assert taken == every_choice, "a choice nobody can take"
    ends = {position for position in came_from if position[0] in finals}
    assert len({p[0] for p in ends}) == len(finals) >= 4
    todo = list(ends)
    while todo:
        for before in came_from[todo.pop()]:
            if before not in ends:
                ends.add(before)
                todo.append(before)
    assert ends == set(came_from), "a position from which no ending is reached"
