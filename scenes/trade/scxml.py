"""SCXML (W3C) to scenes: what both have, and a word on what only SCXML has.

Events become choices, called by the event; expressions are taken where they are in our
language or in JavaScript's that maps onto it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from scenes.machine import limits
from scenes.trade import formulas
from scenes.trade.draft import Do, Draft, Node, Way, escaped
from scenes.trade.naming import title
from scenes.trade.report import Notes, TradeError
from scenes.trade.terms import Literal, Tree, Unknown, Var, both, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMESPACE = "http://www.w3.org/2005/07/scxml"
_DEPTH = 60
_ELEMENTS = 100_000
_STATES = {"state", "final", "parallel", "history"}
_BEHIND = "One before it is always taken."
_IGNORED = {"datamodel", "initial", "transition", "onentry", "onexit", "donedata"}
_SAID = {"label", "text", "title", "desc", "description"}
"""Attributes of other namespaces, or none, with words for people."""


@dataclass(slots=True)
class Element:
    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "").strip()

    def all(self, *names: str) -> Iterator[Element]:
        return (child for child in self.children if child.name in names)

    @property
    def where(self) -> str:
        return f"line {self.line}"

    def words(self) -> str:
        """What editors write for people beside an element."""
        for name, value in self.attributes.items():
            if name.rpartition(":")[2] in _SAID and value.strip():
                return value.strip()
        return ""


def tree(text: str) -> Element:
    """The root. Document types, entities and much depth are refused."""
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self._open: list[Element] = []
        self._root: Element | None = None
        self._count = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.buffer_text = True

    def read(self, text: str) -> Element:
        try:
            self._parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            raise TradeError("unreadable", f"Not XML: {error}.") from None
        if self._root is None:
            raise TradeError("nothing-inside", "The file is empty.")
        return self._root

    def _refuse(self, *_: object) -> None:
        raise TradeError(
            "unreadable", "Document types and entities are not read. Remove them."
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= _DEPTH:
            raise TradeError(
                "too-large", f"Elements are nested more than {_DEPTH} deep."
            )
        if self._count > _ELEMENTS:
            raise TradeError("too-large", f"More than {_ELEMENTS} elements.")
        own, _, local = name.rpartition(" ")
        if own not in {"", NAMESPACE}:
            local = f"other:{local}"
        found = {key.replace(" ", ":"): value for key, value in attributes.items()}
        made = Element(local, found, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(made)
        else:
            self._root = made
        self._open.append(made)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _data(self, text: str) -> None:
        if self._open and text.strip():
            self._open[-1].text.append(text)


def read(root: Element, notes: Notes) -> Draft:
    return _Machine(root, notes).draft


class _Machine:
    def __init__(self, root: Element, notes: Notes) -> None:
        if root.name != "scxml":
            raise TradeError(
                "unknown-form", f"The file begins with <{root.name[:40]}>, not <scxml>."
            )
        self.notes = notes
        self.draft = Draft(notes, root.get("name") or "Imported from SCXML")
        self.nodes: dict[str, Node] = {}
        self.done: dict[str, list[Way]] = {}
        """What is taken when a state is done, by its id in the file."""

        self.variables: set[str] = set()
        self._declare(root)
        states = [child for child in root.children if child.name in _STATES]
        if not states:
            raise TradeError("nothing-inside", "The machine has no state.")
        for child in root.all("script"):
            notes.leave("a script", child.where, "It is a program.")
        for state in states:
            node = self._state(state, "", 1)
            if node is not None:
                self.draft.nodes.append(node)
        plain = self.draft.nodes
        if not plain:
            raise TradeError("nothing-inside", "The machine has no state.")
        self.draft.initial = self._initial(root, Node("", "line 1"), plain)

    def _declare(self, root: Element) -> None:
        """Ids first, since transitions name states that come later."""
        self._data(root)
        for child in root.all(*_STATES):
            name = child.get("id") or f"state at line {child.line}"
            if name in self.nodes:
                self.notes.leave(
                    f"the state {name}", child.where, "Another one has its id."
                )
                name = f"{name} {len(self.nodes)}"
            child.attributes["id"] = name
            self.nodes[name] = self.draft.node(name, child.where, key=name)
            self._declare(child)

    def _data(self, root: Element) -> None:
        for model in root.all("datamodel"):
            for data in model.all("data"):
                name = data.get("id")
                said = data.get("expr") or "".join(data.text).strip()
                value = (
                    formulas.read(said, _unknown) if said else Unknown("It has none.")
                )
                if not name:
                    continue
                self.variables.add(name)
                self.draft.variable(name)
                if isinstance(value, Literal):
                    self.draft.starts[self.draft.variable(name)] = value
                elif said:
                    self.notes.leave(f"the value of {name}", data.where, _why(value))

    # States ---------------------------------------------------------------------

    def _state(self, element: Element, parent: str, depth: int) -> Node | None:
        if depth > limits.NESTING:
            raise TradeError(
                "too-large", f"States are nested more than {limits.NESTING} deep."
            )
        node = self.nodes[element.get("id")]
        if element.name == "history":
            return self._history(element, node, parent)
        if words := element.words():
            self.draft.say(node, escaped(words), element.where)
        for child in element.children:
            if child.name not in _STATES | _IGNORED:
                self.notes.leave(
                    f"<{child.name}>", child.where, "It is not known here."
                )
            elif child.name in {"onentry", "onexit"}:
                self._content(child, node, entry=child.name == "onentry")
        if element.name == "final":
            return self._final(element, node, parent)
        for child in element.all("transition"):
            self._transition(child, node)
        inner = [child for child in element.children if child.name in _STATES]
        if element.name == "parallel":
            self.notes.leave(
                f"the parallel state {element.get('id')}",
                element.where,
                "One state is active here at a time: its first region is.",
            )
        for child in inner:
            made = self._state(child, element.get("id"), depth + 1)
            if made is not None:
                node.children.append(made)
        plain = [child for child in node.children if not child.history]
        if node.children and not plain:
            self.notes.leave(
                "history", element.where, "There is no state to return to."
            )
            node.children = []
        if plain:
            node.initial = self._initial(element, node, plain)
        return node

    def _initial(self, element: Element, node: Node, plain: list[Node]) -> str:
        wanted = element.get("initial").split()
        for first in element.all("initial"):
            for way in first.all("transition"):
                wanted += way.get("target").split()
                for do in self._dos(way):
                    node.entry.append(do)
        for name in wanted:
            found = self.nodes.get(name)
            if found is not None and any(found is child for child in plain):
                return found.id
            self.notes.leave(
                f"the beginning in {name}",
                element.where,
                "Here it is a child of the state.",
            )
        return plain[0].id

    def _history(self, element: Element, node: Node, parent: str) -> Node | None:
        targets = [
            name
            for way in element.all("transition")
            for name in way.get("target").split()
            if name in self.nodes
        ]
        if not targets or not parent:
            why = "It needs a state around it, and a target."
            self.notes.leave(f"the history {element.get('id')}", element.where, why)
            return None
        node.history = "deep" if element.get("type") == "deep" else "shallow"
        node.target = self.nodes[targets[0]].id
        return node

    def _final(self, element: Element, node: Node, parent: str) -> Node:
        """Inside another state it leads to what follows that state."""
        ways = self.done.get(parent, []) if parent else []
        if ways:
            node.always += ways
        else:
            node.final = True
            node.ending = element.words() or title(element.get("id"))
        return node

    # Transitions ----------------------------------------------------------------

    def _transition(self, element: Element, node: Node) -> None:
        events = element.get("event").split()
        targets = element.get("target").split()
        if len(targets) > 1:
            self.notes.leave(
                f"the target {targets[1]}", element.where, "A transition has one here."
            )
        target = ""
        if targets:
            found = self.nodes.get(targets[0])
            if found is None:
                self.notes.leave(
                    f"a way to {targets[0]}", element.where, "It leads nowhere."
                )
                return
            target = found.id
        guard = self._guard(element)
        dos = list(self._dos(element))
        if not events:
            node.always.append(Way(target, element.where, guard, dos))
            return
        for event in events:
            if event.startswith("done.state."):
                way = Way(target, element.where, guard, list(dos))
                self.done.setdefault(event.removeprefix("done.state."), []).append(way)
                continue
            name = event.removesuffix(".*").removesuffix("*").rstrip(".")
            if not name or name.startswith(("error", "done.invoke")):
                self.notes.leave(
                    f"the event {event}", element.where, "Nobody chooses it."
                )
                continue
            words = element.words() or title(name)
            way = Way(target, element.where, guard, list(dos))
            if not node.choose_event(name, escaped(words), way):
                self.notes.leave(f"the event {event}", element.where, _BEHIND)

    def _guard(self, element: Element) -> Tree | None:
        said = element.get("cond")
        if not said:
            return None
        found = formulas.read(said, self._variable)
        if isinstance(found, Literal) and found.value is True:
            return None
        return both(None, found)

    # Content --------------------------------------------------------------------

    def _content(self, element: Element, node: Node, *, entry: bool) -> None:
        (node.entry if entry else node.exit).extend(self._dos(element, node, entry))

    def _dos(
        self, element: Element, node: Node | None = None, entry: bool = False
    ) -> Iterator[Do]:
        for child in element.children:
            if child.name == "assign":
                variable = self._variable(child.get("location"))
                said = child.get("expr") or "".join(child.text).strip()
                value = formulas.read(said, self._variable)
                if isinstance(variable, Var) and not isinstance(value, Unknown):
                    yield Do(variable.name, value, child.where)
                else:
                    why = _why(variable if isinstance(variable, Unknown) else value)
                    self.notes.leave(f"an assignment of {said}", child.where, why)
            elif child.name == "log" and node is not None and entry:
                told = formulas.read(child.get("expr"), _unknown)
                if isinstance(told, Literal) and told.kind == "string":
                    self.draft.say(node, escaped(str(told.value)), child.where)
                else:
                    self.notes.leave("a log", child.where, "Only plain texts are told.")
            else:
                self.notes.leave(
                    f"<{child.name}>", child.where, "It is not known here."
                )

    def _variable(self, name: str) -> Tree:
        if name not in self.variables:
            return Unknown(f"{name[:40]} is no variable here")
        return Var(self.draft.variable(name))


def _unknown(name: str) -> Tree:
    return literal(None) if name == "null" else Unknown(f"{name[:40]} is not known yet")


def _why(value: Tree) -> str:
    return value.why if isinstance(value, Unknown) else "It is not a plain value."
