"""Conditions and values inside a passage, and what ``set`` and ``put`` assign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scenes.trade import formulas
from scenes.trade.draft import Do
from scenes.trade.terms import Tree, Unknown, Var, Visits, apply, literal

if TYPE_CHECKING:
    from scenes.trade.twine.reading import Reading

_SET = re.compile(
    r"\s*([$_][A-Za-z_]\w*)\s*(\+\+|--|[-+*/]=|=(?!=)|\bto\b)\s*(.*)", re.DOTALL
)
_INTO = re.compile(r"\s*(.*?)\s+into\s+([$_][A-Za-z_]\w*)\s*", re.DOTALL)


def tree_of(reading: Reading, text: str, it: Var | None = None) -> Tree:
    """A condition or a value as a tree; `it`: the variable that is assigned, which
    Harlowe's ``it`` means."""

    def variable(name: str) -> Tree:
        if name == "it" and it is not None:
            return it
        return variable_of(reading, name)

    def called(name: str, inside: str) -> Tree:
        return _called(reading, name, inside)

    return formulas.read(text, variable, called)


def _called(reading: Reading, name: str, text: str) -> Tree:
    """A function: only visits of passages are known."""
    if name in {"visited", "hasVisited"} and text in reading.book.places:
        found = Visits(text)
        return found if name == "visited" else apply(">", found, literal(0))
    return Unknown(f"the function {name[:40]}")


def variable_of(reading: Reading, name: str) -> Tree:
    """A story's or a passage's variable."""
    if name[:1] not in "$_" or "." in name or len(name) > 200:
        return Unknown(f"{name[:40]} is no variable")
    return Var(reading.book.draft.variable(name.lstrip("$")))


def assignments(reading: Reading, text: str, *, into: bool = False) -> list[Do]:
    """What a row of assignments does; those that are not known are reported."""
    found = []
    for one in _split(text):
        match = _INTO.fullmatch(one) if into else _SET.fullmatch(one)
        if match is None:
            reading.notes.leave(
                f"set {one}", reading.where, "Only $name to value is known."
            )
            continue
        name, sign, said = (
            (match[2], "to", match[1]) if into else (match[1], match[2], match[3])
        )
        variable = variable_of(reading, name)
        if not isinstance(variable, Var):
            continue
        value = tree_of(reading, said, it=variable) if said.strip() else literal(1)
        if sign in {"++", "--"}:
            value = literal(1)
        if sign[0] in "+-*/":
            value = apply(sign[0], variable, value)
        if isinstance(value, Unknown):
            reading.notes.leave(f"set {one}", reading.where, value.why)
            continue
        found.append(Do(variable.name, value, reading.where))
    return found


def _split(text: str) -> list[str]:
    """At commas and semicolons that stand in no bracket and no text."""
    found, depth, quote, begin = [], 0, "", 0
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter in ",;" and depth == 0:
            found.append(text[begin:at])
            begin = at + 1
    return [one for one in [*found, text[begin:]] if one.strip()]
