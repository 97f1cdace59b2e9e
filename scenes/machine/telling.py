"""What the last event told and what may be chosen, in words: texts with names filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.machine import placeholders
from scenes.machine.model import Improv, Line, Narration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenes.machine import model
    from scenes.machine.linking import Node
    from scenes.machine.machine import Machine, Position
    from scenes.machine.plays import Player
    from scenes.machine.trees import Value


@dataclass(frozen=True, slots=True)
class Told:
    state: str
    beat: int
    background: str
    written: model.Beat
    text: str
    """The words of a line, a narration or an improv's fallback; else empty."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that is open."""

    id: str
    text: str


def told(
    machine: Machine,
    position: Position,
    cast: Mapping[str, Player],
    language: str = "",
) -> tuple[Told, ...]:
    """The beats of the last event, in their order."""
    program = machine.program
    found = []
    for state, number, shown in position.told:
        node = program.nodes[state]
        beat = node.state.beats[number]
        names = (program.variables[slot] for slot in node.cues[number].shows)
        values = dict(zip(names, shown, strict=True))
        said = text_of(beat)
        text = said and fill(said, machine.scene, values, cast, language)
        found.append(Told(node.id, number, background(node), beat, text or ""))
    return tuple(found)


def offers(
    machine: Machine,
    position: Position,
    cast: Mapping[str, Player],
    language: str = "",
) -> tuple[Offer, ...]:
    """The open choices, in the order in which they are shown."""
    if machine.ended(position):
        return ()
    values = dict(zip(machine.program.variables, position.values, strict=True))
    return tuple(
        Offer(choice.id, fill(choice.text, machine.scene, values, cast, language))
        for choice in machine.open(position)
    )


def text_of(beat: model.Beat) -> model.Text | None:
    if isinstance(beat, Line | Narration):
        return beat.text
    return beat.fallback if isinstance(beat, Improv) else None


def background(node: Node) -> str:
    """Its own, or that of the nearest state around it."""
    return next(
        (one.state.background for one in reversed(node.path) if one.state.background),
        "",
    )


def fill(
    text: model.Text,
    scene: model.Scene,
    values: Mapping[str, Value],
    cast: Mapping[str, Player],
    language: str = "",
) -> str:
    """A role without a character goes by its label."""

    def value(name: str) -> str | None:
        if name in values:
            return placeholders.shown(values[name])
        if name in cast:
            return cast[name].name
        role = scene.roles.get(name)
        return role.label.in_language(language) if role else None

    return placeholders.filled(text.in_language(language), value)
