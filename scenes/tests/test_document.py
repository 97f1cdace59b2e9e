"""docs/scenes.md says what the program does."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from scenes.machine import check, limits, read_scene
from scenes.machine.plays import event_from_json

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "scenes.md").read_text(encoding="utf-8")
MACHINE = ROOT / "scenes" / "machine"


def test_the_example_is_a_scene_without_errors() -> None:
    example = re.search(r'^    \{"format": "scene".*?\n\n', PAGE, re.M | re.S)
    assert example
    scene = read_scene(example[0])
    found = check(
        scene, exists=lambda kind, name: (kind, name) == ("background", "bakery")
    )
    assert found.publishable
    assert {finding.code for finding in found.findings} == {"untranslated"}


def test_every_event_of_the_page_is_an_event() -> None:
    events = re.findall(r'^    (\{"type": "(?:choose|wait)".*\})$', PAGE, re.M)
    assert len(events) == 2
    for event in events:
        event_from_json(json.loads(event))


def test_every_finding_is_in_the_table() -> None:
    codes = set()
    for file in MACHINE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = str(getattr(node.func, "id", getattr(node.func, "attr", "")))
            place = {"Finding": 1, "_problem": 0, "_unused": 0}.get(name)
            if place is not None and len(node.args) > place:
                given = node.args[place]
                if isinstance(given, ast.Constant):
                    codes.add(str(given.value))
    table = PAGE[PAGE.index("| code | severity |") : PAGE.index("It looks for ways")]
    assert {"dead-end", "undefined-state", "never-read", "circle"} <= codes
    assert {code for code in codes if f"`{code}`" not in table} == set()


def test_the_limits_of_the_page_are_the_programs() -> None:
    table = PAGE[PAGE.index("| what | at most |") : PAGE.index("Characters are code")]
    numbers = re.findall(r"[\d,]*\d", table)
    for number in (
        limits.STATES,
        limits.NESTING,
        limits.ROLES,
        limits.VARIABLES,
        limits.BEATS,
        limits.CHOICES,
        limits.TRANSITIONS,
        limits.TEXT,
        limits.EXPRESSION,
        limits.EXPRESSIONS,
        limits.EXPRESSION_DEPTH,
        limits.OPERATIONS,
        limits.MICROSTEPS,
        limits.EVENTS,
    ):
        assert format(number, ",") in numbers, number
    assert format(limits.BYTES, ",") + " bytes" in PAGE
