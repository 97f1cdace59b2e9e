"""Where a walk through compiled ink stands: all that its future depends on.

Values on ink's stacks are trees, so one walk stands for every play; two walks that come
to the same `Flow` go on as one state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenes.trade.report import TradeError
from scenes.trade.terms import Tree, Unknown

if TYPE_CHECKING:
    from scenes.trade.ink.story import Pointer


@dataclass(frozen=True, slots=True)
class Place:
    """A divert target as a value."""

    pointer: Pointer


@dataclass(frozen=True, slots=True)
class Said:
    """A text as a value, with `{variable}` in it."""

    text: str
    tags: tuple[str, ...] = ()


Value = Tree | Place | Said
NOTHING = Unknown("nothing")


@dataclass(frozen=True, slots=True)
class Frame:
    """Of the call stack: the story, a tunnel or a function."""

    kind: str
    pointer: Pointer | None
    evaluating: bool = False
    temps: tuple[tuple[str, Value], ...] = ()
    silent: bool = True
    """Of a function: it has said nothing yet."""

    def temp(self, name: str) -> Value | None:
        return next((value for key, value in self.temps if key == name), None)

    def without_temp(self, name: str) -> Frame:
        return replace(self, temps=tuple(t for t in self.temps if t[0] != name))

    def with_temp(self, name: str, value: Value) -> Frame:
        others = tuple(pair for pair in self.temps if pair[0] != name)
        return replace(self, temps=(*others, (name, value)))


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that the walk came by."""

    text: str
    tags: tuple[str, ...]
    guard: Tree | None
    target: Pointer
    invisible: bool
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    frames: tuple[Frame, ...]
    stack: tuple[Value, ...] = ()
    line: str = ""
    """What is said so far of a line."""

    tags: tuple[str, ...] = ()
    ended: bool = False
    """The line is complete, but glue may still follow."""

    glued: bool = False
    marks: tuple[tuple[str, str, tuple[str, ...], bool], ...] = ()
    """Texts and tags that are being put together, innermost last: what, and the line,
    its tags and whether values were computed before."""

    offers: tuple[Offer, ...] = ()

    @property
    def top(self) -> Frame:
        return self.frames[-1]

    @property
    def pointer(self) -> Pointer:
        """Of the innermost frame, while it leads somewhere."""
        pointer = self.top.pointer
        if pointer is None:
            raise TradeError("unreadable", "The ink JSON leads nowhere.")
        return pointer

    def at(self, pointer: Pointer | None) -> Flow:
        return self.framed(replace(self.top, pointer=pointer))

    def framed(self, frame: Frame) -> Flow:
        return replace(self, frames=(*self.frames[:-1], frame))

    def push(self, value: Value) -> Flow:
        return replace(self, stack=(*self.stack, value))

    def pop(self) -> tuple[Value, Flow]:
        if not self.stack:
            return Unknown("a value that is not there"), self
        return self.stack[-1], replace(self, stack=self.stack[:-1])
