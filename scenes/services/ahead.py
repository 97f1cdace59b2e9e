"""Which lines are likely to be told soon: breadth first through the machine's choices,
the ones that most people take first. Pure; it never waits for a voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.filling import Spot, spot_of
from scenes.machine import PlayError
from scenes.machine.model import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scenes.machine import Machine
    from scenes.machine.machine import Position

    Counts = Mapping[tuple[str, str], int]
    """State and choice to how many took it."""

POSITIONS = 150
"""Looked at; about 2 ms of the launch scenes. A scene with many choices is cut short."""

WORK = 200_000
"""In the unit of ``scenes.machine.linking.Node.weight``: no file makes this slow."""


def along(
    machine: Machine,
    position: Position,
    *,
    budget: int,
    counts: Counts | None = None,
) -> tuple[Spot, ...]:
    """At most `budget` lines that follow `position`, each once, the nearest first; of
    those equally near the more popular. What `position` itself told is not among them.
    """
    found: dict[tuple[str, int, tuple[object, ...]], Spot] = {}
    seen = {_key(position)}
    level, looked = [position], 0
    until = machine.work + WORK
    while level and len(found) < budget:
        following: list[tuple[int, Position]] = []
        for one in level:
            for weight, after in _after(machine, one, counts or {}):
                looked += 1
                key = _key(after)
                if key not in seen:
                    seen.add(key)
                    following.append((weight, after))
                if looked >= POSITIONS or machine.work > until:
                    break
            if looked >= POSITIONS or machine.work > until:
                break
        following.sort(key=lambda pair: -pair[0])
        level = [after for _, after in following]
        for one in level:
            for spot in lines_told(machine, one):
                found.setdefault(
                    (spot.state, spot.beat, (*spot.values.values(),)), spot
                )
        if looked >= POSITIONS or machine.work > until:
            break
    return tuple(found.values())[:budget]


def lines_told(machine: Machine, position: Position) -> Iterator[Spot]:
    """The lines, not the narrations, of the event that led here."""
    names = machine.program.variables
    for state, beat, shown in position.told:
        node = machine.program.nodes[state]
        if isinstance(node.state.beats[beat], Line):
            yield spot_of(node, beat, shown, names)


def _after(
    machine: Machine, position: Position, counts: Counts
) -> Iterator[tuple[int, Position]]:
    """Every position one event later, and how many people went there."""
    if machine.ended(position):
        return
    leaf = machine.leaf(position).id
    for choice in machine.open(position):
        try:
            yield counts.get((leaf, choice.id), 0), machine.choose(position, choice.id)
        except PlayError:
            continue
    if position.timers:
        try:
            yield 0, machine.wait(position, position.timers[0][0])
        except PlayError:
            return


def _key(position: Position) -> tuple[object, ...]:
    """Where it goes on from; what was told and the dice to come are left aside."""
    return (position.leaf, position.values, position.memory)
