"""Links of a passage to choices of its state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scenes.trade.draft import escaped
from scenes.trade.terms import Var
from scenes.trade.twine.lines import unstyled
from scenes.trade.twine.markup import link
from scenes.trade.twine.reading import guarded
from scenes.trade.twine.values import assignments, variable_of

if TYPE_CHECKING:
    from scenes.trade.draft import Way
    from scenes.trade.twine.markup import Mark
    from scenes.trade.twine.reading import Reading


def take_link(reading: Reading, mark: Mark) -> None:
    """A written link: a choice, and words of the line it stands in."""
    text, target, setter = link(mark.text)
    way = choose(reading, text, target)
    if way is not None and setter:
        way.dos += assignments(reading, setter.strip("[] "))
    alone = not any(said.strip() for said, _ in reading.line)
    if not alone and reading.clicked() is None:
        reading.line.append((filled(reading, text), reading.atoms))


def choose(reading: Reading, text: str, target: str) -> Way | None:
    """A new choice; None, with a word in the report: it leads nowhere."""
    place = reading.book.places.get(target)
    if not place:
        why = (
            "Its target is computed."
            if target[:1] in "$_"
            else "No passage has that name."
        )
        reading.notes.leave(f"the link to {target}", reading.where, why)
        return None
    way = reading.choices.choose(filled(reading, text), place, reading.where, text)
    way.guard = guarded(reading.atoms)
    reading.notes.take("links")
    return way


def filled(reading: Reading, text: str) -> str:
    """With the values that it names."""

    def value(match: re.Match[str]) -> str:
        found = variable_of(reading, match[0])
        return f"{{{found.name}}}" if isinstance(found, Var) else match[0]

    return re.sub(r"\$[A-Za-z_]\w*", value, escaped(unstyled(text)))
