"""Plays a scene along every way, as far as there is time: what is met was really there."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.machine import limits
from scenes.machine.checks.bounds import parts_of
from scenes.machine.errors import PlayError
from scenes.machine.findings import ERROR, WARNING, Finding
from scenes.machine.plays import Choose, Wait
from scenes.machine.trees import Comparison, Literal, Visits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenes.machine.linking import Program
    from scenes.machine.machine import Machine, Position
    from scenes.machine.plays import Event

WORK = 1000
"""For each position, in the unit of `Node.weight`: ten states of ordinary size."""

SEEDS = (0, 1, 2, 3)
"""Tried where dice decide."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a position was reached."""

    before: Step | None
    event: Event | None
    seed: int
    position: Position

    def events(self) -> tuple[Event, ...]:
        found = []
        step: Step | None = self
        while step is not None and step.event is not None:
            found.append(step.event)
            step = step.before
        return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Walk:
    complete: bool
    """Whether nothing else can ever happen: no dice, no clock, and all was seen."""

    positions: int
    states: frozenset[str]
    """Ids of the states that were entered or passed."""

    endings: dict[str, Step]
    """The shortest way to each ending that was met."""

    stuck: dict[str, Step]
    """By state: the shortest way to where nothing is open."""

    circling: set[str]
    """Ids of states from which an event goes in circles."""


def walk(machine: Machine, most: int) -> Walk:
    """Breadth first, through at most `most` positions; shorter ways come first."""
    program = machine.program
    seeds = SEEDS if program.dice else SEEDS[:1]
    found = Walk(False, 0, frozenset(), {}, {}, set())
    caps = _caps(program)
    seen: set[tuple[object, ...]] = set()
    states: set[int] = set()
    waiting: deque[Step] = deque()
    for seed in seeds:
        try:
            start = Step(None, None, seed, machine.start(seed))
        except PlayError:
            found.circling.add(program.scene.initial)
            continue
        waiting.append(start)
        seen.add(_key(start.position, caps))
    budget = machine.work + most * WORK
    while waiting and len(seen) <= most and machine.work < budget:
        step = waiting.popleft()
        here = step.position
        leaf = machine.leaf(here)
        states |= {node.index for node in leaf.path}
        states |= {state for state, _, _ in here.told}
        if leaf.final:
            found.endings.setdefault(leaf.id, step)
            continue
        events = list(_events(machine, here))
        if not events:
            found.stuck.setdefault(leaf.id, step)
        for event in events:
            if machine.work >= budget:
                break
            try:
                if isinstance(event, Wait):
                    there = machine.wait(here, event.at)
                else:
                    there = machine.choose(here, event.choice)
            except PlayError:
                found.circling.add(leaf.id)
                continue
            key = _key(there, caps)
            if key not in seen:
                seen.add(key)
                waiting.append(Step(step, event, step.seed, there))
    timed = any(node.after for node in program.nodes)
    everything = not waiting and machine.work < budget and not found.circling
    return Walk(
        everything and not program.dice and not timed,
        len(seen),
        frozenset(program.nodes[index].id for index in states),
        found.endings,
        found.stuck,
        found.circling,
    )


def _events(machine: Machine, position: Position) -> Iterator[Event]:
    leaf = machine.leaf(position).id
    for choice in machine.open(position):
        yield Choose(leaf, choice.id, position.at)
    if position.timers:
        yield Wait(position.timers[0][0])


def _caps(program: Program) -> list[int]:
    """For each counted state the number of visits above which all are the same.

    One more than it is ever compared with; without a cap where it is computed with.
    """
    caps = [0] * len(program.counted)
    waiting = list(program.trees())
    while waiting:
        node = waiting.pop()
        match node:
            case Visits(slot=slot, type=kind):
                least = 1 if kind.kind == "bool" else limits.INTEGER
                caps[slot] = max(caps[slot], least)
            case (
                Comparison(left=Visits() as count, right=Literal(value=value))
                | Comparison(left=Literal(value=value), right=Visits() as count)
            ) if isinstance(value, int) and count.type.kind == "int":
                caps[count.slot] = max(caps[count.slot], value + 1)
            case _:
                waiting += parts_of(node)
    return caps


def _key(position: Position, caps: list[int]) -> tuple[object, ...]:
    """What decides about the future; of the clock only what is left of the timers."""
    left = tuple((due - position.at, s, n) for due, s, n in position.timers)
    visits = tuple(map(min, position.visits, caps))
    return (
        position.leaf,
        position.values,
        visits,
        position.dice,
        position.memory,
        left,
        position.chance,
    )


def findings(found: Walk, machine: Machine) -> Iterator[Finding]:
    nodes = machine.program.by_id
    for name, step in found.stuck.items():
        yield Finding(
            ERROR,
            "stuck",
            f"Nothing is open any more in {name} after {_way(step)}. Let one choice "
            "stand without a condition.",
            nodes[name].pointer,
            name,
        )
    for name in sorted(found.circling):
        yield Finding(
            ERROR,
            "circle",
            f"From {name} the scene goes in circles without a choice.",
            nodes[name].pointer,
            name,
        )
    if found.complete:
        yield from _never(found, machine)


def _never(found: Walk, machine: Machine) -> Iterator[Finding]:
    """All ways were walked, so what was not met cannot be met."""
    for node in machine.program.nodes:
        if node.final and node.id not in found.endings:
            message = f"No way leads to the ending {node.id}, whatever one chooses."
            yield Finding(WARNING, "unreachable-ending", message, node.pointer, node.id)
    if not found.endings:
        yield Finding(ERROR, "no-ending", "No ending can be reached.", "/states")


def _way(step: Step) -> str:
    """The last choices that led here."""
    taken = [event.choice for event in step.events() if isinstance(event, Choose)]
    if not taken:
        return "the beginning"
    return ("… " if len(taken) > 4 else "") + ", ".join(taken[-4:])
