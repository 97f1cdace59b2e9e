"""Twine to scenes: a passage becomes a state, its links choices, its lines beats.

Lines and links under a condition keep it. What is assigned between lines happens between
them: the passage becomes a row of states then, which play goes through by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from scenes.trade import formulas
from scenes.trade.draft import Do, Draft, Node, Way, escaped
from scenes.trade.markup import Mark, link, marks
from scenes.trade.report import Notes, TradeError
from scenes.trade.terms import (
    Literal,
    Tree,
    Unknown,
    Var,
    Visits,
    apply,
    both,
    literal,
)

if TYPE_CHECKING:
    from scenes.trade.passages import Passage, Story

_INIT = {"StoryInit"}
_SPECIAL = {
    *("PassageHeader", "PassageFooter", "PassageReady", "PassageDone", "StoryCaption"),
    *("StoryMenu", "StoryBanner", "StoryAuthor", "StorySubtitle", "StoryInterface"),
    *("StorySettings", "StoryIncludes", "StoryShare", "UserScript", "UserStylesheet"),
}
_SET = re.compile(
    r"\s*([$_][A-Za-z_]\w*)\s*(\+\+|--|[-+*/]=|=(?!=)|\bto\b)\s*(.*)", re.DOTALL
)
_INTO = re.compile(r"\s*(.*?)\s+into\s+([$_][A-Za-z_]\w*)\s*", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_STYLE = re.compile(r"''|(?<!:)//")
_NO_STORY = ("script", "stylesheet", "widget", "header", "footer", "comment")
_LINKS = {"link", "button", "linkreplace", "linkappend"}
_GOTO = {"link-goto", "linkgoto"}
_IF, _ELSE_IF, _ELSE = {"if"}, {"elseif", "else-if"}, {"else"}
_SILENT = {"silently", "script", "widget", "style"}
_SHOW = {"print", "=", "-"}
MARKS = 40_000
"""Of one story: lines, links, macros and the texts between them."""

_DEEPEST = 30
_WAYS = 3
"""Conditions inside one line that are told in all their combinations."""

Atoms = tuple[tuple[Tree, bool], ...]


def read(story: Story, notes: Notes) -> Draft:
    return _Story(story, notes).draft


@dataclass(slots=True)
class _Frame:
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


class _Story:
    def __init__(self, story: Story, notes: Notes) -> None:
        self.notes = notes
        self.draft = Draft(notes, story.title or "Imported from Twine")
        for what, where, why in story.odd:
            notes.leave(what, where, why)
        self.places: dict[str, str] = {}
        self.marks = 0
        kept = []
        for passage in story.passages:
            if self._plain(passage):
                kept.append(passage)
        if not kept:
            raise TradeError("nothing-inside", "The file has no passage with a story.")
        for passage in kept:
            self.places[passage.name] = self.draft.states.of(passage.name, "passage")
        for passage in kept:
            _Passage(self, passage).read()
        notes.take("passages", len(kept))
        for begin in (story.start, "Start", kept[0].name):
            if begin in self.places:
                self.draft.initial = self.places[begin]
                break
        counted = ((name, [place]) for name, place in self.places.items())
        self.draft.counted.update(counted)

    def _plain(self, passage: Passage) -> bool:
        """Whether it is a part of the story."""
        where = f"passage {passage.name}"
        if passage.name in _INIT or "startup" in passage.tags:
            _Passage(self, passage).first_values()
            return False
        if passage.name in self.places:
            self.notes.leave(where, f"line {passage.line}", "Another one has its name.")
            return False
        for tag in _NO_STORY:
            if tag in passage.tags:
                self.notes.leave(where, f"line {passage.line}", f"It is marked {tag}.")
                return False
        if passage.name in _SPECIAL:
            why = "It is a part of the page, not of the story."
            self.notes.leave(where, f"line {passage.line}", why)
            return False
        self.places[passage.name] = ""
        return True


@dataclass(slots=True)
class _Passage:
    story: _Story
    passage: Passage
    node: Node = field(init=False)
    choices: Node = field(init=False)
    """Holds them until it is known which state waits."""

    frames: list[_Frame] = field(default_factory=list)
    line: list[tuple[str, Atoms]] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    number: int = 0
    last: _Frame | None = None
    """The ``if`` that ended just now, for Harlowe's ``(else:)``."""

    skipped: int = 0
    """Frames open that are nested too deeply."""

    waiting: _Frame | None = None
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
        return self.story.notes

    # Reading --------------------------------------------------------------------

    def read(self) -> None:
        draft = self.story.draft
        name = self.passage.name
        self.node = first = draft.node(name, f"passage {name}", key=name)
        draft.nodes.append(first)
        if self.passage.tags:
            first.extensions = {"import": {"tags": list(self.passage.tags[:20])}}
            self.notes.keep(f"tags of passage {name}")
        self._run()
        self.node.choices = self.choices.choices
        ends = not self.node.choices
        if ends and all(way.guard is not None for way in self.node.always):
            if self.node.always:
                self._cut()
            self.node.final = True
            self.node.ending = name

    def first_values(self) -> None:
        """Of the passage that the story begins with, unseen."""
        draft = self.story.draft
        self.node = Node("", "")
        self._run()
        for do in self.node.entry:
            if isinstance(do.value, Literal):
                draft.starts[do.variable] = do.value
            else:
                self.notes.leave(
                    f"the first value of {do.variable}", do.where, "It is computed."
                )

    def _run(self) -> None:
        for mark in marks(self.passage.body, self.passage.line):
            self.number = mark.line
            self.story.marks += 1
            if self.story.marks > MARKS:
                raise TradeError(
                    "too-large",
                    f"More than {MARKS} lines, links and macros. Import it in parts.",
                )
            if self.waiting is not None and mark.kind != "hook":
                if mark.kind == "text" and not mark.text.strip():
                    continue
                self.waiting = None
            self._mark(mark)
        self._newline()

    def _mark(self, mark: Mark) -> None:
        silent = any(frame.silent for frame in self.frames)
        if mark.kind == "newline":
            self._newline()
        elif mark.kind == "macro":
            self._macro(mark)
        elif mark.kind == "hook":
            frame = self.waiting or _Frame("", self.atoms)
            frame.hook = True
            self.waiting = None
            self._push(frame)
        elif mark.kind == "end":
            self.skipped, skipped = max(0, self.skipped - 1), self.skipped
            while self.frames and not skipped:
                frame = self.frames.pop()
                if frame.hook:
                    self.last = frame
                    break
        elif silent:
            return
        elif mark.kind == "link":
            self._link(mark)
        elif mark.kind == "value":
            self._value(mark.text)
        else:
            self._text(mark.text)

    def _text(self, text: str) -> None:
        plain = _STYLE.sub("", _TAG.sub("", text))
        if len(plain) < len(text):
            self.notes.leave("bold, italics or HTML", self.where, "The words are kept.")
        way = self._clicked()
        if way is None and plain:
            self.line.append((escaped(plain), self.atoms))
            if plain.strip():
                self.last = None

    def _clicked(self) -> Way | None:
        return next((f.way for f in reversed(self.frames) if f.way is not None), None)

    def _value(self, name: str) -> None:
        found = self._variable(name)
        if isinstance(found, Var):
            self.line.append((f"{{{found.name}}}", self.atoms))
            self.shown.add(found.name)

    def _newline(self) -> None:
        pieces, self.line, self.shown = self.line, [], set()
        if not any(text.strip() for text, _ in pieces):
            return
        sets = {atoms for text, atoms in pieces if text.strip()}
        if len(sets) == 1:
            self._say("".join(text for text, _ in pieces), sets.pop())
            return
        trees = list(dict.fromkeys(tree for _, atoms in pieces for tree, _ in atoms))
        if len(trees) > _WAYS:
            self.notes.leave(
                "a line with many conditions", self.where, "It is told in pieces."
            )
            for text, atoms in pieces:
                self._say(text, atoms)
            return
        for truth in product((True, False), repeat=len(trees)):
            so = tuple(zip(trees, truth, strict=True))
            self._say("".join(t for t, atoms in pieces if set(atoms) <= set(so)), so)

    def _say(self, text: str, atoms: Atoms) -> None:
        self.story.draft.say(self.node, text, self.where, guard=_guard(atoms))

    # Links ----------------------------------------------------------------------

    def _link(self, mark: Mark) -> None:
        text, target, setter = link(mark.text)
        way = self._choice(text, target)
        if way is not None and setter:
            way.dos += self._sets(setter.strip("[] "))
        alone = not any(said.strip() for said, _ in self.line)
        if not alone and self._clicked() is None:
            self.line.append((self._filled(text), self.atoms))

    def _choice(self, text: str, target: str) -> Way | None:
        place = self.story.places.get(target)
        if not place:
            why = (
                "Its target is computed."
                if target[:1] in "$_"
                else "No passage has that name."
            )
            self.notes.leave(f"the link to {target}", self.where, why)
            return None
        way = self.choices.choose(self._filled(text), place, self.where, text)
        way.guard = _guard(self.atoms)
        self.notes.take("links")
        return way

    def _filled(self, text: str) -> str:
        """With the values that it names."""

        def value(match: re.Match[str]) -> str:
            found = self._variable(match[0])
            return f"{{{found.name}}}" if isinstance(found, Var) else match[0]

        return re.sub(r"\$[A-Za-z_]\w*", value, escaped(_STYLE.sub("", text)))

    # Macros ---------------------------------------------------------------------

    def _macro(self, mark: Mark) -> None:
        if mark.harlowe:
            name, _, rest = mark.text.partition(":")
            name = name.strip().lower()
        else:
            name, _, rest = mark.text.strip().partition(" ")
            if name.startswith("/") or name.startswith("end"):
                self._close(name.removeprefix("/").removeprefix("end"))
                return
        rest = rest.strip()
        if any(frame.silent for frame in self.frames) and name not in {"set"}:
            return
        if name in _IF | _ELSE_IF | _ELSE | {"unless"}:
            self._branch(name, rest, mark.harlowe)
        elif name in {"set", "put"}:
            self._set(rest, name)
        elif name in _SHOW:
            found = self._tree(rest)
            if isinstance(found, Var):
                self._value_of(found)
            elif isinstance(found, Literal):
                self.line.append((escaped(str(found.value)), self.atoms))
            else:
                self.notes.leave(
                    f"{name} {rest}", self.where, "Only variables are printed."
                )
        elif name in {"goto", "go-to"}:
            self._goto(rest)
        elif name in _GOTO:
            self._link_macro(rest, None)
        elif name in _LINKS:
            self._link_macro(rest, mark)
        elif name == "silently" or name in _SILENT:
            if name != "silently":
                self.notes.leave(f"a {name}", self.where, "It is a program.")
            self._open(_Frame(name, self.atoms, silent=True), harlowe=mark.harlowe)
        else:
            what = f"({name}: {rest})" if mark.harlowe else f"<<{name} {rest}>>"
            self.notes.leave(
                what, self.where, "No such macro is known here; text inside is kept."
            )
            if mark.harlowe:
                self.waiting = _Frame(name, self.atoms)

    def _open(self, frame: _Frame, *, harlowe: bool) -> None:
        if harlowe:
            self.waiting = frame
        else:
            self._push(frame)

    def _push(self, frame: _Frame) -> None:
        if len(self.frames) >= _DEEPEST:
            self.notes.leave(frame.name, self.where, "Nested too deeply.")
            self.skipped += 1
        else:
            self.frames.append(frame)

    def _close(self, name: str) -> None:
        if not any(frame.name == name for frame in self.frames):
            return
        if self.skipped:
            self.skipped -= 1
            return
        while self.frames:
            if self.frames.pop().name == name:
                break

    def _branch(self, name: str, rest: str, harlowe: bool) -> None:
        tree = apply("not", self._tree(rest)) if name == "unless" else self._tree(rest)
        if name in _IF | {"unless"}:
            around = self.atoms
            frame = _Frame("if", (*around, (tree, True)), ((tree, False),))
            self._open(frame, harlowe=harlowe)
            return
        if harlowe:
            before, around = self.last, self.atoms
        else:
            before = next((f for f in reversed(self.frames) if f.name == "if"), None)
            while before is not None and self.frames.pop() is not before:
                pass
            around = self.atoms
        if before is None or before.name != "if":
            self.notes.leave(name, self.where, "No if stands before it.")
            return
        so: Atoms = ((tree, True),) if name in _ELSE_IF else ()
        tried = (*before.tried, (tree, False)) if so else before.tried
        frame = _Frame("if", (*around, *before.tried, *so), tried)
        self._open(frame, harlowe=harlowe)

    def _link_macro(self, rest: str, mark: Mark | None) -> None:
        """``<<link "text" "passage">>`` and Harlowe's ``(link-goto: "text", "passage")``."""
        if rest.startswith("[["):
            text, target, _ = link(rest.strip("[]"))
        else:
            said = re.findall(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', rest)
            words = [formulas.unquoted(one) for one in said]
            text = words[0] if words else rest
            target = words[1] if len(words) > 1 else ""
        if mark is None:
            self._choice(text, target or text)
            return
        if mark.harlowe:
            self.notes.leave(f"(link: {rest})", self.where, "The text inside is kept.")
            self.waiting = _Frame("link", self.atoms)
            return
        name = mark.text.split(" ", 1)[0]
        if target:
            way = self._choice(text, target)
        else:
            way = self.choices.choose(self._filled(text), "", self.where, text)
            way.guard = _guard(self.atoms)
        self._open(_Frame(name, self.atoms, way=way), harlowe=False)

    def _goto(self, rest: str) -> None:
        target = formulas.unquoted(rest) if rest[:1] in "\"'" else rest
        place = self.story.places.get(target)
        if not place:
            self.notes.leave(f"goto {rest}", self.where, "No passage has that name.")
            return
        if (way := self._clicked()) is not None:
            way.target = place
            return
        self._newline()
        self.node.always.append(Way(place, self.where, _guard(self.atoms)))
        if self.node.always[-1].guard is None:
            self.node = Node("", "")  # nobody sees what follows

    def _set(self, rest: str, name: str) -> None:
        dos = self._sets(rest, into=name == "put")
        if not dos:
            return
        if (way := self._clicked()) is not None:
            way.dos += dos
            return
        changed = {do.variable for do in dos}
        if changed & self.shown:
            self.notes.leave(
                f"set {rest}", self.where, "The line shows the value after the change."
            )
        guard = _guard(self.atoms)
        fresh = not self.node.beats and not self.node.always
        if fresh and guard is None:
            self.node.entry += dos
            return
        before = self.node
        self._cut()
        if guard is None:
            self.node.entry += dos
        else:
            before.always.insert(-1, Way(self.node.id, self.where, guard, dos))

    def _cut(self) -> None:
        """What follows stands in a state of its own."""
        draft = self.story.draft
        if not self.node.id:  # what nobody sees
            return
        node = draft.node(self.passage.name, f"passage {self.passage.name}")
        draft.nodes.append(node)
        self.node.always.append(Way(node.id, self.where))
        self.node = node

    def _sets(self, text: str, *, into: bool = False) -> list[Do]:
        found = []
        for one in _split(text):
            match = _INTO.fullmatch(one) if into else _SET.fullmatch(one)
            if match is None:
                self.notes.leave(
                    f"set {one}", self.where, "Only $name to value is known."
                )
                continue
            name, sign, said = (
                (match[2], "to", match[1]) if into else (match[1], match[2], match[3])
            )
            variable = self._variable(name)
            if not isinstance(variable, Var):
                continue
            value = self._tree(said, it=variable) if said.strip() else literal(1)
            if sign in {"++", "--"}:
                value = literal(1)
            if sign[0] in "+-*/":
                value = apply(sign[0], variable, value)
            if isinstance(value, Unknown):
                self.notes.leave(f"set {one}", self.where, value.why)
                continue
            found.append(Do(variable.name, value, self.where))
        return found

    def _value_of(self, variable: Var) -> None:
        self.line.append((f"{{{variable.name}}}", self.atoms))
        self.shown.add(variable.name)

    def _tree(self, text: str, it: Var | None = None) -> Tree:
        def variable(name: str) -> Tree:
            if name == "it" and it is not None:
                return it
            return self._variable(name)

        return formulas.read(text, variable, self._called)

    def _called(self, name: str, text: str) -> Tree:
        if name in {"visited", "hasVisited"} and text in self.story.places:
            found = Visits(text)
            return found if name == "visited" else apply(">", found, literal(0))
        return Unknown(f"the function {name[:40]}")

    def _variable(self, name: str) -> Tree:
        if name[:1] not in "$_" or "." in name or len(name) > 200:
            return Unknown(f"{name[:40]} is no variable")
        return Var(self.story.draft.variable(name.lstrip("$")))


def _guard(atoms: Atoms) -> Tree | None:
    found: Tree | None = None
    for tree, so in atoms:
        found = both(found, tree if so else apply("not", tree))
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
