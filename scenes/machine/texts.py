"""Every text of a scene with its place, so that an application can screen all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenes.machine.errors import ExpressionError, pointer
from scenes.machine.expressions import literals
from scenes.machine.model import Improv, Line, Narration, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scenes.machine import model


@dataclass(frozen=True, slots=True)
class Found:
    text: str
    pointer: str
    state: str
    """Id of the state it belongs to; empty: the scene's."""

    shown: bool
    """Told to players; what is not, authors and remixers read all the same."""

    language: str = ""
    """Empty: not known, since it is no part of the story."""


def texts(scene: model.Scene) -> Iterator[Found]:
    """All words that a person wrote, once each, in the order of the file."""
    for name in ("title", "logline", "player"):
        yield from _words(getattr(scene, name), f"/{name}", scene)
    yield from _note(scene.genre, "/genre")
    for name, role in scene.roles.items():
        where = pointer("roles", name)
        yield from _words(role.label, where + "/label", scene)
        yield from _words(role.suits, where + "/suits", scene)
        for i, tag in enumerate(role.requires.tags):
            yield from _note(tag, f"{where}/requires/tags/{i}")
        yield from _extensions(role.requires.extensions, where + "/requires")
        yield from _extensions(role.extensions, where)
    for name, variable in scene.context.items():
        where = pointer("context", name)
        yield from _note(variable.about, where + "/about")
        for i, value in enumerate(getattr(variable, "values", ())):
            yield Found(value, f"{where}/values/{i}", "", True)
        if variable.kind == "string":
            yield Found(str(variable.start), where + "/start", "", True)
        yield from _extensions(variable.extensions, where)
    for name, dice in scene.dice.items():
        yield from _note(dice.about, pointer("dice", name, "about"))
        yield from _extensions(dice.extensions, pointer("dice", name))
    yield from _states(scene.states, "/states", scene)
    yield from _extensions(scene.extensions, "")


def _states(
    states: Mapping[str, model.State], where: str, scene: model.Scene
) -> Iterator[Found]:
    for name, state in states.items():
        yield from _state(name, state, where + pointer(name), scene)


def _state(
    name: str, state: model.State, where: str, scene: model.Scene
) -> Iterator[Found]:
    yield from _note(state.title, where + "/title", name)
    yield from _actions(state.entry, where + "/entry", name)
    yield from _actions(state.exit, where + "/exit", name)
    for i, beat in enumerate(state.beats):
        yield from _beat(beat, f"{where}/beats/{i}", name, scene)
    for kind in ("choices", "always", "after"):
        for i, edge in enumerate(getattr(state, kind)):
            here = f"{where}/{kind}/{i}"
            if kind == "choices":
                yield from _words(edge.text, here + "/text", scene, name)
            yield from _literals(edge.guard, here + "/guard", name)
            yield from _actions(edge.actions, here + "/actions", name)
            yield from _extensions(edge.extensions, here, name)
    if state.ending:
        yield from _words(state.ending.title, where + "/ending/title", scene, name)
        yield from _extensions(state.ending.extensions, where + "/ending", name)
    yield from _states(state.states, where + "/states", scene)
    yield from _extensions(state.extensions, where, name)


def _beat(
    beat: model.Beat, where: str, name: str, scene: model.Scene
) -> Iterator[Found]:
    if isinstance(beat, Line | Narration):
        yield from _words(beat.text, where + "/text", scene, name)
    if isinstance(beat, Improv):
        yield from _note(beat.goal, where + "/goal", name)
        yield from _words(beat.fallback, where + "/fallback", scene, name)
        for i, never in enumerate(beat.never):
            yield from _note(never, f"{where}/never/{i}", name)
    yield from _literals(beat.guard, where + "/guard", name)
    yield from _extensions(beat.extensions, where, name)


def _actions(
    actions: tuple[model.Action, ...], where: str, name: str
) -> Iterator[Found]:
    for i, action in enumerate(actions):
        yield from _literals(getattr(action, "value", ""), f"{where}/{i}/value", name)
        yield from _extensions(action.extensions, f"{where}/{i}", name)


def _literals(expression: str, where: str, name: str) -> Iterator[Found]:
    """Texts inside an expression: assigned to a variable, they may be shown."""
    try:
        found = literals(expression)
    except ExpressionError:
        found = (expression,)  # not understood, hence told as a whole
    for text in found:
        yield Found(text, where, name, True)


def _words(
    text: Text | None, where: str, scene: model.Scene, name: str = ""
) -> Iterator[Found]:
    if text is None:
        return
    first, others = scene.languages[0], text.others
    yield Found(text.main, where + (f"/{first}" if others else ""), name, True, first)
    for language, said in others.items():
        yield Found(said, f"{where}/{language}", name, True, language)


def _note(text: str, where: str, name: str = "") -> Iterator[Found]:
    if text:
        yield Found(text, where, name, False)


def _extensions(
    extensions: Mapping[str, Any], where: str, name: str = ""
) -> Iterator[Found]:
    waiting: list[tuple[Any, str]] = [(extensions, where + "/extensions")]
    while waiting:
        value, here = waiting.pop()
        if isinstance(value, str):
            yield from _note(value, here, name)
        elif isinstance(value, list):
            waiting += [(v, f"{here}/{i}") for i, v in enumerate(value)]
        elif hasattr(value, "items"):
            for key, inner in value.items():
                yield from _note(key, here, name)
                waiting.append((inner, here + pointer(key)))


def spoken(scene: model.Scene) -> Iterator[Text]:
    """What players are told, in the order of the file."""
    waiting = [scene.states]
    while waiting:
        for state in waiting.pop().values():
            for beat in state.beats:
                if isinstance(beat, Line | Narration):
                    yield beat.text
                elif isinstance(beat, Improv):
                    yield beat.fallback
            yield from (choice.text for choice in state.choices)
            if state.ending:
                yield state.ending.title
            if state.states:
                waiting.append(state.states)
