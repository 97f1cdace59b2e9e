"""The bench runs and measures what it says."""

from __future__ import annotations

import importlib.util
from argparse import ArgumentParser
from typing import TYPE_CHECKING

import pytest

from scenes import content
from scenes.bench import peers
from scenes.bench import scenes as bench
from scenes.machine import Machine, check, read_scene
from scenes.tests.trade_files import TWEE
from scenes.trade import read

if TYPE_CHECKING:
    from pathlib import Path


def test_the_bench_gives_its_figures() -> None:
    parser = ArgumentParser()
    bench.add_arguments(parser)
    asked = parser.parse_args(
        ["--transitions", "2000", "--rounds", "1", "--states", "50", "--no-house"]
    )
    found = bench.run(vars(asked))
    assert found["transitions"] >= 2000
    assert found["bare_dict_per_s"] > found["transitions_per_s"] > 10_000


def test_what_it_checks_is_a_scene_without_errors() -> None:
    assert check(read_scene(bench.large(300))).publishable


def _plays() -> list[peers.Play]:
    machine = Machine(content.scene(bench.SCENE))
    found = []
    for start, choices in bench.plays_of(machine, 60):
        numbers, final = bench.numbered(machine, start, choices)
        found.append((choices, numbers, final))
    return found


def test_a_peer_that_is_not_there_gives_no_figure(tmp_path: Path) -> None:
    scene = content.scene(bench.SCENE)
    assert peers.inkjs_per_s(scene, _plays(), 1, str(tmp_path)) is None
    if importlib.util.find_spec(peers.STATEMACHINE) is None:
        assert peers.statemachine_per_s(scene, _plays(), 1) is None


def test_the_ink_of_a_story_has_its_states_choices_and_bounds() -> None:
    scene = content.scene(bench.SCENE)
    ink = peers.to_ink(scene)
    choices = sum(len(state.choices) for state in scene.states.values())
    assert ink.count("\n=== s_") == len(scene.states)
    assert sum(line.startswith("+ ") for line in ink.splitlines()) == choices
    assert "~ v_fine = MIN(MAX(v_fine" in ink


def test_a_story_that_peers_cannot_be_given_is_refused() -> None:
    with pytest.raises(peers.UnlikeError):
        peers.to_ink(read(TWEE.encode()).scene)


def test_plays_are_told_as_numbers_of_the_open_choices() -> None:
    machine = Machine(content.scene(bench.SCENE))
    for choices, numbers, final in _plays():
        position = machine.start(0)
        for choice, number in zip(choices, numbers, strict=True):
            assert machine.open(position)[number].id == choice
            position = machine.choose(position, choice)
        assert (machine.leaf(position).id == final) == machine.ended(position)
