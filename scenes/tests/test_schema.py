"""The published schema and the reader agree."""

from __future__ import annotations

import copy
import json
from dataclasses import fields
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from scenes import content
from scenes.machine import model, reading
from scenes.machine.errors import SceneError
from scenes.machine.reading import from_json
from scenes.machine.schema import schema
from tests.scenes import make, random_scenes

VALIDATOR = Draft202012Validator(schema())
FEATURES = json.loads((make.HERE / "features.json").read_text(encoding="utf-8"))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("kind", reading._READERS)
def test_the_schema_knows_the_keys_that_the_reader_knows(kind: type) -> None:
    readers, required = reading._FIELDS[kind]
    name = {
        model.Transition: "transition",
        model.IntVariable: "int",
        model.FloatVariable: "float",
        model.BoolVariable: "bool",
        model.EnumVariable: "enum",
        model.StringVariable: "string",
    }.get(kind, kind.__name__.lower())
    shape = schema() if kind is model.Scene else schema()["$defs"][name]
    extra = {"format", "version"} if kind is model.Scene else {"type"}
    # In one order besides: that of the canonical form.
    ours = [field.name for field in fields(kind) if field.name not in extra]
    assert [key for key in shape["properties"] if key not in extra] == ours
    assert set(readers) - extra == set(ours)
    assert set(shape.get("required", ())) - extra == set(required)
    assert shape["additionalProperties"] is False


@pytest.mark.parametrize("name", content.scene_ids())
def test_a_scene_that_ships_fits_the_schema(name: str) -> None:
    text = (content.FOLDER / f"{name}.json").read_text(encoding="utf-8")
    VALIDATOR.validate(json.loads(text))


def test_random_scenes_fit_the_schema() -> None:
    VALIDATOR.validate(FEATURES)
    for seed in range(12):
        VALIDATOR.validate(random_scenes.scene(Random(seed)))  # noqa: S311 - no secret


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _places(inner, (*way, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            found += _places(inner, (*way, i))
    return found


def test_what_the_schema_refuses_the_reader_refuses() -> None:
    """One wrong value at a time, everywhere in a file that uses every construct."""
    wrong: tuple[Any, ...] = (
        "",
        "NO",
        -1,
        2.5,
        True,
        None,
        [],
        {},
        {"odd": 1},
        "x" * 2001,
        1e300,
    )
    refused = 0
    places = [way for way in _places(FEATURES) if way and "extensions" not in way]
    for i, way in enumerate(places):
        for value in (wrong[i % 11], wrong[(i + 4) % 11], wrong[(i + 7) % 11]):
            broken = copy.deepcopy(FEATURES)
            inner = broken
            for key in way[:-1]:
                inner = inner[key]
            inner[way[-1]] = value
            if not VALIDATOR.is_valid(broken):
                refused += 1
                with pytest.raises(SceneError):
                    from_json(broken)
    assert refused > 600
