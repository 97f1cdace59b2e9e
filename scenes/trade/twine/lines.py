"""Lines of a passage to beats, each under the conditions that its words stand under.

Who speaks a line is read from it where the draft takes it, for all formats alike.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from scenes.trade.draft import escaped
from scenes.trade.terms import Var
from scenes.trade.twine.reading import guarded
from scenes.trade.twine.values import variable_of

if TYPE_CHECKING:
    from scenes.trade.twine.reading import Atoms, Reading

_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_STYLE = re.compile(r"''|(?<!:)//")
_WAYS = 3
"""Conditions inside one line that are told in all their combinations."""


def unstyled(text: str) -> str:
    """Without Twine's marks for bold and italics."""
    return _STYLE.sub("", text)


def say(reading: Reading, text: str) -> None:
    """A text that follows on the line, without bold, italics and HTML."""
    plain = unstyled(_TAG.sub("", text))
    if len(plain) < len(text):
        reading.notes.leave(
            "bold, italics or HTML", reading.where, "The words are kept."
        )
    way = reading.clicked()
    if way is None and plain:
        reading.line.append((escaped(plain), reading.atoms))
        if plain.strip():
            reading.last = None


def show_named(reading: Reading, name: str) -> None:
    """A variable that stands in the text by its name."""
    found = variable_of(reading, name)
    if isinstance(found, Var):
        show(reading, found)


def show(reading: Reading, variable: Var) -> None:
    """The value of a variable, on the line."""
    reading.line.append((f"{{{variable.name}}}", reading.atoms))
    reading.shown.add(variable.name)


def end_line(reading: Reading) -> None:
    """The line is told: in pieces or combinations where conditions stand inside it."""
    pieces, reading.line, reading.shown = reading.line, [], set()
    if not any(text.strip() for text, _ in pieces):
        return
    sets = {atoms for text, atoms in pieces if text.strip()}
    if len(sets) == 1:
        _tell(reading, "".join(text for text, _ in pieces), sets.pop())
        return
    trees = list(dict.fromkeys(tree for _, atoms in pieces for tree, _ in atoms))
    if len(trees) > _WAYS:
        reading.notes.leave(
            "a line with many conditions", reading.where, "It is told in pieces."
        )
        for text, atoms in pieces:
            _tell(reading, text, atoms)
        return
    for truth in product((True, False), repeat=len(trees)):
        so = tuple(zip(trees, truth, strict=True))
        _tell(reading, "".join(t for t, atoms in pieces if set(atoms) <= set(so)), so)


def _tell(reading: Reading, text: str, atoms: Atoms) -> None:
    reading.book.draft.say(reading.node, text, reading.where, guard=guarded(atoms))
