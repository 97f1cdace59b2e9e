"""The walk: from state to state, and in each from step to step, until none waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenes.trade.ink.choices import wait
from scenes.trade.ink.commands import command
from scenes.trade.ink.diverts import divert, left, returned
from scenes.trade.ink.first_values import first_values
from scenes.trade.ink.flow import NOTHING, Flow, Frame
from scenes.trade.ink.objects import entry
from scenes.trade.ink.places import enter
from scenes.trade.ink.story import Container, Pointer
from scenes.trade.ink.tidy import tidied
from scenes.trade.ink.walk import NOBODY
from scenes.trade.report import TradeError
from scenes.trade.terms import literal

if TYPE_CHECKING:
    from scenes.trade.draft import Draft
    from scenes.trade.ink.story import Story
    from scenes.trade.ink.walk import State, Step, Walk

STEPS = 60_000
"""Of one import; a story of 300 pages takes about half of that."""


def whole(walk: Walk) -> Draft:
    """The draft of a whole story."""
    first_values(walk)
    if walk.story.lists:
        walk.notes.leave("lists", "listDefs", "A variable holds one value here.")
    start = Flow((Frame("story", Pointer(walk.story.root.number, 0)),))
    first = walk.arrive(start, NOBODY)
    walk.draft.initial = first.id
    while walk.waiting:
        run(walk, walk.waiting.popleft())
    tidied(walk.draft)
    walk.draft.title = walk.title or "Imported from ink"
    return walk.draft


def run(walk: Walk, state: State) -> None:
    """One state, until it waits, ends, or another one goes on."""
    flow: Flow | None = state.flow
    arrived = state.counted
    fresh = True
    seen: set[Pointer] = set()
    while flow is not None:
        walk.steps += 1
        if walk.steps > STEPS:
            raise TradeError(
                "too-large",
                f"The story does not come to an end within {STEPS} steps of a walk.",
            )
        pointer = flow.top.pointer
        if pointer is None:
            flow = _ran_out(walk, state, flow)
            continue
        inside, entered = enter(walk.story, pointer)
        counts = entered | arrived
        if counts and not (fresh and counts == state.counted):
            walk.go(state, flow, counts)
            return
        jumped = pointer in seen
        seen.add(pointer)
        if jumped:
            walk.go(state, flow, NOBODY)
            return
        fresh = False
        arrived = frozenset()
        item = walk.story.at(inside)
        if isinstance(item, Container) or item is None:
            flow = flow.at(walk.story.next(inside))
            continue
        result = _step(walk, state, flow.at(inside), item)
        if result is None:
            return
        flow, arrived, cut = result
        if cut and flow.top.pointer is not None:
            walk.go(state, flow, arrived)
            return


def _ran_out(walk: Walk, state: State, flow: Flow) -> Flow | None:
    """Out of a function, or the walk waits for the player."""
    if flow.top.kind == "function":
        return returned(flow, NOTHING)
    if flow.top.kind == "tunnel":
        walk.notes.leave("a tunnel without ->->", state.node.where, "It ends there.")
    wait(walk, state, flow)
    return None


def _step(walk: Walk, state: State, flow: Flow, item: Any) -> Step | None:
    """The flow afterwards, who was visited, and whether a new state begins; None:
    the state is done."""
    if isinstance(item, str):
        if item in {"done", "end"}:
            offers = flow.offers if item == "done" else ()
            wait(walk, state, replace(flow, offers=offers))
            return None
        if item in {"->->", "~ret"}:
            return left(walk, state, flow, item)
        if item == "thread":
            walk.notes.leave("a thread", walk.here(flow), "Threads are not known here.")
            skipped = walk.story.next(flow.pointer)
            return (
                flow.at(walk.story.next(skipped) if skipped else None),
                NOBODY,
                False,
            )
        after = command(walk, state, flow, item)
        if after is None:
            return None
        ended = item == "\n" and state.carried and not after.line and not after.marks
        after = after.at(walk.story.next(after.pointer))
        return after, NOBODY, ended and not _at_end(walk.story, after)
    if isinstance(item, dict):
        return _object(walk, state, flow, item)
    walk.check(flow)
    if isinstance(item, bool | int | float) and flow.top.evaluating:
        flow = flow.push(literal(item))
    return flow.at(walk.story.next(flow.pointer)), NOBODY, False


def _object(walk: Walk, state: State, flow: Flow, item: dict[str, Any]) -> Step | None:
    """As `_step`: a way somewhere, or a value."""
    walk.check(flow)
    for key in ("->", "->t->", "f()", "x()"):
        if isinstance(item.get(key), str):
            return divert(walk, state, flow, key, item)
    after = entry(walk, state, flow, item)
    if after is None:
        return None
    return after.at(walk.story.next(after.pointer)), NOBODY, False


def _at_end(story: Story, flow: Flow) -> bool:
    pointer = flow.top.pointer
    return pointer is None or story.at(pointer) in ("done", "end")
