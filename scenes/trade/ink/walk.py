"""What a walk through a story of ink keeps: states known, states waiting, the draft.

Every other room is handed the walk and adds to it; a state is made here alone, so that
two ways that come to the same flow share one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.trade.draft import Draft, Way
from scenes.trade.ink.flow import Flow
from scenes.trade.ink.places import enter, name_of, where_of
from scenes.trade.report import TradeError

if TYPE_CHECKING:
    from scenes.trade.draft import Node
    from scenes.trade.ink.flow import Value
    from scenes.trade.ink.story import Story
    from scenes.trade.report import Notes

DEEPEST = 12
"""Of tunnels and functions within one another."""

MOST = 100
"""Values on the stack, and choices of one moment."""

NOBODY: frozenset[int] = frozenset()
"""No container is visited."""

Step = tuple[Flow, frozenset[int], bool]
"""The flow afterwards, who was visited, and whether a new state begins."""


@dataclass(slots=True)
class State:
    """One that is being walked through."""

    node: Node
    flow: Flow
    counted: frozenset[int]
    """Containers that are visited on entering it."""

    carried: bool
    """It began in the middle of a line."""


class Walk:
    """Of one story; every room works on it."""

    def __init__(self, story: Story, notes: Notes) -> None:
        self.story = story
        self.notes = notes
        self.draft = Draft(notes, "")
        self.known: dict[tuple[Flow, frozenset[int]], Node] = {}
        self.waiting: deque[State] = deque()
        self.constants: dict[str, Value] = {}
        """Variables that hold a place in the story, and keep it."""

        self.steps = 0
        self.title = ""

    def arrive(self, flow: Flow, visits: frozenset[int]) -> Node:
        """The state there, with whom its beginning visits."""
        if flow.top.pointer is not None:
            visits |= enter(self.story, flow.top.pointer)[1]
        return self.place(flow, visits)

    def place(self, flow: Flow, counted: frozenset[int], name: str = "") -> Node:
        """The state that goes on from there, new or known."""
        key = (flow, counted)
        found = self.known.get(key)
        if found is None:
            where = where_of(self.story, flow.top.pointer)
            found = self.draft.node(
                name or name_of(self.story, flow.top.pointer), where
            )
            self.draft.nodes.append(found)
            self.known[key] = found
            for number in counted:
                self.draft.counted.setdefault(str(number), []).append(found.id)
            self.waiting.append(State(found, flow, counted, bool(flow.line)))
        return found

    def go(self, state: State, flow: Flow, counts: frozenset[int]) -> None:
        """The state leads on to the one that goes on from there."""
        node = self.arrive(flow, counts)
        state.node.always.append(Way(node.id, state.node.where))

    def here(self, flow: Flow) -> str:
        """Where a flow stands, as reports name it."""
        return where_of(self.story, flow.top.pointer)

    def check(self, flow: Flow) -> None:
        """TradeError: a flow has more to remember than any story needs."""
        if (
            len(flow.stack) > MOST
            or len(flow.offers) > MOST
            or len(flow.marks) > DEEPEST
        ):
            raise TradeError(
                "too-large", f"At {self.here(flow)} the story is too large."
            )

    def names_it(self, tag: str) -> bool:
        """Whether a tag is the story's title, which it is then given."""
        name, colon, value = tag.partition(":")
        if not colon or name.strip().casefold() != "title" or not value.strip():
            return False
        self.title = self.title or value.strip()
        return True
