"""Which states can be entered, which conditions can hold, and what variables can be.

The three depend on one another. They are found together, from "anything" downwards, and
each round is already right: later ones only say more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenes.machine import limits
from scenes.machine.checks.bounds import (
    Bound,
    Bounds,
    Range,
    Truth,
    Words,
    bound,
    decide,
    join,
    only,
)
from scenes.machine.model import (
    Assign,
    BoolVariable,
    EnumVariable,
    FloatVariable,
    IntVariable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenes.machine import model
    from scenes.machine.linking import Act, Cue, Edge, Node, Program

_ROUNDS = 3
_JOINS = 4
"""After so many, what still grows is taken to grow up to its bound."""

MAYBE = Truth(True, True)
ALWAYS = Truth(True, False)


@dataclass(slots=True)
class Reach:
    program: Program
    states: set[int] = field(default_factory=set)
    """Indices of the states that can be entered."""

    bounds: Bounds = field(default_factory=lambda: Bounds([], [], []))
    edges: dict[int, Truth] = field(default_factory=dict)
    """By an edge's number: whether its condition can hold, and fail."""

    cues: dict[tuple[int, int], Truth] = field(default_factory=dict)
    """By state and beat."""

    def live(self, edge: Edge) -> bool:
        """Whether its condition can hold."""
        return edge.source.index in self.states and self.edges[edge.number].true


def reach(program: Program) -> Reach:
    """Of a program that links."""
    found = Reach(program, {node.index for node in program.nodes})
    for _ in range(_ROUNDS):
        before = (len(found.states), sum(t.true for t in found.edges.values()))
        found.bounds = _bounds(found)
        _decide(found)
        found.states = _entered(found)
        if before == (len(found.states), sum(t.true for t in found.edges.values())):
            break
    return found


def whole_range(variable: model.Variable) -> Bound:
    """All that a variable may ever hold."""
    match variable:
        case IntVariable() | FloatVariable():
            return Range(variable.min, variable.max)
        case BoolVariable():
            return MAYBE
        case EnumVariable(values=values):
            return Words(frozenset(values))
        case _:
            return Words(None)


def acts(found: Reach) -> Iterator[Act]:
    """All actions that can be done."""
    for index in found.states:
        node = found.program.nodes[index]
        yield from node.entry
        yield from node.exit
        for edge in node.edges():
            if not found.edges or found.live(edge):
                yield from edge.acts


def _bounds(found: Reach) -> Bounds:
    program = found.program
    declared = tuple(program.scene.context.values())
    counted = [
        Range(0, limits.INTEGER if node.index in found.states else 0)
        for node in program.counted
    ]
    dice = [(d.count, d.count * d.sides) for d in program.scene.dice.values()]
    known = Bounds([only(variable.start) for variable in declared], counted, dice)
    assigns = {
        (act.slot, act.action.value): act
        for act in acts(found)
        if isinstance(act.action, Assign)
    }
    for number in range(2 * _JOINS):
        changed = False
        for act in assigns.values():
            if act.tree is None:
                continue
            variable, old = declared[act.slot], known.values[act.slot]
            new = join(old, _clamped(bound(act.tree, known), variable))
            if new != old:
                known.values[act.slot] = _widened(old, new, variable, number)
                changed = True
        if not changed:
            return known
    known.values = [whole_range(variable) for variable in declared]
    return known


def _clamped(value: Bound, variable: model.Variable) -> Bound:
    if isinstance(value, Range) and isinstance(variable, IntVariable | FloatVariable):
        low, high = variable.min, variable.max
        return Range(
            min(max(value.low, low), high),
            min(max(value.high, low), high),
        )
    if isinstance(value, Words) and isinstance(variable, EnumVariable):
        every = frozenset(variable.values)
        return Words(every if value.values is None else value.values & every)
    return value


def _widened(old: Bound, new: Bound, variable: model.Variable, number: int) -> Bound:
    if number < _JOINS or not (isinstance(old, Range) and isinstance(new, Range)):
        return new
    if not isinstance(variable, IntVariable | FloatVariable):
        return new
    return Range(
        variable.min if new.low < old.low else new.low,
        variable.max if new.high > old.high else new.high,
    )


def _decide(found: Reach) -> None:
    shared: dict[int, Truth] = {}
    for node in found.program.nodes:
        own = _inside(found.bounds, node)
        # Where nothing is known besides, one text has one answer.
        known = shared if own is found.bounds else {}
        for edge in node.edges():
            found.edges[edge.number] = _truth(edge, own, known)
        for cue in node.cues:
            found.cues[(node.index, cue.index)] = _truth(cue, own, known)


def _truth(guarded: Edge | Cue, bounds: Bounds, known: dict[int, Truth]) -> Truth:
    if guarded.tree is None or guarded.guard is None:
        return ALWAYS
    key = id(guarded.tree)
    if key not in known:
        known[key] = decide(guarded.tree, guarded.guard, bounds)
    return known[key]


def _inside(known: Bounds, node: Node) -> Bounds:
    """While a state is active, it and those around it have been visited."""
    counted = [one for one in node.path if one.counted >= 0]
    if not counted:
        return known
    visits = list(known.visits)
    for one in counted:
        visits[one.counted] = Range(1, limits.INTEGER)
    return Bounds(known.values, visits, known.dice)


def entered(node: Node) -> Iterator[Node]:
    """What is entered with a state, wherever one comes from."""
    yield from node.path
    inner = node.initial
    while inner is not None:
        yield inner
        inner = inner.initial


def _entered(found: Reach) -> set[int]:
    program = found.program
    reached: set[int] = set()
    waiting = [program.initial] if program.initial else []
    while waiting:
        for node in entered(waiting.pop()):
            if node.index in reached:
                continue
            reached.add(node.index)
            if node.history:
                waiting += [node.default] if node.default else []
            waiting += [
                edge.target
                for edge in node.edges()
                if edge.target and found.edges[edge.number].true
            ]
    return reached
