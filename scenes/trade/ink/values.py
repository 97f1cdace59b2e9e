"""Variables and conditions of ink: what a value is to us, and what is assigned when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.trade.draft import Do
from scenes.trade.ink.flow import Place, Said
from scenes.trade.ink.operations import OPERATIONS, operated
from scenes.trade.ink.places import name_of
from scenes.trade.ink.walk import NOBODY
from scenes.trade.terms import Apply, Literal, Tree, Unknown, Var, literal, names_in

if TYPE_CHECKING:
    from scenes.trade.ink.flow import Flow, Value
    from scenes.trade.ink.walk import State, Walk


def tree_of(value: Value) -> Tree:
    """What a variable or a condition can be given of a value."""
    if isinstance(value, Said):
        if "{" in value.text.replace("{{", "") or "}" in value.text.replace("}}", ""):
            return Unknown("a text that is put together from parts")
        return literal(value.text.replace("{{", "{").replace("}}", "}"))
    if isinstance(value, Place):
        return Unknown("a divert target as a value")
    return value


def value_of(walk: Walk, flow: Flow, name: str) -> Value:
    """Of a variable: what is known of it, else the variable itself."""
    found = flow.top.temp(name)
    if found is not None:
        return found
    constant = walk.constants.get(name)
    return constant if constant is not None else Var(walk.draft.variable(name))


def operation(flow: Flow, item: str) -> Flow:
    """A native function on the values that it takes from the stack."""
    values: list[Tree] = []
    for _ in range(OPERATIONS[item]):
        value, flow = flow.pop()
        values.insert(0, tree_of(value))
    return flow.push(operated(item, values))


def assign(
    walk: Walk, state: State, flow: Flow, name: str, *, temporary: bool
) -> Flow | None:
    """The value on the stack to a variable; None: another state does it."""
    before = flow
    value, flow = flow.pop()
    if temporary:
        known = flow.top.temp(name)
        changes = name in walk.story.changed_temps
        still = isinstance(value, Literal | Place | Unknown) or (
            isinstance(value, Said) and not isinstance(tree_of(value), Unknown)
        )
        if not isinstance(known, Var) and still and not changes:
            kept = tree_of(value) if isinstance(value, Said) else value
            return flow.framed(flow.top.with_temp(name, kept))
        if isinstance(value, Place):
            return flow.framed(flow.top.with_temp(name, value))
        own = Var(
            walk.draft.variable(f"{name_of(walk.story, flow.top.pointer)} {name}")
        )
        if not assigned(
            walk, state, own.name, tree_of(value), before=before, flow=flow
        ):
            return None
        return flow.framed(flow.top.with_temp(name, own))
    if name in walk.constants:
        walk.notes.leave(f"a change of {name}", walk.here(flow), "It holds a place.")
        return flow
    own = Var(walk.draft.variable(name))
    if not assigned(walk, state, own.name, tree_of(value), before=before, flow=flow):
        return None
    return flow


def assigned(
    walk: Walk, state: State, name: str, value: Tree, *, before: Flow, flow: Flow
) -> bool:
    """Whether it was done; else a new state does it, since this one has spoken: it
    goes on from the flow before the value was taken."""
    if state.node.beats:
        walk.go(state, before, NOBODY)
        return False
    where = walk.here(flow)
    if isinstance(value, Unknown):
        walk.notes.leave(
            f"a value of {name}: {value.why}", where, "It is not assigned."
        )
        return True
    if f"{{{name}}}" in flow.line or any(f"{{{name}}}" in m[1] for m in flow.marks):
        walk.notes.leave(
            f"a change of {name} within a line",
            where,
            "The line shows what it is then.",
        )
    trees = [one for one in flow.stack if isinstance(one, Apply | Var)]
    trees += [offer.guard for offer in flow.offers if offer.guard is not None]  # type: ignore[misc]
    if any(name in names_in(tree) for tree in trees):
        walk.notes.leave(
            f"a change of {name} after it was asked for",
            where,
            "The condition sees what it is then.",
        )
    state.node.entry.append(Do(name, value, where))
    return True
