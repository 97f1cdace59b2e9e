"""JSON to a Scene, strictly: an unknown key, a wrong type, too much of anything is refused.

What refers to something else (targets, roles, variables, conditions) is read as
written; `scenes.machine.linking` and the validator say what leads nowhere, so that a
draft can be kept.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, NoReturn

from scenes.machine import limits, model, values
from scenes.machine.errors import SceneError
from scenes.machine.values import list_of, map_of, number, odd, one_of, text_of

if TYPE_CHECKING:
    from scenes.machine.values import Languages, Read, Way

VERSION = 1

_BRACKETS = 600_000
"""Objects and lists in a file: a bound on memory before it is parsed."""

_words = values.words
_id = values.identifier
_mood = one_of(model.MOODS)
_guard = text_of(limits.EXPRESSION, least=1)
_note = text_of(limits.TEXT)
_volume = number(0.0, 1.0)
_tags = list_of(text_of(limits.IDENTIFIER, least=1), 20, once=True)


def _record(kind: type) -> Read:
    """An object with exactly the fields of a dataclass; the table is filled below."""

    def read(value: Any, way: Way, languages: Languages) -> Any:
        found = values.an_object(value, way)
        readers, required = _FIELDS[kind]
        taken = {}
        for key, item in found.items():
            reader = readers.get(key)
            if reader is None:
                odd(
                    (way, key),
                    f"no such key here; known are {', '.join(readers)}. What is your "
                    "own belongs into extensions",
                )
            taken[key] = reader(item, (way, key), languages)
        if not required <= taken.keys():
            odd(way, f"lacks {', '.join(sorted(required - taken.keys()))}")
        if check := _CHECKS.get(kind):
            check(taken, way)
        return kind(**taken)

    return read


def _tagged(kinds: tuple[Any, ...], attribute: str = "type") -> Read:
    """One of several records, told by its `type`."""
    by_name = {getattr(kind, attribute): _record(kind) for kind in kinds}

    def read(value: Any, way: Way, languages: Languages) -> Any:
        found = values.an_object(value, way)
        name = found.get("type")
        reader = by_name.get(name) if isinstance(name, str) else None
        if reader is None:
            odd((way, "type"), f"one of {', '.join(by_name)} is needed")
        rest = {key: item for key, item in found.items() if key != "type"}
        return reader(rest, way, languages)

    return read


_actions = list_of(_tagged((model.Assign, model.Roll)), limits.ACTIONS)
_move = {"target": _id, "guard": _guard, "actions": _actions}
_int = values.integer(-limits.INTEGER, limits.INTEGER)
_float = number(-limits.FLOAT, limits.FLOAT)
_value = text_of(200)

_READERS: dict[type, dict[str, Read]] = {
    model.Requires: {
        "rating": one_of(model.RATINGS),
        "voice": values.boolean,
        "tags": _tags,
    },
    model.Role: {
        "label": _words,
        "requires": _record(model.Requires),
        "suits": _words,
    },
    model.IntVariable: {"min": _int, "max": _int, "start": _int, "about": _note},
    model.FloatVariable: {
        "min": _float,
        "max": _float,
        "start": _float,
        "about": _note,
    },
    model.BoolVariable: {"start": values.boolean, "about": _note},
    model.EnumVariable: {
        "values": list_of(text_of(200, least=1), 100, least=1, once=True),
        "start": _value,
        "about": _note,
    },
    model.StringVariable: {
        "max_length": values.integer(1, 200),
        "start": _value,
        "about": _note,
    },
    model.Dice: {
        "count": values.integer(1, limits.DICE_COUNT),
        "sides": values.integer(2, limits.DICE_SIDES),
        "about": _note,
    },
    model.Assign: {
        "variable": _id,
        "value": text_of(limits.EXPRESSION, least=1),
    },
    model.Roll: {"dice": _id},
    model.Line: {
        "role": _id,
        "text": _words,
        "emotion": _mood,
        "listeners": list_of(_id, limits.ROLES, once=True),
        "guard": _guard,
    },
    model.Narration: {"text": _words, "guard": _guard},
    model.Pause: {"seconds": number(0.0, limits.SECONDS), "guard": _guard},
    model.Camera: {
        "on": text_of(limits.IDENTIFIER, least=1),
        "zoom": number(0.5, 4.0),
        "ease": number(0.0, 60.0),
        "guard": _guard,
    },
    model.Sound: {
        "sound": values.asset,
        "volume": _volume,
        "loop": values.boolean,
        "guard": _guard,
    },
    model.Emotion: {
        "role": _id,
        "emotion": _mood,
        "weight": _volume,
        "guard": _guard,
    },
    model.Improv: {
        "role": _id,
        "goal": text_of(limits.TEXT, least=1),
        "turns": values.integer(1, 20),
        "fallback": _words,
        "never": list_of(text_of(200, least=1), 20, once=True),
        "emotion": _mood,
        "guard": _guard,
    },
    model.Transition: _move,
    model.Timer: {"seconds": number(0.0, limits.SECONDS), **_move},
    model.Choice: {"id": _id, "text": _words, **_move},
    model.Ending: {"title": _words, "mood": _mood},
    model.State: {
        "type": one_of(("final", "history")),
        "title": text_of(200),
        "background": values.asset,
        "entry": _actions,
        "exit": _actions,
        "beats": list_of(
            _tagged(
                (
                    model.Line,
                    model.Narration,
                    model.Pause,
                    model.Camera,
                    model.Sound,
                    model.Emotion,
                    model.Improv,
                )
            ),
            limits.BEATS,
        ),
        "choices": list_of(_record(model.Choice), limits.CHOICES),
        "always": list_of(_record(model.Transition), limits.TRANSITIONS),
        "after": list_of(_record(model.Timer), limits.TRANSITIONS),
        "initial": _id,
        "states": map_of(_record(model.State), limits.STATES, least=1),
        "history": one_of(("shallow", "deep")),
        "target": _id,
        "ending": _record(model.Ending),
    },
    model.Scene: {
        "id": _id,
        "title": _words,
        "logline": _words,
        "genre": text_of(200),
        "rating": one_of(model.RATINGS),
        "languages": list_of(values.language, limits.LANGUAGES, least=1, once=True),
        "player": _words,
        "roles": map_of(
            _record(model.Role), limits.ROLES, least=1, reserved=values.RESERVED
        ),
        "context": map_of(
            _tagged(
                (
                    model.IntVariable,
                    model.FloatVariable,
                    model.BoolVariable,
                    model.EnumVariable,
                    model.StringVariable,
                ),
                "kind",
            ),
            limits.VARIABLES,
            reserved=values.RESERVED,
        ),
        "dice": map_of(_record(model.Dice), limits.DICE),
        "initial": _id,
        "states": map_of(_record(model.State), limits.STATES, least=1),
    },
}

_FIELDS: dict[type, tuple[dict[str, Read], frozenset[str]]] = {
    kind: (
        {**readers, "extensions": values.extensions},
        frozenset(
            f.name
            for f in fields(kind)
            if f.default is MISSING and f.default_factory is MISSING
        ),
    )
    for kind, readers in _READERS.items()
}


def _check_bounds(taken: dict[str, Any], way: Way) -> None:
    if taken["min"] > taken["max"]:
        odd((way, "min"), "min is larger than max")
    if not taken["min"] <= taken["start"] <= taken["max"]:
        odd((way, "start"), "start lies outside min and max")


def _check_enum(taken: dict[str, Any], way: Way) -> None:
    if taken["start"] not in taken["values"]:
        odd((way, "start"), "start is not one of the values")


def _check_string(taken: dict[str, Any], way: Way) -> None:
    if len(taken["start"]) > taken["max_length"]:
        odd((way, "start"), "start is longer than max_length")


def _check_state(taken: dict[str, Any], way: Way) -> None:
    """Each kind of state has its own keys."""
    kind = taken.get("type", "")
    if kind == "final":
        allowed = {"type", "title", "background", "entry", "beats", "ending"}
        if "ending" not in taken:
            odd(way, "a final state needs its ending")
    elif kind == "history":
        allowed = {"type", "title", "history", "target"}
        if not {"history", "target"} <= taken.keys():
            odd(way, "a history state needs history and target")
        if way is not None and way[0] == (None, "states"):
            odd(way, "a history state belongs into a compound state")
    else:
        allowed = _PLAIN
        if ("states" in taken) != ("initial" in taken):
            odd(way, "a compound state needs both states and initial")
    if wrong := sorted(taken.keys() - allowed - {"extensions"}):
        kind_name = f"a {kind} state" if kind else "this state"
        odd((way, wrong[0]), f"{kind_name} cannot have {wrong[0]}")
    seen: set[str] = set()
    for i, choice in enumerate(taken.get("choices", ())):
        if choice.id in seen:
            odd(
                (((way, "choices"), i), "id"),
                f"two choices of one state are called {choice.id}",
            )
        seen.add(choice.id)


_PLAIN = {
    *("title", "background", "entry", "exit", "beats", "choices", "always", "after"),
    *("states", "initial"),
}
_CHECKS = {
    model.IntVariable: _check_bounds,
    model.FloatVariable: _check_bounds,
    model.EnumVariable: _check_enum,
    model.StringVariable: _check_string,
    model.State: _check_state,
}


def read_scene(source: bytes | str) -> model.Scene:
    """The scene of a JSON file. SceneError says what is odd, and where."""
    data = source.encode("utf-8", "replace") if isinstance(source, str) else source
    if len(data) > limits.BYTES:
        raise SceneError("", f"{len(data)} bytes; {limits.BYTES} are the most")
    if data.count(b"{") + data.count(b"[") > _BRACKETS:
        raise SceneError("", f"more than {_BRACKETS} objects and lists")
    return from_json(_parsed(data))


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=values.collect,
            parse_constant=_no_constant,
            parse_int=_whole,
        )
    except UnicodeDecodeError:
        raise SceneError("", "not UTF-8") from None
    except RecursionError:
        raise SceneError("", "nested too deeply") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise SceneError("", f"not JSON at {where}: {error.msg}") from None


def _no_constant(name: str) -> NoReturn:
    raise SceneError("", f"{name} is not JSON")


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise SceneError("", f"a number of {len(digits)} digits")
    return int(digits)


def from_json(data: Any) -> model.Scene:
    """The scene of parsed JSON."""
    found = values.an_object(data, None)
    if found.get("format") != "scene":
        raise SceneError("/format", 'a scene begins with "format": "scene"')
    if found.get("version") != VERSION or isinstance(found["version"], bool):
        raise SceneError("/version", f"version {VERSION} is known here")
    rest = {k: v for k, v in found.items() if k not in {"format", "version"}}
    languages = _READERS[model.Scene]["languages"](
        rest.get("languages"), (None, "languages"), ()
    )
    scene: model.Scene = _record(model.Scene)(rest, None, languages)
    _check_tree(scene)
    return scene


def _check_tree(scene: model.Scene) -> None:
    """Ids of states are unique in the whole scene, which is neither large nor deep."""
    names = {**scene.roles, **scene.context}
    if len(names) < len(scene.roles) + len(scene.context):
        twice = sorted(set(scene.roles) & set(scene.context))[0]
        odd(((None, "context"), twice), "a role has this id too; texts name both")
    seen: set[str] = set()
    computing = 0
    waiting: list[tuple[Way, Any, int]] = [((None, "states"), scene.states, 1)]
    while waiting:
        way, states, depth = waiting.pop()
        if depth > limits.NESTING:
            odd(way, f"states nested more than {limits.NESTING} deep")
        for name, state in states.items():
            if name in seen:
                odd((way, name), "another state has this id")
            seen.add(name)
            computing += _expressions(state)
            if state.states:
                waiting.append((((way, name), "states"), state.states, depth + 1))
    if len(seen) > limits.STATES:
        odd((None, "states"), f"{len(seen)} states; {limits.STATES} are the most")
    if computing > limits.EXPRESSIONS:
        odd(
            (None, "states"),
            f"conditions and values of {computing} characters; {limits.EXPRESSIONS} "
            "are the most",
        )


def _expressions(state: model.State) -> int:
    """Characters of a state's conditions and values."""
    edges: list[model.Choice | model.Transition | model.Timer] = [
        *state.choices,
        *state.always,
        *state.after,
    ]
    acts = [*state.entry, *state.exit, *(act for edge in edges for act in edge.actions)]
    values = sum(len(act.value) for act in acts if isinstance(act, model.Assign))
    guards = sum(len(edge.guard) for edge in edges)
    return values + guards + sum(len(beat.guard) for beat in state.beats)
