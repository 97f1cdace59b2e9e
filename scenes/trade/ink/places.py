"""Places in a story of ink: what stands there, what it is called, who is visited.

ink counts visits of containers, and so does a scene of its states: these are the
runtime's own rules for which containers one comes into on the way to a place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scenes.trade.ink.story import AT_START, Container, Pointer

if TYPE_CHECKING:
    from scenes.trade.ink.story import Story

_WEAVE = re.compile(r"[cgs]-?\d*|b|\$r\d*|global decl|\d+")
"""Names that the compiler gives, which tell an author nothing."""


def enter(story: Story, pointer: Pointer) -> tuple[Pointer, frozenset[int]]:
    """The innermost place there, and who is visited on the way to it."""
    found = []
    item = story.at(pointer)
    while isinstance(item, Container):
        if item.number in story.read:
            found.append(item.number)
        if not item.content:
            break
        pointer = Pointer(item.number, 0)
        item = story.at(pointer)
    return pointer, frozenset(found)


def visited(story: Story, before: Pointer, target: Pointer) -> frozenset[int]:
    """Containers around a target that a divert comes into, as the runtime counts."""
    if target.index < 0:
        return frozenset()
    inside = {one.number for one in story.containers[before.container].around()}
    found = set()
    child: Any = story.at(target)
    at_start = True
    one: Container | None = story.containers[target.container]
    while one is not None:
        start_only = bool(one.flags & AT_START)
        if one.number in inside and not start_only:
            break
        at_start = at_start and bool(one.content) and one.content[0] is child
        if one.number in story.read and (at_start or not start_only):
            found.add(one.number)
        child, one = one, one.parent
    return frozenset(found)


def begins(story: Story, target: Pointer) -> bool:
    """Whether a state of its own begins there: other ways lead there too."""
    if target.index >= 0 and not isinstance(story.at(target), Container):
        return True
    found = story.containers[story.target(target)]
    knot = bool(found.name) and not _WEAVE.fullmatch(found.name)
    return knot or story.references[target] > 1


def first_inside(story: Story, target: Pointer) -> Pointer:
    """The first place in a container: a written divert does not come to the
    container itself, which matters for what is counted."""
    if target.index < 0 and story.containers[target.container].content:
        return Pointer(target.container, 0)
    return target


def name_of(story: Story, pointer: Pointer | None) -> str:
    """Of the nearest knot, stitch or label."""
    if pointer is None:
        return "end"
    around = story.containers[pointer.container].around()
    names = [one.name for one in around if one.name and not _WEAVE.fullmatch(one.name)]
    return " ".join(reversed(names[:2])) or "start"


def where_of(story: Story, pointer: Pointer | None) -> str:
    """Its path, as reports name it."""
    if pointer is None:
        return "the end"
    path = story.containers[pointer.container].path
    return ".".join(part for part in (path, str(max(pointer.index, 0))) if part)
