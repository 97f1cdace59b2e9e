"""How fast scenes are played, read and checked, beside the barest things that compare.

A transition is one choice of a play: its condition, its actions, leaving, entering, what
is told, and a new position. It is timed on the longest scene that ships, along random
plays recorded beforehand; the bare loop looks the same choices up in a dict of dicts and
does nothing else. Reading and checking are timed on ten thousand states of a line and a
choice each, JSON Schema validation on the same file. python-statemachine and inkjs, when
they are there, play the same plays of the same story (``scenes.bench.peers``). All times
are CPU seconds of the process that works, the median of some rounds, since machines are
shared. What a player waits for is measured in a house of its own, by the clock:
``scenes.bench.playing``.
"""

from __future__ import annotations

import json
import os
import time
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any

from avatarfx.bench.houses import again_in_a_house
from scenes import content
from scenes.bench import peers, playing
from scenes.machine import Machine, check, limits, read_scene, schema

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from scenes.machine import Position, model

SCENE = "the_lending_mountain"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--transitions", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--states", type=int, default=limits.STATES)
    parser.add_argument(
        "--peer-transitions", type=int, default=2000, help="of python-statemachine"
    )
    parser.add_argument(
        "--npm", default=os.environ.get("NPM_PEERS", "."), help="a folder with inkjs"
    )
    parser.add_argument(
        "--no-house", action="store_true", help="leave out what needs a database"
    )
    parser.add_argument("--inside", action="store_true", help="run in this DATA_DIR")


def run(options: dict[str, Any]) -> dict[str, Any]:
    rounds = options["rounds"]
    if options["inside"]:
        return playing.measure(scene=SCENE, rounds=rounds)
    scene = content.scene(SCENE)
    machine = Machine(scene)
    plays = plays_of(machine, options["transitions"])
    count = sum(len(choices) for _, choices in plays)
    table = _table(machine)
    played = _seconds(rounds, lambda: _play(machine, plays))
    bare = _seconds(rounds, lambda: _look_up(table, plays))
    file = large(options["states"])
    many = read_scene(file)
    data = json.loads(file)
    validator = _validator()
    return {
        "transitions_per_s": round(count / played),
        "bare_dict_per_s": round(count / bare),
        "transition_us": round(played / count * 1e6, 2),
        **_peers(scene, machine, plays, options),
        "read_10000_ms": _milliseconds(rounds, lambda: read_scene(file)),
        "validate_10000_ms": _milliseconds(rounds, lambda: check(many)),
        "schema_10000_ms": _milliseconds(1, lambda: validator.is_valid(data)),
        "file_bytes": len(file),
        "transitions": count,
        "states": options["states"],
        **({} if options["no_house"] else _in_a_house(rounds)),
    }


def _in_a_house(rounds: int) -> dict[str, Any]:
    """``scenes.bench.playing``, in a process of its own."""
    return again_in_a_house("scenes", [f"--rounds={rounds}"])


def plays_of(machine: Machine, transitions: int) -> list[tuple[Position, list[str]]]:
    """Random plays to an ending: where each begins, and its choices."""
    random = Random(1)  # noqa: S311 - the same every time
    found = []
    while transitions > 0:
        start = position = machine.start(random.randrange(2**32))
        choices: list[str] = []
        while not machine.ended(position) and len(choices) < 200:
            choices.append(random.choice(machine.open(position)).id)
            position = machine.choose(position, choices[-1])
        transitions -= len(choices)
        found.append((start, choices))
    return found


def _peers(
    scene: model.Scene,
    machine: Machine,
    plays: list[tuple[Position, list[str]]],
    options: dict[str, Any],
) -> dict[str, Any]:
    """The same plays in two other libraries; null and a note for one that is not here."""
    told = [(choices, *numbered(machine, start, choices)) for start, choices in plays]
    ended = [one for one in told if one[2]]
    few: list[peers.Play] = []
    while ended and sum(len(one[0]) for one in few) < options["peer_transitions"]:
        few.append(ended[len(few) % len(ended)])
    rounds = options["rounds"]
    found = {
        "statemachine_per_s": peers.statemachine_per_s(scene, few, rounds),
        "inkjs_per_s": peers.inkjs_per_s(scene, ended, rounds, options["npm"]),
    }
    notes = {
        "statemachine_per_s": "python-statemachine is not on PYTHONPATH",
        "inkjs_per_s": f"node, or inkjs in {options['npm']}, is not there",
    }
    missing = {
        f"{key}_note": notes[key] for key, value in found.items() if value is None
    }
    return {key: value and round(value) for key, value in found.items()} | missing


def numbered(
    machine: Machine, position: Position, choices: list[str]
) -> tuple[list[int], str]:
    """Which of the open choices each was, and the final state; empty: none was met."""
    numbers = []
    for choice in choices:
        numbers.append([one.id for one in machine.open(position)].index(choice))
        position = machine.choose(position, choice)
    return numbers, machine.leaf(position).id if machine.ended(position) else ""


def _play(machine: Machine, plays: list[tuple[Position, list[str]]]) -> None:
    choose = machine.choose
    for start, choices in plays:
        position = start
        for choice in choices:
            position = choose(position, choice)


def _table(machine: Machine) -> dict[int, dict[str, int]]:
    return {
        node.index: {
            edge.choice.id: edge.target.index
            for edge in node.choices
            if edge.choice and edge.target
        }
        for node in machine.program.nodes
    }


def _look_up(
    table: dict[int, dict[str, int]], plays: list[tuple[Position, list[str]]]
) -> None:
    """The same choices; where the scene went on by itself, so does this, by a default."""
    for start, choices in plays:
        state = start.leaf
        for choice in choices:
            state = table[state].get(choice, 0)


def large(states: int) -> bytes:
    """A file of so many states in a row, each with a line, a choice and a condition."""
    nodes: dict[str, Any] = {
        f"s{i}": {
            "beats": [{"type": "line", "role": "one", "text": f"This is line {i}."}],
            "choices": [
                {"id": "go", "text": "Go on", "target": f"s{i + 1}"},
                {"id": "back", "text": "Back", "target": "s0", "guard": "steps < 9"},
            ],
        }
        for i in range(states - 1)
    }
    nodes[f"s{states - 1}"] = {"type": "final", "ending": {"title": "The end"}}
    count = {"type": "int", "min": 0, "max": 9, "start": 0}
    scene = {
        "format": "scene",
        "version": 1,
        "id": "large",
        "title": "Large",
        "rating": "everyone",
        "languages": ["en"],
        "roles": {"one": {"label": "somebody"}},
        "context": {"steps": count},
        "initial": "s0",
        "states": nodes,
    }
    return json.dumps(scene).encode()


def _validator() -> Any:
    from jsonschema import (  # type: ignore[import-untyped]  # noqa: PLC0415 - a peer
        Draft202012Validator,
    )

    return Draft202012Validator(schema())


def _seconds(rounds: int, work: Callable[[], object]) -> float:
    found = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return median(found)


def _milliseconds(rounds: int, work: Callable[[], object]) -> int:
    return round(_seconds(rounds, work) * 1000)
