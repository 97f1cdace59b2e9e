"""Compiled ink to scenes: a walk through all that its runtime can come to.

The walk does what ink's runtime does, step by step, with trees in place of values. Where
the runtime would wait for the player, decide on a value that only play knows, or come to
a place that several ways lead to, a state ends and others begin.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from scenes.trade.draft import Do, Draft, Node, Way, escaped
from scenes.trade.ink_flow import NOTHING, Flow, Frame, Offer, Place, Said, Value
from scenes.trade.ink_operations import OPERATIONS, operated
from scenes.trade.ink_story import (
    AT_START,
    CHOICE_ONLY,
    CONDITION,
    INVISIBLE,
    ONCE,
    START,
    Container,
    Pointer,
    Story,
)
from scenes.trade.ink_tidy import tidied
from scenes.trade.naming import title
from scenes.trade.report import Notes, TradeError
from scenes.trade.terms import (
    FALSE,
    TRUE,
    Apply,
    Literal,
    Tree,
    Unknown,
    Var,
    Visits,
    apply,
    both,
    literal,
    names_in,
)

STEPS = 60_000
"""Of one import; a story of 300 pages takes about half of that."""

_DEEPEST = 12
"""Of tunnels and functions within one another."""

_LOOK = 300
"""Places after a line's end where glue is looked for."""

_MOST = 100
"""Values on the stack, and choices of one moment."""

_SPACES = re.compile(r"[ \t]{2,}")
_WEAVE = re.compile(r"[cgs]-?\d*|b|\$r\d*|global decl|\d+")


def read(data: dict[str, Any], notes: Notes) -> Draft:
    return _Walk(Story(data), notes).whole()


@dataclass(slots=True)
class _State:
    """One that is being walked through."""

    node: Node
    flow: Flow
    counted: frozenset[int]
    """Containers that are visited on entering it."""

    carried: bool
    """It began in the middle of a line."""


