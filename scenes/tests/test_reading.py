"""Files of scenes: what is taken, what is refused and with which words, what comes back."""

from __future__ import annotations

import copy
import json
import resource
import time
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from scenes import content
from scenes.machine import limits
from scenes.machine.errors import SceneError
from scenes.machine.reading import from_json, read_scene
from scenes.machine.writing import digest, number, write_scene
from tests.scenes import make, random_scenes

if TYPE_CHECKING:
    from collections.abc import Callable

FEATURES = json.loads((make.HERE / "features.json").read_text(encoding="utf-8"))


def small(**changes: Any) -> dict[str, Any]:
    """The smallest scene, with changes."""
    return {
        "format": "scene",
        "version": 1,
        "id": "small",
        "title": "Small",
        "rating": "everyone",
        "languages": ["en"],
        "roles": {"one": {"label": "somebody"}},
        "initial": "end",
        "states": {"end": {"type": "final", "ending": {"title": "The end"}}},
        **changes,
    }


def refused(data: Any) -> SceneError:
    source = data if isinstance(data, str | bytes) else json.dumps(data)
    with pytest.raises(SceneError) as error:
        read_scene(source)
    assert len(str(error.value)) < 600
    return error.value


def test_a_scene_is_written_as_it_was_read_byte_for_byte() -> None:
    for name in content.scene_ids():
        stored = (content.FOLDER / f"{name}.json").read_bytes()
        assert write_scene(read_scene(stored)) == stored


def test_any_accepted_file_has_one_canonical_form() -> None:
    for seed in range(40):
        data = random_scenes.scene(Random(seed))  # noqa: S311 - no secret
        once = write_scene(read_scene(json.dumps(data)))
        assert read_scene(once) == from_json(data)
        assert write_scene(read_scene(once)) == once


def test_the_order_of_keys_and_the_spelling_of_numbers_do_not_matter() -> None:
    turned = dict(reversed(FEATURES.items()))
    text = json.dumps(turned).replace('"seconds": 60,', '"seconds": 60.0,')
    assert digest(read_scene(text)) == digest(from_json(FEATURES))


def test_unknown_extensions_come_back() -> None:
    odd = {"ours": {"z": [1, 2.5, None, {"é": "😀"}], "a": {"__proto__": 1e-9}}}
    data = small(extensions=odd)
    data["states"]["end"]["extensions"] = odd
    again = json.loads(write_scene(from_json(data)))
    assert again["extensions"] == again["states"]["end"]["extensions"] == odd


def test_numbers_are_written_as_in_javascript() -> None:
    written = {
        1.0: "1",
        0.1: "0.1",
        1e-5: "0.00001",
        1.5e-7: "1.5e-7",
        1e21: "1e+21",
        123456789012345680000.0: "123456789012345680000",
        -2.5: "-2.5",
    }
    assert {value: number(value) for value in written} == written


def changed(*way: Any, value: Any) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(FEATURES)
    inner = data
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return data


@pytest.mark.parametrize(
    ("data", "pointer", "words"),
    [
        ([], "", "an object"),
        ({}, "/format", '"format": "scene"'),
        (small(version=2), "/version", "version 1"),
        (small(version=True), "/version", "version 1"),
        (small(odd=1), "/odd", "extensions"),
        (small(id="__proto__"), "/id", "an id"),
        (small(id="a" * 1_000_000), "/id", "an id"),
        (small(title=""), "/title", "empty"),
        (small(title="a\u0000b"), "/title", "U+0000"),
        (small(title="\ud800"), "/title", "U+D800"),
        (small(title={"de": "Klein"}), "/title/de", "languages"),
        (small(languages=[]), "/languages", "1 or more"),
        (small(languages=["en", "en"]), "/languages", "twice"),
        (small(languages="en"), "/languages", "a list"),
        (small(roles={}), "/roles", "1 or more"),
        (small(roles={"all": {"label": "x"}}), "/roles/all", "another id"),
        (small(roles={"a/b~": {"label": "x"}}), "/roles/a~1b~0", "an id"),
        (small(context={"not": {"type": "bool", "start": True}}), "/context/not", ""),
        (small(context={"one": {"type": "bool", "start": True}}), "/context/one", ""),
        (small(context={"n": {"type": "list"}}), "/context/n/type", "int, float"),
        (
            small(context={"n": {"type": "int", "min": 3, "max": 1, "start": 1}}),
            "/context/n/min",
            "larger",
        ),
        (
            small(context={"n": {"type": "float", "min": 0, "max": 1, "start": 2}}),
            "/context/n/start",
            "outside",
        ),
        (
            small(context={"n": {"type": "int", "min": 0, "max": 2**31, "start": 0}}),
            "/context/n/max",
            "2147483647",
        ),
        (
            small(context={"n": {"type": "enum", "values": ["a"], "start": "b"}}),
            "/context/n/start",
            "values",
        ),
        (changed("states", "bag", "type", value="history"), "/states/bag", "history"),
        (changed("states", "bag", "ending", value={"title": "x"}), "", "ending"),
        (
            changed("states", "house", "initial", value="NO"),
            "/states/house/initial",
            "",
        ),
        (changed("states", "hall", value={}), "/states/house/states/hall", "this id"),
        (
            changed("states", "bag", "choices", 1, "id", value="back"),
            "/states/bag/choices/1/id",
            "called back",
        ),
    ],
)
def test_what_is_odd_is_named_with_its_place(
    data: Any, pointer: str, words: str
) -> None:
    error = refused(data)
    assert error.pointer.startswith(pointer) if pointer else True
    assert words in error.message


