"""ink's commands and texts: what stands as a string in its JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.trade.draft import escaped
from scenes.trade.ink.flow import NOTHING, Place
from scenes.trade.ink.lines import line_end, put_together, say, show
from scenes.trade.ink.operations import OPERATIONS
from scenes.trade.ink.values import operation
from scenes.trade.terms import Unknown, Visits, apply, literal

if TYPE_CHECKING:
    from scenes.trade.ink.flow import Flow
    from scenes.trade.ink.walk import State, Walk


def command(walk: Walk, state: State, flow: Flow, item: str) -> Flow | None:
    """A command or a text; None: the state is done and another goes on."""
    walk.check(flow)
    if item == "\n":
        return line_end(walk, state, flow)
    if item.startswith("^"):
        return say(walk, state, flow, escaped(item[1:]))
    if item == "<>":
        return replace(flow, ended=False, glued=True)
    if item in OPERATIONS:
        return operation(flow, item)
    top = flow.top
    match item:
        case "ev":
            return flow.framed(replace(top, evaluating=True))
        case "/ev":
            return flow.framed(replace(top, evaluating=False))
        case "out":
            value, flow = flow.pop()
            return show(walk, state, flow, value)
        case "pop":
            return flow.pop()[1]
        case "du":
            value, _ = flow.pop()
            return flow.push(value)
        case "str" | "#":
            mark = (item, flow.line, flow.tags, top.evaluating)
            flow = replace(flow, marks=(*flow.marks, mark), line="")
            if item == "str":
                flow = replace(flow, tags=())
            return flow.framed(replace(flow.top, evaluating=False))
        case "/str" | "/#":
            return put_together(flow, item)
        case "nop":
            return flow
        case "visit":
            number = flow.pointer.container
            return flow.push(apply("-", Visits(str(number)), literal(1)))
        case "choiceCnt":
            count = len(flow.offers)
            sure = all(offer.guard is None for offer in flow.offers)
            return flow.push(literal(count) if sure else Unknown("CHOICE_COUNT"))
        case "turn":
            return flow.push(Unknown("TURNS"))
        case "turns":
            return flow.pop()[1].push(Unknown("TURNS_SINCE"))
        case "readc":
            value, flow = flow.pop()
            if isinstance(value, Place):
                number = walk.story.target(value.pointer)
                return flow.push(Visits(str(number)))
            return flow.push(Unknown("READ_COUNT"))
        case "rnd":
            return flow.pop()[1].pop()[1].push(Unknown("RANDOM"))
        case "srnd":
            return flow.pop()[1].push(NOTHING)
        case "seq":
            walk.notes.leave("a shuffle", walk.here(flow), "Its first part is told.")
            return flow.pop()[1].pop()[1].push(literal(0))
        case "void":
            return flow.push(NOTHING) if top.evaluating else flow
    if item in {"listInt", "range", "lrnd"}:
        count = {"listInt": 2, "range": 3, "lrnd": 1}[item]
        for _ in range(count):
            flow = flow.pop()[1]
        return flow.push(Unknown("a list"))
    walk.notes.leave(f"the command {item}", walk.here(flow), "It is not known here.")
    return flow
