"""What stands as an object in ink's JSON, ways apart: variables, counts, choices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenes.trade.draft import escaped
from scenes.trade.ink.choices import offered
from scenes.trade.ink.flow import Place
from scenes.trade.ink.values import assign, value_of
from scenes.trade.terms import Unknown, Visits

if TYPE_CHECKING:
    from scenes.trade.ink.flow import Flow
    from scenes.trade.ink.walk import State, Walk


def entry(walk: Walk, state: State, flow: Flow, item: dict[str, Any]) -> Flow | None:
    """A value, a variable, a tag or a choice; None: the state is done and another
    goes on."""
    container = walk.story.containers[flow.pointer.container]
    match item:
        case {"VAR?": str(name)}:
            return flow.push(value_of(walk, flow, name))
        case {"VAR=": str(name)}:
            return assign(walk, state, flow, name, temporary=False)
        case {"temp=": str(name)}:
            return assign(walk, state, flow, name, temporary=True)
        case {"CNT?": str(path)}:
            target = walk.story.resolve(container, path)
            if target is None:
                return flow.push(Unknown("a place that does not exist"))
            return flow.push(Visits(str(walk.story.target(target))))
        case {"^->": str(path)}:
            target = walk.story.resolve(container, path)
            if target is None:
                return flow.push(Unknown("a place that does not exist"))
            return flow.push(Place(target))
        case {"^var": str(name)}:
            return flow.push(Unknown(f"a reference to {name[:40]}"))
        case {"#": str(tag)}:
            return replace(flow, tags=(*flow.tags, escaped(tag))[:20])
        case {"*": str(path)}:
            return offered(walk, flow, container, path, item.get("flg", 0))
        case {"list": _}:
            return flow.push(Unknown("a list"))
    walk.notes.leave(f"{item}", walk.here(flow), "It is not known here.")
    return flow
