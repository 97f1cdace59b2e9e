"""The editor writes scenes as Python does: one scene, one text, byte for byte."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from scenes import content
from scenes.machine.reading import from_json, read_scene
from scenes.machine.writing import to_json, write_scene
from tests.scenes import random_scenes

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENES = 300
HERE = Path(__file__).parent
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node on this machine")

ODD: tuple[Any, ...] = (
    *(
        12345678901234567890,
        -9007199254740993,
        0,
        -0.0,
        1e16,
        1e21,
        1.5e-7,
        0.1,
        5e-324,
    ),
    *("", 'a "b" \\ \n\t\b\f\r\x01\x7f', "\ufeff\u2028é😀", True, False, None, [], {}),
    {"__proto__": {"x": [1, [], {}]}, "10": 1, "9": 2, "constructor": None},
    {"\uffee": 1, "😀": 2, "a/b~c": {"": 0.30000000000000004}},
)
"""What extensions may hold."""


def shuffled(value: Any, random: Random, key: str = "") -> Any:
    """The same scene, with the keys of its objects in any order."""
    if isinstance(value, dict):
        names = list(value)
        if key not in {"roles", "context", "dice", "states"}:
            random.shuffle(names)
        return {name: shuffled(value[name], random, name) for name in names}
    if isinstance(value, list):
        return [shuffled(one, random) for one in value]
    return value


def extended(value: Any, random: Random, key: str = "") -> None:
    """Things of other programs, anywhere."""
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return
    for name, one in value.items() if isinstance(value, dict) else enumerate(inner):
        if name not in {"text", "title", "label", "fallback", "suits", "extensions"}:
            extended(one, random, str(name))
    named = key in {"roles", "context", "dice", "states"}
    if isinstance(value, dict) and not named and random.random() < 0.2:
        value["extensions"] = {"x.other": random.choice(ODD), "a": random.choice(ODD)}


def explicit(scene: dict[str, Any]) -> None:
    """Defaults that somebody wrote out."""
    scene |= {"genre": "", "dice": scene.get("dice", {}), "extensions": {}}
    scene["title"] = {"en": "Random"}
    scene["roles"]["one"]["requires"] = {"voice": False, "tags": []}
    scene["roles"]["two"]["suits"] = {"de": "wer mag", "en": "anybody"}
    waiting = [scene["states"]]
    while waiting:
        for state in waiting.pop().values():
            waiting += [state["states"]] if "states" in state else []
            for beat in state.get("beats", ()):
                if beat["type"] == "line":
                    beat.setdefault("emotion", "calm")
                if beat["type"] == "camera":
                    beat.setdefault("zoom", 1.0)
            for edge in state.get("choices", ()):
                edge.setdefault("actions", [])


def sources() -> Iterator[str]:
    for name in content.scene_ids():
        yield json.dumps(to_json(content.scene(name)))
    for seed in range(SCENES):
        random = Random(f"texts {seed}")  # noqa: S311 - no secret
        scene = random_scenes.scene(random, deep=2)
        scene = json.loads(json.dumps(scene))
        extended(scene, random)
        if seed % 2:
            explicit(scene)
        yield json.dumps(shuffled(scene, random), ensure_ascii=bool(seed % 3))


def compared(texts: list[tuple[str, str]], folder: Path) -> Any:
    file = folder / "texts.jsonl"
    file.write_text(
        "\n".join(json.dumps({"source": s, "written": w}) for s, w in texts),
        encoding="utf-8",
    )
    return subprocess.run(
        [str(NODE), str(HERE / "writes.mjs"), str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@needs_node
def test_the_editor_writes_every_scene_as_python_does(tmp_path: Path) -> None:
    texts = [(text, write_scene(read_scene(text)).decode()) for text in sources()]
    assert sum("12345678901234567890" in written for _, written in texts) > 5
    done = compared(texts, tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == str(len(texts))


@needs_node
def test_a_text_that_differs_by_a_character_is_noticed(tmp_path: Path) -> None:
    random = Random(1)  # noqa: S311 - no secret
    scene = from_json(random_scenes.scene(random))
    written = write_scene(scene).decode()
    done = compared([(written, written.replace("Random", "random", 1))], tmp_path)
    assert done.returncode != 0
    assert "text 0" in done.stderr
