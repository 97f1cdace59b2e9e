"""What a story of ink says: texts to lines, with ink's rules for spaces and glue.

A line is told once it is sure that no glue follows it; tags go with the line they stand
on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.trade.draft import escaped
from scenes.trade.ink.flow import NOTHING, Said
from scenes.trade.ink.places import enter
from scenes.trade.ink.values import assigned
from scenes.trade.report import TradeError
from scenes.trade.terms import Apply, Literal, Unknown, Var, Visits

if TYPE_CHECKING:
    from scenes.trade.ink.flow import Flow, Value
    from scenes.trade.ink.story import Pointer, Story
    from scenes.trade.ink.walk import State, Walk

_LOOK = 300
"""Places after a line's end where glue is looked for."""

_SPACES = re.compile(r"[ \t]{2,}")


def squeezed(text: str) -> str:
    """As ink shows it: one space for several, none at the ends."""
    return _SPACES.sub(" ", text).strip()


def say(walk: Walk, state: State, flow: Flow, text: str) -> Flow:
    """A text that follows what is said so far of the line."""
    if flow.top.evaluating:
        return flow.push(Said(text))
    blank = not text.strip() and not flow.marks
    if blank and (flow.ended or not flow.line):
        return flow
    if text.strip() and not flow.marks:
        if flow.ended:
            flow = flushed(walk, state, flow)
        flow = replace(flow, glued=False)
    if text.strip() and flow.top.silent:
        flow = flow.framed(replace(flow.top, silent=False))
    if len(flow.line) + len(text) > 4000:
        raise TradeError("too-large", f"A line at {walk.here(flow)} has no end.")
    return replace(flow, line=flow.line + text)


def line_end(walk: Walk, state: State, flow: Flow) -> Flow:
    """The line is told, unless glue may still hold it to the next."""
    if flow.marks:
        return replace(flow, line=flow.line + " ") if flow.line else flow
    if flow.glued or not flow.line.strip():
        return flow
    if flow.top.kind == "function" or _may_glue(walk.story, flow.pointer):
        return replace(flow, ended=True)
    return flushed(walk, state, flow)


def flushed(walk: Walk, state: State, flow: Flow) -> Flow:
    """The line is told in this state."""
    said = squeezed(flow.line)
    tags = tuple(tag for tag in flow.tags if not walk.names_it(tag))
    walk.draft.say(state.node, said, walk.here(flow), tags=tags)
    return replace(flow, line="", tags=(), ended=False, glued=False)


def _may_glue(story: Story, pointer: Pointer) -> bool:
    """Whether glue may follow a line's end before anything else is said."""
    if not story.has_glue:
        return False
    waiting = [story.next(pointer)]
    seen: set[Pointer] = set()
    for _ in range(_LOOK):
        if not waiting:
            return False
        one = waiting.pop()
        if one is None or one in seen:
            continue
        seen.add(one)
        inside, _ = enter(story, one)
        item = story.at(inside)
        if item == "<>":
            return True
        if item in ("done", "end") or (isinstance(item, dict) and "*" in item):
            continue
        if isinstance(item, str) and item.startswith("^") and item[1:].strip():
            continue
        if isinstance(item, dict) and isinstance(item.get("->"), str):
            container = story.containers[inside.container]
            if not item.get("var"):
                waiting.append(story.resolve(container, item["->"]))
            if not item.get("c"):
                continue
        waiting.append(story.next(inside))
    return False


def put_together(flow: Flow, item: str) -> Flow:
    """A text or a tag that was in parts ends, and becomes one."""
    if not flow.marks or "/" + flow.marks[-1][0] != item:
        return flow
    _, line, tags, evaluating = flow.marks[-1]
    said = squeezed(flow.line) if item == "/#" else flow.line
    own = flow.tags
    flow = replace(flow, marks=flow.marks[:-1], line=line, tags=tags)
    flow = flow.framed(replace(flow.top, evaluating=evaluating))
    if item == "/str":
        return flow.push(Said(said, own))
    return replace(flow, tags=(*flow.tags, said)[:20])


def show(walk: Walk, state: State, flow: Flow, value: Value) -> Flow | None:
    """A value is printed; None: the state is done and another goes on."""
    if isinstance(value, Said):
        tags = (*flow.tags, *value.tags)[:20]
        flow = flow.framed(replace(flow.top, evaluating=False))
        flow = say(walk, state, replace(flow, tags=tags), value.text)
        return flow.framed(replace(flow.top, evaluating=True))
    if value == NOTHING:
        return flow
    if isinstance(value, Literal):
        shown = str(value.value).lower() if value.kind == "bool" else f"{value.value}"
        return show(walk, state, flow, Said(escaped(shown)))
    if isinstance(value, Var):
        return show(walk, state, flow, Said(f"{{{value.name}}}"))
    if isinstance(value, Visits | Apply):
        name = walk.draft.variable(f"shown {value}")
        before = flow.push(value)
        if not assigned(walk, state, name, value, before=before, flow=flow):
            return None
        return show(walk, state, flow, Said(f"{{{name}}}"))
    why = value.why if isinstance(value, Unknown) else "a place in the story"
    walk.notes.leave(f"what is printed: {why}", walk.here(flow), "It is left out.")
    return flow
