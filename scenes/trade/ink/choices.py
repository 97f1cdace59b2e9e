"""Choices of ink, and what becomes of a state where the story waits for the player."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenes.trade.draft import Way
from scenes.trade.ink.flow import Flow, Offer, Said
from scenes.trade.ink.lines import flushed, squeezed
from scenes.trade.ink.places import enter, name_of, visited
from scenes.trade.ink.story import CHOICE_ONLY, CONDITION, INVISIBLE, ONCE, START
from scenes.trade.ink.values import tree_of
from scenes.trade.ink.walk import NOBODY
from scenes.trade.naming import title
from scenes.trade.terms import FALSE, TRUE, Literal, Tree, Visits, apply, both

if TYPE_CHECKING:
    from scenes.trade.draft import Node
    from scenes.trade.ink.story import Container
    from scenes.trade.ink.walk import State, Walk


def offered(
    walk: Walk, flow: Flow, container: Container, path: str, flags: Any
) -> Flow:
    """A choice point: its text, its condition, and where it leads."""
    flags = flags if isinstance(flags, int) else 0
    guard: Tree | None = None
    if flags & CONDITION:
        value, flow = flow.pop()
        guard = tree_of(value)
        if isinstance(guard, Literal) and guard.kind != "string":
            guard = None if guard.value else FALSE
    text = ""
    tags: tuple[str, ...] = ()
    for flag in (CHOICE_ONLY, START):
        if flags & flag:
            said, flow = flow.pop()
            if isinstance(said, Said):
                text, tags = said.text + text, (*said.tags, *tags)
    target = walk.story.resolve(container, path)
    if target is None:
        walk.notes.leave(f"the choice {text}", walk.here(flow), "It leads nowhere.")
        return flow
    if flags & ONCE:
        taken = Visits(str(walk.story.target(target)))
        guard = both(guard, apply("not", taken))
    if guard == FALSE:
        return flow
    said_text = squeezed(text)
    frames = (*flow.frames[:-1], replace(flow.top, evaluating=False))
    offer = Offer(said_text, tags, guard, target, bool(flags & INVISIBLE), frames)
    return replace(flow, offers=(*flow.offers, offer))


def wait(walk: Walk, state: State, flow: Flow) -> None:
    """The walk comes to a stop: choices, or an ending."""
    node = state.node
    hidden = any(offer.invisible for offer in flow.offers)
    if hidden and flow.glued and flow.line.strip():
        _fall_back(walk, node, flow)
        return
    if flow.line.strip():
        flow = flushed(walk, state, replace(flow, marks=()))
    seen: Tree | None = None
    for offer in flow.offers:
        if offer.invisible:
            continue
        target = _chosen(walk, offer)
        way = node.choose(offer.text, target, node.where)
        way.guard = offer.guard
        if offer.tags:
            way.extensions = {"import": {"tags": list(offer.tags)}}
            walk.notes.keep(f"the tag {offer.tags[0]} (of a choice)")
        shut = apply("not", offer.guard or TRUE)
        seen = both(seen, shut)
    for offer in flow.offers:
        if offer.invisible and seen != FALSE:
            guard = both(seen, offer.guard)
            node.always.append(Way(_chosen(walk, offer), node.where, guard))
    if not flow.offers:
        if node.always:
            return
        node.final = True
        node.ending = title(name_of(walk.story, state.flow.top.pointer))
        if node.ending in {"Start", ""}:
            node.ending = "The end"


def _fall_back(walk: Walk, node: Node, flow: Flow) -> None:
    """Glue holds a line to what follows: when no choice is open the line goes on
    there, else it ends here."""
    shown = tuple(offer for offer in flow.offers if not offer.invisible)
    shut: Tree | None = None
    for offer in shown:
        shut = both(shut, apply("not", offer.guard or TRUE))
    line = replace(flow, marks=(), stack=(), offers=())
    for offer in flow.offers:
        if offer.invisible and shut != FALSE:
            target = _chosen(walk, offer, line)
            node.always.append(Way(target, node.where, both(shut, offer.guard)))
    over = walk.place(replace(flow, offers=shown).at(None), NOBODY)
    node.always.append(Way(over.id, node.where))


def _chosen(walk: Walk, offer: Offer, line: Flow | None = None) -> str:
    """Id of the state that a choice leads to."""
    frame = replace(offer.frames[-1], pointer=offer.target)
    flow = replace(line or Flow(()), frames=(*offer.frames[:-1], frame))
    before = offer.frames[-1].pointer or offer.target
    visits = (
        visited(walk.story, before, offer.target) | enter(walk.story, offer.target)[1]
    )
    key = (flow, visits)
    known = walk.known.get(key)
    if known is None:
        knot = name_of(walk.story, offer.target)
        known = walk.place(flow, visits, f"{knot} {offer.text[:40]}")
    return known.id
