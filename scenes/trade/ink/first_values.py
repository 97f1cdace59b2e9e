"""What the variables of a story of ink hold before it begins.

The compiler writes a container for them, which is computed here and never told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.trade.draft import Node
from scenes.trade.ink.commands import command
from scenes.trade.ink.flow import Flow, Frame, Place
from scenes.trade.ink.objects import entry
from scenes.trade.ink.operations import OPERATIONS
from scenes.trade.ink.story import Pointer
from scenes.trade.ink.values import tree_of
from scenes.trade.ink.walk import NOBODY, State
from scenes.trade.terms import Literal, Unknown, literal

if TYPE_CHECKING:
    from scenes.trade.ink.flow import Value
    from scenes.trade.ink.walk import Walk


def first_values(walk: Walk) -> None:
    """Into the draft; what is no plain value is reported."""
    found = walk.story.root.named.get("global decl")
    if found is None:
        return
    flow = Flow((Frame("story", Pointer(found.number, 0), evaluating=True),))
    for i, item in enumerate(found.content):
        flow = flow.at(Pointer(found.number, i))
        walk.check(flow)
        if isinstance(item, dict) and isinstance(item.get("VAR="), str):
            value, flow = flow.pop()
            _first(walk, item["VAR="], value)
        elif isinstance(item, dict):
            after = entry(walk, State(Node("", ""), flow, NOBODY, False), flow, item)
            flow = after or flow
        elif (
            item in ("str", "/str")
            or item in OPERATIONS
            or (isinstance(item, str) and item.startswith("^"))
        ):
            state = State(Node("", ""), flow, NOBODY, False)
            flow = command(walk, state, flow, item) or flow
        elif isinstance(item, bool | int | float):
            flow = flow.push(literal(item))


def _first(walk: Walk, name: str, value: Value) -> None:
    if isinstance(value, Place):
        walk.constants[name] = value
        return
    tree = tree_of(value)
    if isinstance(tree, Literal):
        walk.draft.starts[walk.draft.variable(name)] = tree
    else:
        why = tree.why if isinstance(tree, Unknown) else "It is computed."
        walk.notes.leave(f"the first value of {name}", "global decl", why)
