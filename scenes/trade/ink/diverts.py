"""Ways through a story of ink: diverts, tunnels, functions, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenes.trade.draft import Way
from scenes.trade.ink.choices import wait
from scenes.trade.ink.flow import Frame, Place
from scenes.trade.ink.places import begins, first_inside, visited
from scenes.trade.ink.values import tree_of, value_of
from scenes.trade.ink.walk import DEEPEST, MOST, NOBODY
from scenes.trade.terms import Literal, Tree, Unknown

if TYPE_CHECKING:
    from scenes.trade.ink.flow import Flow, Value
    from scenes.trade.ink.story import Container, Pointer, Story
    from scenes.trade.ink.walk import State, Step, Walk


def divert(
    walk: Walk, state: State, flow: Flow, key: str, item: dict[str, Any]
) -> Step | None:
    """Any way: None, when the state ends at a fork."""
    here = flow.pointer
    container = walk.story.containers[here.container]
    after = walk.story.next(here)
    condition: Tree | None = None
    if item.get("c"):
        value, flow = flow.pop()
        condition = tree_of(value)
    target: Pointer | None
    if key == "x()":
        for _ in range(_count(item.get("exArgs"))):
            flow = flow.pop()[1]
        walk.notes.leave(
            f"the external function {item[key]}",
            walk.here(flow),
            "It is a program.",
        )
        return flow.push(Unknown("an external function")).at(after), NOBODY, False
    if item.get("var"):
        value = value_of(walk, flow, item[key])
        target = value.pointer if isinstance(value, Place) else None
        if item[key].startswith("$"):  # the compiler's own, for this way alone
            flow = flow.framed(flow.top.without_temp(item[key]))
    else:
        target = walk.story.resolve(container, item[key])
    if target is None:
        walk.notes.leave(f"a way to {item[key]}", walk.here(flow), "It leads nowhere.")
        return flow.at(after), NOBODY, False
    cuts = begins(walk.story, target)
    if not item.get("var"):
        target = first_inside(walk.story, target)
    visits = visited(walk.story, here, target)
    if key != "->":
        return _called(walk, flow, key, target, after=after, visits=visits)
    there = _moved(walk.story, flow, container, target)
    if isinstance(condition, Unknown):
        walk.notes.leave(
            f"a condition: {condition.why}",
            walk.here(flow),
            "This way is never taken.",
        )
        return flow.at(after), NOBODY, False
    if isinstance(condition, Literal) and condition.kind != "string":
        if not condition.value:
            return flow.at(after), NOBODY, False
        condition = None
    if condition is not None:
        _fork(walk, state, condition, (there, visits), flow.at(after))
        return None
    return there, visits, cuts


def _fork(
    walk: Walk,
    state: State,
    condition: Tree,
    there: tuple[Flow, frozenset[int]],
    after: Flow,
) -> None:
    """Two states follow: one where the condition holds, and one where not."""
    where = state.node.where
    taken = walk.arrive(*there)
    other = walk.arrive(after, NOBODY)
    state.node.always += [Way(taken.id, where, condition), Way(other.id, where)]


def _moved(story: Story, flow: Flow, container: Container, target: Pointer) -> Flow:
    """There; another knot does not see this one's temporary variables."""
    flow = flow.at(target)
    there = story.containers[target.container]
    if container.around()[-2:-1] == there.around()[-2:-1]:
        return flow
    return flow.framed(replace(flow.top, temps=()))


def _called(
    walk: Walk,
    flow: Flow,
    key: str,
    target: Pointer,
    *,
    after: Pointer | None,
    visits: frozenset[int],
) -> Step:
    """Into a tunnel or a function."""
    if len(flow.frames) >= DEEPEST:
        walk.notes.leave(
            "a tunnel or function within itself",
            walk.here(flow),
            "It is left out.",
        )
        container = walk.story.containers[target.container]
        for item in container.content[:10]:
            if isinstance(item, dict) and "temp=" in item:
                flow = flow.pop()[1]
        return flow.push(Unknown("a function within itself")).at(after), NOBODY, False
    kind = "tunnel" if key == "->t->" else "function"
    frame = Frame(kind, target)
    flow = flow.at(after)
    return replace(flow, frames=(*flow.frames, frame)), visits, False


def left(walk: Walk, state: State, flow: Flow, item: str) -> Step | None:
    """Out of a tunnel or a function."""
    value, flow = flow.pop()
    if len(flow.frames) == 1:
        walk.notes.leave(item, walk.here(flow), "Nothing was entered before.")
        wait(walk, state, flow)
        return None
    if item == "~ret":
        return returned(flow, value), NOBODY, False
    here = flow.pointer
    flow = replace(flow, frames=flow.frames[:-1])
    if isinstance(value, Place):
        flow = flow.at(value.pointer)
        return (
            flow,
            visited(walk.story, here, value.pointer),
            begins(walk.story, value.pointer),
        )
    return flow, NOBODY, True


def returned(flow: Flow, value: Value) -> Flow:
    """Out of a function, with its value where one is asked for."""
    ended = flow.ended and flow.frames[-1].kind != "function"
    flow = replace(flow, frames=flow.frames[:-1], ended=ended)
    return flow.push(value) if flow.top.evaluating else flow


def _count(value: Any) -> int:
    return max(0, min(value, MOST)) if isinstance(value, int) else 0
