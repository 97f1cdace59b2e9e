"""The words of a beat with its names and values, made here and never by a client. No rows.

Values come from a client all the same, so each is held against what its variable can be:
a number within its bounds, a text that stands in the file.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scenes.machine import PlayError, positions, telling
from scenes.machine.expressions import literals
from scenes.machine.model import Assign, EnumVariable, Improv, Line, StringVariable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scenes.machine import Machine
    from scenes.machine.linking import Cue, Node
    from scenes.machine.plays import Player
    from scenes.machine.trees import Value


class FillingError(ValueError):
    """There is no such line in this version, or it cannot say that; the message is for
    whoever writes the client."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a line stands, and what its text shows."""

    state: str
    beat: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Filled:
    role: str
    words: str
    emotion: str
    language: str
    """In which the words are: not always the one that was asked for."""


def filled(
    machine: Machine,
    spot: Spot,
    *,
    cast: Mapping[str, Player],
    language: str = "",
) -> Filled:
    """FillingError for a spot that this version does not have."""
    node = machine.program.by_id.get(spot.state)
    if node is None or not 0 <= spot.beat < len(node.state.beats):
        raise FillingError(f"There is no beat {spot.beat} in {spot.state[:64]}.")
    beat = node.state.beats[spot.beat]
    text = telling.text_of(beat)
    if text is None or not isinstance(beat, Line | Improv):
        raise FillingError(f"Nobody speaks in beat {spot.beat} of {spot.state[:64]}.")
    values = _checked(machine, node.cues[spot.beat], spot.values)
    words = telling.fill(text, machine.scene, values, cast, language)
    spoken = language if language in text.others else machine.scene.languages[0]
    return Filled(beat.role, words, beat.emotion, spoken)


def spot_of(node: Node, beat: int, shown: tuple[Value, ...], names: Names) -> Spot:
    """As a position has it, by names. `names`: of the variables by slot."""
    slots = node.cues[beat].shows
    held = {names[slot]: value for slot, value in zip(slots, shown, strict=True)}
    return Spot(node.id, beat, held)


Names = tuple[str, ...]


def possible(machine: Machine, sent: Mapping[str, Any]) -> dict[str, Value]:
    """Of what was sent: the values that variables of this scene can hold."""
    found = {}
    for name in sent.keys() & machine.scene.context.keys():
        with suppress(FillingError):
            found[name] = _held(machine, name, sent[name])
    return found


def _checked(machine: Machine, cue: Cue, sent: Mapping[str, Any]) -> dict[str, Value]:
    """The values that the text shows; others that were sent do not matter."""
    found = {}
    for slot in cue.shows:
        name = machine.program.variables[slot]
        if name not in sent:
            raise FillingError(f"The value of {name} is missing.")
        found[name] = _held(machine, name, sent[name])
    return found


def _held(machine: Machine, name: str, sent: Any) -> Value:
    variable = machine.scene.context[name]
    try:
        value = positions.value_of(name, variable, sent)
    except PlayError as error:
        raise FillingError(f"{error}.") from None
    if isinstance(variable, StringVariable) and value not in _texts(machine):
        raise FillingError(f"{name} never holds that text.")
    return value


@lru_cache(16)
def _texts(machine: Machine) -> frozenset[str]:
    """All that a text variable can hold: each stands in the file and was screened."""
    return frozenset(_written(machine))


def _written(machine: Machine) -> Iterator[str]:
    for variable in machine.scene.context.values():
        if isinstance(variable, StringVariable):
            yield variable.start
        elif isinstance(variable, EnumVariable):
            yield from variable.values
    for node in machine.program.nodes:
        acts = [*node.entry, *node.exit]
        for edge in node.edges():
            acts += edge.acts
        for act in acts:
            if isinstance(act.action, Assign):
                yield from literals(act.action.value)
