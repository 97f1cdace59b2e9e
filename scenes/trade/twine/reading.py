"""Where the import of a Twine story stands: the whole of it, and one passage.

Every other room is handed a `Reading`, and adds to its line, its state or its choices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenes.trade.draft import Draft, Node, Way
from scenes.trade.terms import Tree, apply, both

if TYPE_CHECKING:
    from scenes.trade.passages import Passage
    from scenes.trade.report import Notes

Atoms = tuple[tuple[Tree, bool], ...]
"""Conditions, and whether each is so or not."""


def guarded(atoms: Atoms) -> Tree | None:
    """All of them in one condition; None: always."""
    found: Tree | None = None
    for tree, so in atoms:
        found = both(found, tree if so else apply("not", tree))
    return found


class Book:
    """A whole story that is being imported."""

    def __init__(self, notes: Notes, title: str) -> None:
        self.notes = notes
        self.draft = Draft(notes, title)
        self.places: dict[str, str] = {}
        """Ids of the states that passages begin with, by the passages' names."""

        self.marks = 0


@dataclass(slots=True)
class Frame:
    """A macro with an inside, until its end."""

    name: str
    atoms: Atoms
    """Under which the inside stands, with those around it."""

    tried: Atoms = ()
    """Of an ``if``: what was not so before."""

    silent: bool = False
    way: Way | None = None
    """Of a link: what happens on the click."""

    hook: bool = False


@dataclass(slots=True)
class Reading:
    """One passage that is being read."""

    book: Book
    passage: Passage
    node: Node = field(init=False)
    choices: Node = field(init=False)
    """Holds them until it is known which state waits."""

    frames: list[Frame] = field(default_factory=list)
    line: list[tuple[str, Atoms]] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    number: int = 0
    last: Frame | None = None
    """The ``if`` that ended just now, for Harlowe's ``(else:)``."""

    skipped: int = 0
    """Frames open that are nested too deeply."""

    waiting: Frame | None = None
    """Harlowe's macro whose hook is expected."""

    def __post_init__(self) -> None:
        self.choices = Node("", "")

    @property
    def where(self) -> str:
        return f"passage {self.passage.name}, line {self.number}"

    @property
    def atoms(self) -> Atoms:
        return self.frames[-1].atoms if self.frames else ()

    @property
    def notes(self) -> Notes:
        return self.book.notes

    def clicked(self) -> Way | None:
        """The link whose inside is read, which happens on the click alone."""
        return next((f.way for f in reversed(self.frames) if f.way is not None), None)

    def cut(self) -> None:
        """What follows stands in a state of its own."""
        draft = self.book.draft
        if not self.node.id:  # what nobody sees
            return
        node = draft.node(self.passage.name, f"passage {self.passage.name}")
        draft.nodes.append(node)
        self.node.always.append(Way(node.id, self.where))
        self.node = node