def test_a_key_that_stands_twice_is_refused_where_it_stands() -> None:
    text = json.dumps(small(extensions={"a": {"b": 1}}))
    error = refused(text.replace('"b": 1', '"b": 1, "b": 2'))
    assert error.pointer == "/extensions/a/b"
    error = refused(text.replace('"end": {', '"end": {}, "end": {'))
    assert error.pointer == "/states/end"


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", "[1,]", "NaN", '{"format": Infinity}', b"\xff\xfe{}", "{}" * 2],
)
def test_what_is_not_json_is_refused(text: str | bytes) -> None:
    refused(text)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def states(count: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"s{i}": {
            "beats": [{"type": "narration", "text": "Hm."}],
            "choices": [{"id": "go", "text": "Go", "target": f"s{i + 1}"}],
        }
        for i in range(count)
    }
    return {**found, f"s{count}": small()["states"]["end"]}


def deep(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"leaf": {}}
    for i in range(depth):
        inner = {f"s{i}": {"initial": next(iter(inner)), "states": inner}}
    return inner


BOMBS: dict[str, Callable[[], Any]] = {
    "100,000 lists deep": lambda: nested(100_000),
    "10 MB": lambda: json.dumps(small(title="a" * 10_000_000)),
    "lists": lambda: json.dumps(small(extensions={"a": 0})).replace(
        "0}", "[" + "[]," * 1_600_000 + "[]]}"
    ),
    "100,000 states": lambda: json.dumps(small(initial="s0", states=states(100_000))),
    "10,001 states": lambda: json.dumps(small(initial="s0", states=states(10_001))),
    "states 9 deep": lambda: json.dumps(small(states=deep(9))),
    "states 300 deep": lambda: json.dumps(small(states=deep(300))),
    "extensions 17 deep": lambda: json.dumps(small(extensions={"a": 0})).replace(
        "0}", nested(17) + "}"
    ),
    "a number of 1,000,000 digits": lambda: json.dumps(small()).replace(
        '"version": 1', '"version": ' + "1" * 1_000_000
    ),
    "1e999": lambda: json.dumps(small(extensions={"a": 0})).replace("0}", "1e999}"),
    "NaN in bounds": lambda: (
        '{"format":"scene","version":1,"context":{"a":{"type":"float","min":NaN}}}'
    ),
    "a million characters of conditions": lambda: json.dumps(
        small(
            states={
                f"s{i}": {"choices": [{"id": "a", "text": "a", "guard": "b" * 500}]}
                for i in range(2000)
            }
        )
    ),
    "many strings": lambda: json.dumps(small(genre=["ab"] * 1_000_000))[:4_900_000],
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_a_second(name: str) -> None:
    source = BOMBS[name]().encode()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    refused(source)
    assert time.process_time() - started < 1.0
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200_000, "kilobytes"


def test_the_largest_scene_is_read_and_written() -> None:
    data = small(initial="s0", states=states(limits.STATES - 1))
    scene = from_json(data)
    assert len(scene.states) == limits.STATES
    assert read_scene(write_scene(scene)) == scene
