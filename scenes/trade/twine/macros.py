"""Macros of SugarCube and Harlowe: which are known, and what each does.

What is assigned between lines happens between them: the passage goes on in a state of
its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scenes.trade import formulas
from scenes.trade.draft import Node, Way, escaped
from scenes.trade.terms import Literal, Var
from scenes.trade.twine.blocks import ELSE, ELSE_IF, IF, branch, close, open_block
from scenes.trade.twine.lines import end_line, show
from scenes.trade.twine.links import choose, filled
from scenes.trade.twine.markup import link
from scenes.trade.twine.reading import Frame, guarded
from scenes.trade.twine.values import assignments, tree_of

if TYPE_CHECKING:
    from scenes.trade.twine.markup import Mark
    from scenes.trade.twine.reading import Reading

_LINKS = {"link", "button", "linkreplace", "linkappend"}
_GOTO = {"link-goto", "linkgoto"}
_SILENT = {"silently", "script", "widget", "style"}
_SHOW = {"print", "=", "-"}


def macro(reading: Reading, mark: Mark) -> None:
    """Does what a macro says; one that is not known is reported."""
    if mark.harlowe:
        name, _, rest = mark.text.partition(":")
        name = name.strip().lower()
    else:
        name, _, rest = mark.text.strip().partition(" ")
        if name.startswith("/") or name.startswith("end"):
            close(reading, name.removeprefix("/").removeprefix("end"))
            return
    rest = rest.strip()
    if any(frame.silent for frame in reading.frames) and name not in {"set"}:
        return
    if name in IF | ELSE_IF | ELSE | {"unless"}:
        branch(reading, name, rest, mark.harlowe)
    elif name in {"set", "put"}:
        _set(reading, rest, name)
    elif name in _SHOW:
        found = tree_of(reading, rest)
        if isinstance(found, Var):
            show(reading, found)
        elif isinstance(found, Literal):
            reading.line.append((escaped(str(found.value)), reading.atoms))
        else:
            reading.notes.leave(
                f"{name} {rest}", reading.where, "Only variables are printed."
            )
    elif name in {"goto", "go-to"}:
        _goto(reading, rest)
    elif name in _GOTO:
        _link_macro(reading, rest, None)
    elif name in _LINKS:
        _link_macro(reading, rest, mark)
    elif name == "silently" or name in _SILENT:
        if name != "silently":
            reading.notes.leave(f"a {name}", reading.where, "It is a program.")
        open_block(
            reading, Frame(name, reading.atoms, silent=True), harlowe=mark.harlowe
        )
    else:
        what = f"({name}: {rest})" if mark.harlowe else f"<<{name} {rest}>>"
        reading.notes.leave(
            what, reading.where, "No such macro is known here; text inside is kept."
        )
        if mark.harlowe:
            reading.waiting = Frame(name, reading.atoms)


def _set(reading: Reading, rest: str, name: str) -> None:
    """Assigns on a click, at the beginning, or in a state of its own."""
    dos = assignments(reading, rest, into=name == "put")
    if not dos:
        return
    if (way := reading.clicked()) is not None:
        way.dos += dos
        return
    changed = {do.variable for do in dos}
    if changed & reading.shown:
        reading.notes.leave(
            f"set {rest}", reading.where, "The line shows the value after the change."
        )
    guard = guarded(reading.atoms)
    fresh = not reading.node.beats and not reading.node.always
    if fresh and guard is None:
        reading.node.entry += dos
        return
    before = reading.node
    reading.cut()
    if guard is None:
        reading.node.entry += dos
    else:
        before.always.insert(-1, Way(reading.node.id, reading.where, guard, dos))


def _goto(reading: Reading, rest: str) -> None:
    """Leads on at once, or on a click."""
    target = formulas.unquoted(rest) if rest[:1] in "\"'" else rest
    place = reading.book.places.get(target)
    if not place:
        reading.notes.leave(f"goto {rest}", reading.where, "No passage has that name.")
        return
    if (way := reading.clicked()) is not None:
        way.target = place
        return
    end_line(reading)
    reading.node.always.append(Way(place, reading.where, guarded(reading.atoms)))
    if reading.node.always[-1].guard is None:
        reading.node = Node("", "")  # nobody sees what follows


def _link_macro(reading: Reading, rest: str, mark: Mark | None) -> None:
    """``<<link "text" "passage">>`` and Harlowe's ``(link-goto: "text", "passage")``."""
    if rest.startswith("[["):
        text, target, _ = link(rest.strip("[]"))
    else:
        said = re.findall(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', rest)
        words = [formulas.unquoted(one) for one in said]
        text = words[0] if words else rest
        target = words[1] if len(words) > 1 else ""
    if mark is None:
        choose(reading, text, target or text)
        return
    if mark.harlowe:
        reading.notes.leave(
            f"(link: {rest})", reading.where, "The text inside is kept."
        )
        reading.waiting = Frame("link", reading.atoms)
        return
    name = mark.text.split(" ", 1)[0]
    if target:
        way = choose(reading, text, target)
    else:
        way = reading.choices.choose(filled(reading, text), "", reading.where, text)
        way.guard = guarded(reading.atoms)
    open_block(reading, Frame(name, reading.atoms, way=way), harlowe=False)
