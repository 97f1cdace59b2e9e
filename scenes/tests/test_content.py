"""The scenes that ship: taken over faithfully, without faults, playable to every ending."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from scenes import content
from scenes.content import convert
from scenes.machine import plays, telling
from scenes.machine.checks.report import check
from scenes.machine.machine import Machine

if TYPE_CHECKING:
    from scenes.machine.checks.report import Report

every_scene = pytest.mark.parametrize("name", content.scene_ids())

ENDINGS = {
    "night_guide": 5,
    "one_ticket_please": 6,
    "seven_minutes": 6,
    "table_nine": 6,
    "the_colossus": 6,
    "the_lending_mountain": 8,
}


def exists(kind: str, name: str) -> bool:
    return kind == "background" and name in content.backgrounds()


@cache
def walked(name: str) -> Report:
    """Every position that play can come to: 44,000 in the largest."""
    return check(content.scene(name), exists=exists, positions=100_000)


def test_there_are_six_and_twelve_backgrounds() -> None:
    assert set(content.scene_ids()) == set(ENDINGS) == set(convert.outlines())
    assert len(content.backgrounds()) == 12
    with pytest.raises(KeyError):
        content.scene("../machine")


@every_scene
def test_a_scene_is_its_outline_taken_over(name: str) -> None:
    stored = (content.FOLDER / f"{name}.json").read_bytes()
    assert convert.converted(convert.outlines()[name]) == stored


@every_scene
def test_nothing_is_left_behind(name: str) -> None:
    """Every word of the outline, and every ending."""
    outline, scene = convert.outlines()[name], content.scene(name)
    assert set(scene.states) == set(outline["states"])
    for state_id, state in outline["states"].items():
        told = [state, *state.get("again", [])]
        wanted = [t for one in told for t in _words(one)]
        if "improv" in state:
            wanted.append(state["improv"]["fallback"])
        found = [telling.text_of(beat) for beat in scene.states[state_id].beats]
        assert [text.main for text in found if text] == wanted
        labels = [choice["text"] for choice in state.get("choices", [])]
        assert [c.text.main for c in scene.states[state_id].choices] == labels


def _words(told: dict[str, object]) -> list[str]:
    narration, lines = told["narration"], told["lines"]
    assert isinstance(narration, str)
    assert isinstance(lines, list)
    return ([narration] if narration else []) + [line["text"] for line in lines]


@every_scene
def test_the_validator_finds_nothing(name: str) -> None:
    assert walked(name).findings == ()
    assert walked(name).publishable


@every_scene
def test_every_ending_is_reached_by_playing(name: str) -> None:
    walk = walked(name).walk
    assert walk is not None
    assert walk.complete, "every position was seen"
    scene = content.scene(name)
    finals = {state_id for state_id, state in scene.states.items() if state.ending}
    assert set(walk.endings) == finals
    assert len(finals) == ENDINGS[name]
    machine = Machine(scene)
    for ending, step in walk.endings.items():
        play = plays.begin(machine, seed=step.seed)
        for event in step.events():
            play = play.after(event)
        assert machine.leaf(play.position).id == ending
        assert machine.status(play.position) == "ended"
        assert plays.restore(machine, play.snapshot()) == play


@every_scene
def test_every_position_leads_on_and_every_state_is_seen(name: str) -> None:
    walk = walked(name).walk
    assert walk is not None
    assert walk.stuck == {}
    assert walk.states == set(content.scene(name).states)


@every_scene
def test_it_lasts_a_few_minutes_and_every_role_speaks(name: str) -> None:
    estimate = walked(name).estimate
    assert 120 < estimate.played_seconds < 480
    assert all(voiced.lines for voiced in estimate.voiced.values())
