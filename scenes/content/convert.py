"""Takes the outlines of the launch content over into the format of scenes.

    python -m scenes.content.convert

The outlines are ``socialapp/content/scenes/*.json``, described in the README there.
What they tell on later visits becomes beats with conditions, their guards and effects
expressions, and each choice gets an id from its words.
"""

from __future__ import annotations

import json
import re
from typing import Any

from scenes.content import FOLDER
from scenes.machine.reading import from_json
from scenes.machine.writing import write_scene
from socialapp.content.library import FOLDER as OUTLINES

_SIGNS = {"eq": "==", "gte": ">=", "lte": "<="}


def outlines() -> dict[str, dict[str, Any]]:
    """By id."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((OUTLINES / "scenes").glob("*.json"))
        if path.stem != "backgrounds"
    }


def converted(outline: dict[str, Any]) -> bytes:
    """The canonical file of an outline's scene."""
    kept = ("id", "title", "logline", "genre", "rating", "player", "roles", "context")
    scene = {
        "format": "scene",
        "version": 1,
        **{key: outline[key] for key in kept},
        "languages": ["en"],
        "initial": outline["initial"],
        "states": {
            name: _state(name, state) for name, state in outline["states"].items()
        },
    }
    return write_scene(from_json(scene))


def _state(name: str, state: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "background": state["background"],
        "beats": _beats(name, state),
    }
    if state.get("type") == "final":
        return {**found, "type": "final", "ending": state["ending"]}
    taken: set[str] = set()
    for kind in ("choices", "always"):
        if kind in state:
            found[kind] = [_edge(edge, taken) for edge in state[kind]]
    return found


def _beats(name: str, state: dict[str, Any]) -> list[dict[str, Any]]:
    tellings = [state, *state.get("again", [])]
    found = []
    for number, told in enumerate(tellings, start=1):
        guard = {}
        if len(tellings) > 1:
            sign = ">=" if number == len(tellings) else "=="
            guard = {"guard": f"visits({name}) {sign} {number}"}
        if told["narration"]:
            found.append({"type": "narration", "text": told["narration"], **guard})
        found += [{"type": "line", **line, **guard} for line in told["lines"]]
    if "improv" in state:
        improv = state["improv"]
        found.append(
            {
                "type": "improv",
                "role": improv["role"],
                "goal": improv["goal"],
                "turns": improv["bounds"]["turns"],
                "never": improv["bounds"]["never"],
                "fallback": improv["fallback"],
            }
        )
    return found


def _edge(edge: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"target": edge["to"]}
    if "text" in edge:
        found = {"id": _choice_id(edge["text"], taken), "text": edge["text"], **found}
    if "when" in edge:
        found["guard"] = _guard(edge["when"])
    if effects := edge.get("effects"):
        found["actions"] = [_action(effect) for effect in effects]
    return found


def _choice_id(text: str, taken: set[str]) -> str:
    """Its first words, which no choice of the state has had."""
    plain = re.sub(r"['’]", "", text.lower())
    words = re.findall(r"[a-z0-9]+", plain)
    words = words[next(i for i, word in enumerate(words) if word[0].isalpha()) :]
    for count in range(min(3, len(words)), len(words) + 1):
        found = "_".join(words[:count])[:60].rstrip("_")
        if found not in taken:
            taken.add(found)
            return found
    raise ValueError(f"two choices begin with the same words: {text}")


def _guard(guard: dict[str, Any]) -> str:
    kind, params = guard["type"], guard["params"]
    if kind == "not":
        return f"not ({_guard(params['of'][0])})"
    if kind in {"and", "or"}:
        parts = [_guard(part) for part in params["of"]]
        nested = [part["type"] in {"and", "or"} for part in params["of"]]
        return f" {kind} ".join(
            f"({part})" if inner else part
            for part, inner in zip(parts, nested, strict=True)
        )
    key, value = params["key"], params["value"]
    if isinstance(value, bool):
        return key if value else f"not {key}"
    return f"{key} {_SIGNS[kind]} {_literal(value)}"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else str(value)


def _action(effect: dict[str, Any]) -> dict[str, Any]:
    params = effect["params"]
    key = params["key"]
    if effect["type"] == "set":
        value = _literal(params["value"])
    else:
        by = params["by"]
        value = f"{key} {'-' if by < 0 else '+'} {abs(by)}"
    return {"type": "assign", "variable": key, "value": value}


def main() -> None:
    for name, outline in outlines().items():
        (FOLDER / f"{name}.json").write_bytes(converted(outline))


if __name__ == "__main__":
    main()
