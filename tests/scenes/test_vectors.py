"""Python gives what the shared vectors of scenes say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scenes.machine import chance, plays
from scenes.machine.errors import PlayError
from scenes.machine.machine import Machine
from scenes.machine.plays import Player, Preset
from scenes.machine.reading import from_json
from tests.scenes import make, records

HERE = Path(__file__).parent


def read(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def test_every_expression_has_the_value_or_refusal_that_is_written_down() -> None:
    cases = read("expressions")["cases"]
    assert len(cases) > 250
    for written in cases:
        assert make.evaluated(written["text"], written.get("context", {})) == written


def test_dice_fall_as_they_are_written_down() -> None:
    for written in read("rolls"):
        state = written["seed"]
        for bits in written["bits"]:
            state, drawn = chance.draw(state)
            assert drawn == bits
    assert list(make.rolls()) == read("rolls")


SCENES = read("plays")


@pytest.mark.parametrize("number", range(len(SCENES)))
def test_a_scene_is_played_as_it_is_written_down(number: int) -> None:
    machine = Machine(from_json(SCENES[number]["scene"]))
    for written in SCENES[number]["plays"]:
        if "refused" in written:
            preset = written["preset"] and Preset(**written["preset"])
            with pytest.raises(PlayError) as refused:
                plays.begin(machine, seed=written["seed"], preset=preset)
            assert refused.value.code == written["refused"]
            continue
        play = plays.begin(
            machine,
            seed=written["seed"],
            cast={role: Player(**who) for role, who in written["cast"].items()},
            preset=written["preset"] and Preset(**written["preset"]),
        )
        events = [
            plays.event_from_json(step["event"])
            for step in written["steps"]
            if "event" in step
        ]
        assert records.record(play, events, written["language"])[1] == written


def test_the_vectors_use_every_construct() -> None:
    text = json.dumps(SCENES)
    for word in ("after", "always", "history", "deep", "shallow", "exit", "roll"):
        assert f'"{word}"' in text
    codes = {"closed", "clock", "late", "ended", "circles"}
    assert all(f'"refused": "{code}"' in text for code in codes)
