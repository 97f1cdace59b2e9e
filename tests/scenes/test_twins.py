"""Python and JavaScript, and play and replay, on scenes that nobody wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenes import content
from scenes.machine import plays, positions
from scenes.machine.checks.walk import walk
from scenes.machine.errors import PlayError
from scenes.machine.machine import Machine
from scenes.machine.reading import from_json
from scenes.machine.writing import to_json
from tests.scenes import make, random_scenes, records

if TYPE_CHECKING:
    from scenes.machine.plays import Event, Play

SCENES = 250
"""With eight plays each, of up to twelve events."""

HERE = Path(__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node on this machine")


def agree(
    lines: list[dict[str, Any]], folder: Path
) -> subprocess.CompletedProcess[str]:
    """JavaScript plays what Python has played; it stops where it goes another way."""
    file = folder / "plays.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return subprocess.run(
        [str(NODE), str(HERE / "agree.mjs"), str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def wanderings(count: int, plays_each: int, first: int = 0) -> list[dict[str, Any]]:
    """`first`: seed of the first scene, for those who want others than the suite has."""
    lines = []
    for seed in range(first, first + count):
        random = Random(f"twins {seed}")  # noqa: S311 - no secret
        scene = random_scenes.scene(random, deep=2)
        machine = Machine(from_json(scene))
        found = [records.wander(machine, random, 12) for _ in range(plays_each)]
        lines.append({"scene": scene, "plays": found})
    return lines


@needs_node
def test_two_thousand_random_plays_go_the_same_way_in_both_languages(
    tmp_path: Path,
) -> None:
    done = agree(wanderings(SCENES, 8), tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == str(SCENES)


@needs_node
def test_a_play_that_differs_is_noticed(tmp_path: Path) -> None:
    lines = wanderings(3, 1)
    step = next(s for s in lines[1]["plays"][0]["steps"] if "seen" in s)
    step["seen"]["position"]["context"]["i"] += 1
    done = agree(lines, tmp_path)
    assert done.returncode != 0
    assert "scene 1, play 0" in done.stderr


@needs_node
def test_the_browser_reaches_every_ending_of_the_scenes_that_ship(
    tmp_path: Path,
) -> None:
    lines = []
    for name in content.scene_ids():
        scene = content.scene(name)
        machine = Machine(scene)
        found = walk(machine, 20_000).endings
        written = [
            records.record(plays.begin(machine, seed=step.seed), step.events())[1]
            for step in found.values()
        ]
        assert len(written) == sum(node.final for node in machine.program.nodes)
        lines.append({"scene": to_json(scene), "plays": written})
    done = agree(lines, tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(0, 20))
def test_rewinding_and_going_on_is_playing_straight(random: Random, back: int) -> None:
    machine = Machine(from_json(random_scenes.scene(random, deep=2)))
    try:
        play = plays.begin(machine, seed=random.randrange(2**32), cast=records.CAST)
    except PlayError:
        return
    play = played(play, random, 15)
    again = play.rewind(back)
    for event in play.events[back:]:
        again = again.after(event)
    assert again == play
    assert plays.restore(machine, play.snapshot()) == play
    stored = json.loads(json.dumps(positions.to_json(machine, play.position)))
    assert positions.from_json(machine, stored) == play.position


def played(play: Play, random: Random, most: int) -> Play:
    for _ in range(most):
        event: Event = records.any_event(play.machine, play.position, random)
        try:
            play = play.after(event)
        except PlayError as error:
            if error.code in {"ended", "circles"}:
                break
    return play


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    found = make.evaluated(text, {})
    assert ("is" in found) != ("refused" in found)
    if "refused" in found:
        assert 0 <= found["refused"]["at"] <= len(text)
