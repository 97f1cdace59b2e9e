"""Imported ink tells what inkjs told of the same story, choice by choice."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scenes.machine import Machine
from scenes.machine.model import Line
from scenes.machine.telling import offers, told
from scenes.trade import read

FOLDER = Path(__file__).parent / "ink"
STORIES = sorted(path.name.removesuffix(".ink") for path in FOLDER.glob("*.ink"))


def _plain(text: str) -> str:
    return re.sub(r"[ \t]+", " ", text).strip()


def _seen(machine: Machine, position: Any) -> tuple[list[str], list[str]]:
    lines = []
    for one in told(machine, position, {}):
        written = one.written
        label = (
            machine.scene.roles[written.role].label.main
            if isinstance(written, Line)
            else ""
        )
        lines.append(_plain(f"{label}: {one.text}" if label else one.text))
    return lines, [_plain(offer.text) for offer in offers(machine, position, {})]


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_told_as_inkjs_tells_it(name: str) -> None:
    imported = read((FOLDER / f"{name}.ink.json").read_bytes())
    machine = Machine(imported.scene)
    for number, steps in enumerate(
        json.loads((FOLDER / f"{name}.plays.json").read_text())
    ):
        position = machine.start(1)
        for i, step in enumerate(steps):
            if step["chosen"] is not None:
                choice = machine.open(position)[step["chosen"]]
                position = machine.choose(position, choice.id)
            lines, choices = _seen(machine, position)
            assert (lines, choices) == (step["lines"], step["choices"]), (number, i)
        assert machine.ended(position) == (not steps[-1]["choices"])