class _Walk:
    def __init__(self, story: Story, notes: Notes) -> None:
        self.story = story
        self.notes = notes
        self.draft = Draft(notes, "")
        self.known: dict[tuple[Flow, frozenset[int]], Node] = {}
        self.waiting: deque[_State] = deque()
        self.steps = 0
        self.title = ""

    def whole(self) -> Draft:
        self._first_values()
        if self.story.lists:
            self.notes.leave("lists", "listDefs", "A variable holds one value here.")
        start = Flow((Frame("story", Pointer(self.story.root.number, 0)),))
        first = self._arrive(start, frozenset())
        self.draft.initial = first.id
        while self.waiting:
            self._run(self.waiting.popleft())
        tidied(self.draft)
        self.draft.title = self.title or "Imported from ink"
        return self.draft

    def _names_it(self, tag: str) -> bool:
        """Whether a tag is the story's title, which it is then given."""
        name, colon, value = tag.partition(":")
        if not colon or name.strip().casefold() != "title" or not value.strip():
            return False
        self.title = self.title or value.strip()
        return True

    # States ---------------------------------------------------------------------

    def _place(self, flow: Flow, counted: frozenset[int], name: str = "") -> Node:
        """The state that goes on from there, new or known."""
        key = (flow, counted)
        found = self.known.get(key)
        if found is None:
            where = self._where(flow.top.pointer)
            found = self.draft.node(name or self._name(flow.top.pointer), where)
            self.draft.nodes.append(found)
            self.known[key] = found
            for number in counted:
                self.draft.counted.setdefault(str(number), []).append(found.id)
            self.waiting.append(_State(found, flow, counted, bool(flow.line)))
        return found

    def _name(self, pointer: Pointer | None) -> str:
        """Of the nearest knot, stitch or label."""
        if pointer is None:
            return "end"
        around = self.story.containers[pointer.container].around()
        names = [
            one.name for one in around if one.name and not _WEAVE.fullmatch(one.name)
        ]
        return " ".join(reversed(names[:2])) or "start"

    def _where(self, pointer: Pointer | None) -> str:
        if pointer is None:
            return "the end"
        path = self.story.containers[pointer.container].path
        return ".".join(part for part in (path, str(max(pointer.index, 0))) if part)

    # One state ------------------------------------------------------------------

    def _run(self, state: _State) -> None:
        flow: Flow | None = state.flow
        arrived = state.counted
        fresh = True
        seen: set[Pointer] = set()
        while flow is not None:
            self.steps += 1
            if self.steps > STEPS:
                raise TradeError(
                    "too-large",
                    f"The story does not come to an end within {STEPS} steps of a walk.",
                )
            pointer = flow.top.pointer
            if pointer is None:
                flow = self._ran_out(state, flow)
                continue
            inside, entered = self._enter(pointer)
            counts = entered | arrived
            if counts and not (fresh and counts == state.counted):
                self._go(state, flow, counts)
                return
            jumped = pointer in seen
            seen.add(pointer)
            if jumped:
                self._go(state, flow, frozenset())
                return
            fresh = False
            arrived = frozenset()
            item = self.story.at(inside)
            if isinstance(item, Container) or item is None:
                flow = flow.at(self.story.next(inside))
                continue
            result = self._step(state, flow.at(inside), item)
            if result is None:
                return
            flow, arrived, cut = result
            if cut and flow.top.pointer is not None:
                self._go(state, flow, arrived)
                return

    def _enter(self, pointer: Pointer) -> tuple[Pointer, frozenset[int]]:
        """The innermost place there, and who is visited on the way to it."""
        found = []
        item = self.story.at(pointer)
        while isinstance(item, Container):
            if item.number in self.story.read:
                found.append(item.number)
            if not item.content:
                break
            pointer = Pointer(item.number, 0)
            item = self.story.at(pointer)
        return pointer, frozenset(found)

    def _go(self, state: _State, flow: Flow, counts: frozenset[int]) -> None:
        node = self._arrive(flow, counts)
        state.node.always.append(Way(node.id, state.node.where))

    def _ran_out(self, state: _State, flow: Flow) -> Flow | None:
        """Out of a function, or the walk waits for the player."""
        if flow.top.kind == "function":
            return self._returned(flow, NOTHING)
        if flow.top.kind == "tunnel":
            self.notes.leave(
                "a tunnel without ->->", state.node.where, "It ends there."
            )
        self._wait(state, flow)
        return None

    def _step(
        self, state: _State, flow: Flow, item: Any
    ) -> tuple[Flow, frozenset[int], bool] | None:
        """The flow afterwards, who was visited, and whether a new state begins; None:
        the state is done."""
        none: frozenset[int] = frozenset()
        if isinstance(item, str):
            if item in {"done", "end"}:
                offers = flow.offers if item == "done" else ()
                self._wait(state, replace(flow, offers=offers))
                return None
            if item in {"->->", "~ret"}:
                return self._left(state, flow, item)
            if item == "thread":
                self.notes.leave(
                    "a thread", self._here(flow), "Threads are not known here."
                )
                skipped = self.story.next(self._pointer(flow))
                return (
                    flow.at(self.story.next(skipped) if skipped else None),
                    none,
                    False,
                )
            after = self._command(state, flow, item)
            if after is None:
                return None
            ended = (
                item == "\n" and state.carried and not after.line and not after.marks
            )
            after = after.at(self.story.next(self._pointer(after)))
            return after, none, ended and not self._at_end(after)
        if isinstance(item, dict):
            return self._object(state, flow, item)
        self._check(flow)
        if isinstance(item, bool | int | float) and flow.top.evaluating:
            flow = flow.push(literal(item))
        return flow.at(self.story.next(self._pointer(flow))), none, False

    def _at_end(self, flow: Flow) -> bool:
        pointer = flow.top.pointer
        return pointer is None or self.story.at(pointer) in ("done", "end")

    @staticmethod
    def _pointer(flow: Flow) -> Pointer:
        pointer = flow.top.pointer
        if pointer is None:
            raise TradeError("unreadable", "The ink JSON leads nowhere.")
        return pointer

    def _here(self, flow: Flow) -> str:
        return self._where(flow.top.pointer)

    def _check(self, flow: Flow) -> None:
        if (
            len(flow.stack) > _MOST
            or len(flow.offers) > _MOST
            or len(flow.marks) > _DEEPEST
        ):
            raise TradeError(
                "too-large", f"At {self._here(flow)} the story is too large."
            )

    # Commands -------------------------------------------------------------------

    def _command(self, state: _State, flow: Flow, item: str) -> Flow | None:
        """A command or a text; None: the state is done and another goes on."""
        self._check(flow)
        if item == "\n":
            return self._line_end(state, flow)
        if item.startswith("^"):
            return self._said(state, flow, escaped(item[1:]))
        if item == "<>":
            return replace(flow, ended=False, glued=True)
        if item in OPERATIONS:
            return self._operation(flow, item)
        top = flow.top
        match item:
            case "ev":
                return flow.framed(replace(top, evaluating=True))
            case "/ev":
                return flow.framed(replace(top, evaluating=False))
            case "out":
                value, flow = flow.pop()
                return self._out(state, flow, value)
            case "pop":
                return flow.pop()[1]
            case "du":
                value, _ = flow.pop()
                return flow.push(value)
            case "str" | "#":
                mark = (item, flow.line, flow.tags, top.evaluating)
                flow = replace(flow, marks=(*flow.marks, mark), line="")
                if item == "str":
                    flow = replace(flow, tags=())
                return flow.framed(replace(flow.top, evaluating=False))
            case "/str" | "/#":
                return self._put_together(flow, item)
            case "nop":
                return flow
            case "visit":
                number = self._pointer(flow).container
                return flow.push(apply("-", Visits(str(number)), literal(1)))
            case "choiceCnt":
                count = len(flow.offers)
                sure = all(offer.guard is None for offer in flow.offers)
                return flow.push(literal(count) if sure else Unknown("CHOICE_COUNT"))
            case "turn":
                return flow.push(Unknown("TURNS"))
            case "turns":
                return flow.pop()[1].push(Unknown("TURNS_SINCE"))
            case "readc":
                value, flow = flow.pop()
                if isinstance(value, Place):
                    number = self.story.target(value.pointer)
                    return flow.push(Visits(str(number)))
                return flow.push(Unknown("READ_COUNT"))
            case "rnd":
                return flow.pop()[1].pop()[1].push(Unknown("RANDOM"))
            case "srnd":
                return flow.pop()[1].push(NOTHING)
            case "seq":
                self.notes.leave(
                    "a shuffle", self._here(flow), "Its first part is told."
                )
                return flow.pop()[1].pop()[1].push(literal(0))
            case "void":
                return flow.push(NOTHING) if top.evaluating else flow
        if item in {"listInt", "range", "lrnd"}:
            count = {"listInt": 2, "range": 3, "lrnd": 1}[item]
            for _ in range(count):
                flow = flow.pop()[1]
            return flow.push(Unknown("a list"))
        self.notes.leave(
            f"the command {item}", self._here(flow), "It is not known here."
        )
        return flow

    def _operation(self, flow: Flow, item: str) -> Flow:
        values: list[Tree] = []
        for _ in range(OPERATIONS[item]):
            value, flow = flow.pop()
            values.insert(0, self._tree(value))
        return flow.push(operated(item, values))

    def _tree(self, value: Value) -> Tree:
        """What a variable or a condition can be given of a value."""
        if isinstance(value, Said):
            if "{" in value.text.replace("{{", "") or "}" in value.text.replace(
                "}}", ""
            ):
                return Unknown("a text that is put together from parts")
            return literal(value.text.replace("{{", "{").replace("}}", "}"))
        if isinstance(value, Place):
            return Unknown("a divert target as a value")
        return value

    def _put_together(self, flow: Flow, item: str) -> Flow:
        if not flow.marks or "/" + flow.marks[-1][0] != item:
            return flow
        _, line, tags, evaluating = flow.marks[-1]
        said = _SPACES.sub(" ", flow.line).strip() if item == "/#" else flow.line
        own = flow.tags
        flow = replace(flow, marks=flow.marks[:-1], line=line, tags=tags)
        flow = flow.framed(replace(flow.top, evaluating=evaluating))
        if item == "/str":
            return flow.push(Said(said, own))
        return replace(flow, tags=(*flow.tags, said)[:20])

    # What is said ---------------------------------------------------------------

    def _said(self, state: _State, flow: Flow, text: str) -> Flow:
        if flow.top.evaluating:
            return flow.push(Said(text))
        blank = not text.strip() and not flow.marks
        if blank and (flow.ended or not flow.line):
            return flow
        if text.strip() and not flow.marks:
            if flow.ended:
                flow = self._flushed(state, flow)
            flow = replace(flow, glued=False)
        if text.strip() and flow.top.silent:
            flow = flow.framed(replace(flow.top, silent=False))
        if len(flow.line) + len(text) > 4000:
            raise TradeError("too-large", f"A line at {self._here(flow)} has no end.")
        return replace(flow, line=flow.line + text)

    def _line_end(self, state: _State, flow: Flow) -> Flow:
        if flow.marks:
            return replace(flow, line=flow.line + " ") if flow.line else flow
        if flow.glued or not flow.line.strip():
            return flow
        if flow.top.kind == "function" or self._may_glue(self._pointer(flow)):
            return replace(flow, ended=True)
        return self._flushed(state, flow)

    def _flushed(self, state: _State, flow: Flow) -> Flow:
        said = _SPACES.sub(" ", flow.line).strip()
        tags = tuple(tag for tag in flow.tags if not self._names_it(tag))
        self.draft.say(state.node, said, self._here(flow), tags=tags)
        return replace(flow, line="", tags=(), ended=False, glued=False)

    def _may_glue(self, pointer: Pointer) -> bool:
        """Whether glue may follow a line's end before anything else is said."""
        if not self.story.has_glue:
            return False
        waiting = [self.story.next(pointer)]
        seen: set[Pointer] = set()
        for _ in range(_LOOK):
            if not waiting:
                return False
            one = waiting.pop()
            if one is None or one in seen:
                continue
            seen.add(one)
            inside, _ = self._enter(one)
            item = self.story.at(inside)
            if item == "<>":
                return True
            if item in ("done", "end") or (isinstance(item, dict) and "*" in item):
                continue
            if isinstance(item, str) and item.startswith("^") and item[1:].strip():
                continue
            if isinstance(item, dict) and isinstance(item.get("->"), str):
                container = self.story.containers[inside.container]
                if not item.get("var"):
                    waiting.append(self.story.resolve(container, item["->"]))
                if not item.get("c"):
                    continue
            waiting.append(self.story.next(inside))
        return False

    def _out(self, state: _State, flow: Flow, value: Value) -> Flow | None:
        if isinstance(value, Said):
            tags = (*flow.tags, *value.tags)[:20]
            flow = flow.framed(replace(flow.top, evaluating=False))
            flow = self._said(state, replace(flow, tags=tags), value.text)
            return flow.framed(replace(flow.top, evaluating=True))
        if value == NOTHING:
            return flow
        if isinstance(value, Literal):
            shown = (
                str(value.value).lower() if value.kind == "bool" else f"{value.value}"
            )
            return self._out(state, flow, Said(escaped(shown)))
        if isinstance(value, Var):
            return self._out(state, flow, Said(f"{{{value.name}}}"))
        if isinstance(value, Visits | Apply):
            name = self.draft.variable(f"shown {value}")
            if not self._assigned(state, flow.push(value), name, value, flow):
                return None
            return self._out(state, flow, Said(f"{{{name}}}"))
        why = value.why if isinstance(value, Unknown) else "a place in the story"
        self.notes.leave(f"what is printed: {why}", self._here(flow), "It is left out.")
        return flow

    # Objects --------------------------------------------------------------------

    def _object(
        self, state: _State, flow: Flow, item: dict[str, Any]
    ) -> tuple[Flow, frozenset[int], bool] | None:
        self._check(flow)
        none: frozenset[int] = frozenset()
        for key in ("->", "->t->", "f()", "x()"):
            if isinstance(item.get(key), str):
                return self._divert(state, flow, key, item)
        after = self._value(state, flow, item)
        if after is None:
            return None
        return after.at(self.story.next(self._pointer(after))), none, False

    def _value(self, state: _State, flow: Flow, item: dict[str, Any]) -> Flow | None:
        container = self.story.containers[self._pointer(flow).container]
        match item:
            case {"VAR?": str(name)}:
                return flow.push(self._variable(flow, name))
            case {"VAR=": str(name)}:
                return self._assign(state, flow, name, temporary=False)
            case {"temp=": str(name)}:
                return self._assign(state, flow, name, temporary=True)
            case {"CNT?": str(path)}:
                target = self.story.resolve(container, path)
                if target is None:
                    return flow.push(Unknown("a place that does not exist"))
                return flow.push(Visits(str(self.story.target(target))))
            case {"^->": str(path)}:
                target = self.story.resolve(container, path)
                if target is None:
                    return flow.push(Unknown("a place that does not exist"))
                return flow.push(Place(target))
            case {"^var": str(name)}:
                return flow.push(Unknown(f"a reference to {name[:40]}"))
            case {"#": str(tag)}:
                return replace(flow, tags=(*flow.tags, escaped(tag))[:20])
            case {"*": str(path)}:
                return self._choice(flow, container, path, item.get("flg", 0))
            case {"list": _}:
                return flow.push(Unknown("a list"))
        self.notes.leave(f"{item}", self._here(flow), "It is not known here.")
        return flow

    def _variable(self, flow: Flow, name: str) -> Value:
        found = flow.top.temp(name)
        if found is not None:
            return found
        constant = self.constants.get(name)
        return constant if constant is not None else Var(self.draft.variable(name))

    def _choice(self, flow: Flow, container: Container, path: str, flags: Any) -> Flow:
        flags = flags if isinstance(flags, int) else 0
        guard: Tree | None = None
        if flags & CONDITION:
            value, flow = flow.pop()
            guard = self._tree(value)
            if isinstance(guard, Literal) and guard.kind != "string":
                guard = None if guard.value else FALSE
        text = ""
        tags: tuple[str, ...] = ()
        for flag in (CHOICE_ONLY, START):
            if flags & flag:
                said, flow = flow.pop()
                if isinstance(said, Said):
                    text, tags = said.text + text, (*said.tags, *tags)
        target = self.story.resolve(container, path)
        if target is None:
            self.notes.leave(
                f"the choice {text}", self._here(flow), "It leads nowhere."
            )
            return flow
        if flags & ONCE:
            taken = Visits(str(self.story.target(target)))
            guard = both(guard, apply("not", taken))
        if guard == FALSE:
            return flow
        said_text = _SPACES.sub(" ", text).strip()
        frames = (*flow.frames[:-1], replace(flow.top, evaluating=False))
        offer = Offer(said_text, tags, guard, target, bool(flags & INVISIBLE), frames)
        return replace(flow, offers=(*flow.offers, offer))

    def _assign(
        self, state: _State, flow: Flow, name: str, *, temporary: bool
    ) -> Flow | None:
        before = flow
        value, flow = flow.pop()
        if temporary:
            known = flow.top.temp(name)
            changes = name in self.story.changed_temps
            still = isinstance(value, Literal | Place | Unknown) or (
                isinstance(value, Said) and not isinstance(self._tree(value), Unknown)
            )
            if not isinstance(known, Var) and still and not changes:
                kept = self._tree(value) if isinstance(value, Said) else value
                return flow.framed(flow.top.with_temp(name, kept))
            if isinstance(value, Place):
                return flow.framed(flow.top.with_temp(name, value))
            own = Var(self.draft.variable(f"{self._name(flow.top.pointer)} {name}"))
            if not self._assigned(state, before, own.name, self._tree(value), flow):
                return None
            return flow.framed(flow.top.with_temp(name, own))
        if name in self.constants:
            self.notes.leave(
                f"a change of {name}", self._here(flow), "It holds a place."
            )
            return flow
        if not self._assigned(
            state, before, self.draft.variable(name), self._tree(value), flow
        ):
            return None
        return flow

    def _assigned(
        self, state: _State, before: Flow, name: str, value: Tree, flow: Flow
    ) -> bool:
        """Whether it was done; else a new state does it, since this one has spoken."""
        if state.node.beats:
            self._go(state, before, frozenset())
            return False
        where = self._here(flow)
        if isinstance(value, Unknown):
            self.notes.leave(
                f"a value of {name}: {value.why}", where, "It is not assigned."
            )
            return True
        if f"{{{name}}}" in flow.line or any(f"{{{name}}}" in m[1] for m in flow.marks):
            self.notes.leave(
                f"a change of {name} within a line",
                where,
                "The line shows what it is then.",
            )
        trees = [one for one in flow.stack if isinstance(one, Apply | Var)]
        trees += [offer.guard for offer in flow.offers if offer.guard is not None]  # type: ignore[misc]
        if any(name in names_in(tree) for tree in trees):
            self.notes.leave(
                f"a change of {name} after it was asked for",
                where,
                "The condition sees what it is then.",
            )
        state.node.entry.append(Do(name, value, where))
        return True

    # Diverts --------------------------------------------------------------------

    def _divert(
        self, state: _State, flow: Flow, key: str, item: dict[str, Any]
    ) -> tuple[Flow, frozenset[int], bool] | None:
        none: frozenset[int] = frozenset()
        here = self._pointer(flow)
        container = self.story.containers[here.container]
        after = self.story.next(here)
        condition: Tree | None = None
        if item.get("c"):
            value, flow = flow.pop()
            condition = self._tree(value)
        target: Pointer | None
        if key == "x()":
            for _ in range(_count(item.get("exArgs"))):
                flow = flow.pop()[1]
            self.notes.leave(
                f"the external function {item[key]}",
                self._here(flow),
                "It is a program.",
            )
            return flow.push(Unknown("an external function")).at(after), none, False
        if item.get("var"):
            value = self._variable(flow, item[key])
            target = value.pointer if isinstance(value, Place) else None
            if item[key].startswith("$"):  # the compiler's own, for this way alone
                flow = flow.framed(flow.top.without_temp(item[key]))
        else:
            target = self.story.resolve(container, item[key])
        if target is None:
            self.notes.leave(
                f"a way to {item[key]}", self._here(flow), "It leads nowhere."
            )
            return flow.at(after), none, False
        cuts = self._cuts(target)
        if not item.get("var"):
            target = self._inside(target)
        visits = self._visits(here, target)
        if key != "->":
            return self._called(flow, key, target, after, visits)
        there = self._moved(flow, container, target)
        if isinstance(condition, Unknown):
            self.notes.leave(
                f"a condition: {condition.why}",
                self._here(flow),
                "This way is never taken.",
            )
            return flow.at(after), none, False
        if isinstance(condition, Literal) and condition.kind != "string":
            if not condition.value:
                return flow.at(after), none, False
            condition = None
        if condition is not None:
            self._fork(state, condition, (there, visits), flow.at(after))
            return None
        return there, visits, cuts

    def _inside(self, target: Pointer) -> Pointer:
        """The first place in a container: a written divert does not come to the
        container itself, which matters for what is counted."""
        if target.index < 0 and self.story.containers[target.container].content:
            return Pointer(target.container, 0)
        return target

    def _moved(self, flow: Flow, container: Container, target: Pointer) -> Flow:
        """There; another knot does not see this one's temporary variables."""
        flow = flow.at(target)
        there = self.story.containers[target.container]
        if container.around()[-2:-1] == there.around()[-2:-1]:
            return flow
        return flow.framed(replace(flow.top, temps=()))

    def _fork(
        self,
        state: _State,
        condition: Tree,
        there: tuple[Flow, frozenset[int]],
        after: Flow,
    ) -> None:
        where = state.node.where
        taken = self._arrive(*there)
        other = self._arrive(after, frozenset())
        state.node.always += [Way(taken.id, where, condition), Way(other.id, where)]

    def _arrive(self, flow: Flow, visits: frozenset[int]) -> Node:
        """The state there, with whom its beginning visits."""
        if flow.top.pointer is not None:
            visits |= self._enter(flow.top.pointer)[1]
        return self._place(flow, visits)

    def _cuts(self, target: Pointer) -> bool:
        """Whether a state of its own begins there: other ways lead there too."""
        if target.index >= 0 and not isinstance(self.story.at(target), Container):
            return True
        found = self.story.containers[self.story.target(target)]
        knot = bool(found.name) and not _WEAVE.fullmatch(found.name)
        return knot or self.story.references[target] > 1

    def _visits(self, before: Pointer, target: Pointer) -> frozenset[int]:
        """Containers around a target that a divert comes into, as the runtime counts."""
        if target.index < 0:
            return frozenset()
        inside = {
            one.number for one in self.story.containers[before.container].around()
        }
        found = set()
        child: Any = self.story.at(target)
        at_start = True
        one: Container | None = self.story.containers[target.container]
        while one is not None:
            start_only = bool(one.flags & AT_START)
            if one.number in inside and not start_only:
                break
            at_start = at_start and bool(one.content) and one.content[0] is child
            if one.number in self.story.read and (at_start or not start_only):
                found.add(one.number)
            child, one = one, one.parent
        return frozenset(found)

    def _called(
        self,
        flow: Flow,
        key: str,
        target: Pointer,
        after: Pointer | None,
        visits: frozenset[int],
    ) -> tuple[Flow, frozenset[int], bool]:
        none: frozenset[int] = frozenset()
        if len(flow.frames) >= _DEEPEST:
            self.notes.leave(
                "a tunnel or function within itself",
                self._here(flow),
                "It is left out.",
            )
            container = self.story.containers[target.container]
            for item in container.content[:10]:
                if isinstance(item, dict) and "temp=" in item:
                    flow = flow.pop()[1]
            return flow.push(Unknown("a function within itself")).at(after), none, False
        kind = "tunnel" if key == "->t->" else "function"
        frame = Frame(kind, target)
        flow = flow.at(after)
        return replace(flow, frames=(*flow.frames, frame)), visits, False

    def _left(
        self, state: _State, flow: Flow, item: str
    ) -> tuple[Flow, frozenset[int], bool] | None:
        """Out of a tunnel or a function."""
        none: frozenset[int] = frozenset()
        value, flow = flow.pop()
        if len(flow.frames) == 1:
            self.notes.leave(item, self._here(flow), "Nothing was entered before.")
            self._wait(state, flow)
            return None
        if item == "~ret":
            return self._returned(flow, value), none, False
        here = self._pointer(flow)
        flow = replace(flow, frames=flow.frames[:-1])
        if isinstance(value, Place):
            flow = flow.at(value.pointer)
            return flow, self._visits(here, value.pointer), self._cuts(value.pointer)
        return flow, none, True

    def _returned(self, flow: Flow, value: Value) -> Flow:
        ended = flow.ended and flow.frames[-1].kind != "function"
        flow = replace(flow, frames=flow.frames[:-1], ended=ended)
        return flow.push(value) if flow.top.evaluating else flow

    # Waiting --------------------------------------------------------------------

    def _wait(self, state: _State, flow: Flow) -> None:
        """The walk comes to a stop: choices, or an ending."""
        node = state.node
        hidden = any(offer.invisible for offer in flow.offers)
        if hidden and flow.glued and flow.line.strip():
            self._fall_back(node, flow)
            return
        if flow.line.strip():
            flow = self._flushed(state, replace(flow, marks=()))
        seen: Tree | None = None
        for offer in flow.offers:
            if offer.invisible:
                continue
            target = self._chosen(offer)
            way = node.choose(offer.text, target, node.where)
            way.guard = offer.guard
            if offer.tags:
                way.extensions = {"import": {"tags": list(offer.tags)}}
                self.notes.keep(f"the tag {offer.tags[0]} (of a choice)")
            shut = apply("not", offer.guard or TRUE)
            seen = both(seen, shut)
        for offer in flow.offers:
            if offer.invisible and seen != FALSE:
                guard = both(seen, offer.guard)
                node.always.append(Way(self._chosen(offer), node.where, guard))
        if not flow.offers:
            if node.always:
                return
            node.final = True
            node.ending = title(self._name(state.flow.top.pointer))
            if node.ending in {"Start", ""}:
                node.ending = "The end"

    def _fall_back(self, node: Node, flow: Flow) -> None:
        """Glue holds a line to what follows: when no choice is open the line goes on
        there, else it ends here."""
        shown = tuple(offer for offer in flow.offers if not offer.invisible)
        shut: Tree | None = None
        for offer in shown:
            shut = both(shut, apply("not", offer.guard or TRUE))
        line = replace(flow, marks=(), stack=(), offers=())
        for offer in flow.offers:
            if offer.invisible and shut != FALSE:
                target = self._chosen(offer, line)
                node.always.append(Way(target, node.where, both(shut, offer.guard)))
        over = self._place(replace(flow, offers=shown).at(None), frozenset())
        node.always.append(Way(over.id, node.where))

    def _chosen(self, offer: Offer, line: Flow | None = None) -> str:
        frame = replace(offer.frames[-1], pointer=offer.target)
        flow = replace(line or Flow(()), frames=(*offer.frames[:-1], frame))
        before = offer.frames[-1].pointer or offer.target
        visits = self._visits(before, offer.target) | self._enter(offer.target)[1]
        key = (flow, visits)
        known = self.known.get(key)
        if known is None:
            knot = self._name(offer.target)
            known = self._place(flow, visits, f"{knot} {offer.text[:40]}")
        return known.id

    # Variables ------------------------------------------------------------------

    def _first_values(self) -> None:
        self.constants: dict[str, Value] = {}
        found = self.story.root.named.get("global decl")
        if found is None:
            return
        flow = Flow((Frame("story", Pointer(found.number, 0), evaluating=True),))
        for i, item in enumerate(found.content):
            flow = flow.at(Pointer(found.number, i))
            self._check(flow)
            if isinstance(item, dict) and isinstance(item.get("VAR="), str):
                value, flow = flow.pop()
                self._first(item["VAR="], value)
            elif isinstance(item, dict):
                after = self._value(
                    _State(Node("", ""), flow, frozenset(), False), flow, item
                )
                flow = after or flow
            elif (
                item in ("str", "/str")
                or item in OPERATIONS
                or (isinstance(item, str) and item.startswith("^"))
            ):
                state = _State(Node("", ""), flow, frozenset(), False)
                flow = self._command(state, flow, item) or flow
            elif isinstance(item, bool | int | float):
                flow = flow.push(literal(item))

    def _first(self, name: str, value: Value) -> None:
        if isinstance(value, Place):
            self.constants[name] = value
            return
        tree = self._tree(value)
        if isinstance(tree, Literal):
            self.draft.starts[self.draft.variable(name)] = tree
        else:
            why = tree.why if isinstance(tree, Unknown) else "It is computed."
            self.notes.leave(f"the first value of {name}", "global decl", why)


def _count(value: Any) -> int:
    return max(0, min(value, _MOST)) if isinstance(value, int) else 0
