"""A position as plain JSON, by names instead of numbers, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from scenes.machine import limits
from scenes.machine.errors import PlayError
from scenes.machine.machine import Position
from scenes.machine.model import BoolVariable, EnumVariable, FloatVariable, IntVariable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.machine import model
    from scenes.machine.linking import Node
    from scenes.machine.machine import Machine
    from scenes.machine.trees import Value


def to_json(machine: Machine, position: Position) -> dict[str, Any]:
    program = machine.program
    nodes = program.nodes
    told = []
    for state, beat, shown in position.told:
        cue = nodes[state].cues[beat]
        names = (program.variables[slot] for slot in cue.shows)
        told.append(
            {
                "state": nodes[state].id,
                "beat": beat,
                "values": dict(zip(names, shown, strict=True)),
            }
        )
    return {
        "state": nodes[position.leaf].id,
        "context": dict(zip(program.variables, position.values, strict=True)),
        "visits": {
            node.id: count
            for node, count in zip(program.counted, position.visits, strict=True)
        },
        "dice": dict(zip(program.dice, position.dice, strict=True)),
        "history": {
            node.id: nodes[kept].id
            for node, kept in zip(program.remembered, position.memory, strict=True)
            if kept >= 0
        },
        "timers": [
            {"state": nodes[state].id, "timer": number, "at": due}
            for due, state, number in position.timers
        ],
        "chance": position.chance,
        "at": position.at,
        "told": told,
    }


def from_json(machine: Machine, data: Any) -> Position:
    """PlayError ``unreadable`` for what this scene's plays can never look like."""
    program = machine.program
    found = _object(data, "a position")
    wanted = {
        *("state", "context", "visits", "dice", "history", "timers", "chance", "at"),
        "told",
    }
    if found.keys() != wanted:
        _fail(f"a position has the keys {', '.join(sorted(wanted))}")
    leaf = _node(machine, found["state"])
    if leaf.compound or leaf.history:
        _fail(f"{leaf.id} is no state to be in")
    at, state = found["at"], found["chance"]
    if not _number(at) or not 0 <= at <= limits.CLOCK:
        _fail("at is no second of a play's clock")
    if not _counts([state], limits.SEED):
        _fail("chance is no state of the generator")
    return Position(
        leaf.index,
        values(machine, found["context"]),
        _numbers(found["visits"], [node.id for node in program.counted], "visits"),
        _numbers(found["dice"], program.dice, "dice"),
        tuple(_memory(machine, found["history"], node) for node in program.remembered),
        tuple(sorted(_timer(machine, leaf, one) for one in _list(found["timers"]))),
        state,
        float(at),
        tuple(_told(machine, one) for one in _list(found["told"])),
    )


def values(machine: Machine, data: Any) -> tuple[Value, ...]:
    """Of all variables, by slot."""
    found = _object(data, "context")
    declared = machine.scene.context
    if found.keys() != declared.keys():
        _fail("context does not hold exactly the scene's variables")
    return tuple(
        value_of(name, variable, found[name]) for name, variable in declared.items()
    )


def value_of(name: str, variable: model.Variable, value: Any) -> Value:
    """The value, if the variable may hold it."""
    fits = False
    match variable:
        case IntVariable(min=low, max=high):
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            fits = _whole(value) and low <= value <= high
        case FloatVariable(min=least, max=most):
            fits = _number(value) and least <= value <= most
            value = float(value) + 0.0 if fits else value
        case BoolVariable():
            fits = isinstance(value, bool)
        case EnumVariable(values=known):
            fits = value in known
        case _:
            fits = isinstance(value, str) and len(value) <= variable.max_length
    if not fits:
        _fail(f"{name} cannot be that")
    held: Value = value
    return held


def _fail(message: str) -> NoReturn:
    raise PlayError("unreadable", message)


def _object(data: Any, what: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        _fail(f"{what} is an object")
    return data


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list):
        _fail("a list is needed")
    return data


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counts(found: list[Any], most: int = limits.INTEGER) -> bool:
    return all(_whole(one) and 0 <= one <= most for one in found)


def _node(machine: Machine, name: Any) -> Node:
    found = machine.program.by_id.get(name) if isinstance(name, str) else None
    if found is None:
        _fail("no state is called so")
    return found


def _numbers(data: Any, names: Sequence[str], what: str) -> tuple[int, ...]:
    found = _object(data, what)
    counts = [found.get(name) for name in names]
    if found.keys() != set(names) or not _counts(counts):
        _fail(f"{what} does not count exactly what the scene counts")
    return tuple(int(one or 0) for one in counts)


def _memory(machine: Machine, data: Any, node: Node) -> int:
    found = _object(data, "history")
    if not found.keys() <= {one.id for one in machine.program.remembered}:
        _fail("history names no history state")
    if node.id not in found:
        return -1
    kept = _node(machine, found[node.id])
    shallow = node.state.history == "shallow"
    if node.parent not in kept.path[:-1] or kept.history:
        _fail(f"{node.id} cannot return to {kept.id}")
    if kept.parent is not node.parent if shallow else kept.compound:
        _fail(f"{node.id} cannot return to {kept.id}")
    return kept.index


def _timer(machine: Machine, leaf: Node, data: Any) -> tuple[float, int, int]:
    found = _object(data, "a timer")
    if found.keys() != {"state", "timer", "at"}:
        _fail("a timer has state, timer and at")
    node, number, at = _node(machine, found["state"]), found["timer"], found["at"]
    if node not in leaf.path or not _whole(number) or not _number(at):
        _fail("a timer of a state that is not active")
    if not 0 <= number < len(node.after) or not 0 <= at <= 2 * limits.CLOCK:
        _fail("no such timer")
    return float(at), node.index, number


def _told(machine: Machine, data: Any) -> tuple[int, int, tuple[Value, ...]]:
    found = _object(data, "what was told")
    if found.keys() != {"state", "beat", "values"}:
        _fail("what was told has state, beat and values")
    node, beat = _node(machine, found["state"]), found["beat"]
    if not _whole(beat) or not 0 <= beat < len(node.cues):
        _fail("no such beat")
    names = [machine.program.variables[slot] for slot in node.cues[beat].shows]
    shown = _object(found["values"], "values")
    if shown.keys() != set(names):
        _fail("not the values that this beat shows")
    declared = machine.scene.context
    return (
        node.index,
        beat,
        tuple(value_of(name, declared[name], shown[name]) for name in names),
    )
