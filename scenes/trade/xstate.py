"""XState's machines as JSON (versions 4 and 5) to scenes.

A machine in JSON names its guards and actions; what they do stands in a program. Taken
are guards that are conditions in themselves, guards and actions with parameters from a
short list, assignments of plain values, and words in `meta` and `description`.
"""

from __future__ import annotations

from typing import Any

from scenes.machine import limits
from scenes.trade import formulas
from scenes.trade.draft import Do, Draft, Node, Way, clean, escaped
from scenes.trade.naming import title
from scenes.trade.report import Notes, TradeError
from scenes.trade.terms import Literal, Tree, Unknown, Var, apply, both, literal

Json = dict[str, Any]

_COMPARE = {
    "eq": "==", "ne": "!=", "gte": ">=", "lte": "<=", "gt": ">", "lt": "<",
}  # fmt: skip
_KNOWN = {
    *("id", "initial", "states", "on", "always", "after", "entry", "exit", "type"),
    *("history", "target", "meta", "description", "tags", "key", "order", "version"),
    *("context", "title", "onDone", "extensions", "predictableActionArguments"),
    *("delimiter", "$schema", "tsTypes", "schema", "types", "preserveActionOrder"),
}
_EVENT_DATA = {"type", "target", "guard", "cond", "actions", "description", "meta"}


def read(data: Json, notes: Notes) -> Draft:
    return _Machine(data, notes).draft


class _Machine:
    def __init__(self, data: Json, notes: Notes) -> None:
        self.notes = notes
        name = data.get("title") or title(str(data.get("id") or ""))
        self.draft = Draft(notes, str(name) or "Imported from XState")
        self.by_path: dict[tuple[str, ...], Node] = {}
        self.by_id: dict[str, tuple[str, ...]] = {}
        self.inside: dict[tuple[str, ...], list[Node]] = {}
        """Children by the path of their state."""

        self.done: dict[tuple[str, ...], list[Way]] = {}
        """What is taken when a state is done, by its path."""

        self.variables: set[str] = set()
        self.root_id = str(data.get("id") or "")
        self._declare(data, (), 0)
        if not self.by_path:
            raise TradeError("nothing-inside", "The machine has no state.")
        self._context(data.get("context"))
        self._odd_keys(data, "")
        states = data["states"]
        self.draft.nodes = [
            node
            for key, state in states.items()
            if (node := self._state(state, (key,))) is not None
        ]
        if not self.draft.nodes:
            raise TradeError("nothing-inside", "The machine has no state.")
        self.draft.initial = self._first(data, (), self.draft.nodes)
        self._around(data)

    # Names ----------------------------------------------------------------------

    def _declare(self, data: Json, path: tuple[str, ...], depth: int) -> None:
        states = data.get("states")
        if not isinstance(states, dict):
            return
        if depth >= limits.NESTING:
            raise TradeError(
                "too-large", f"States are nested more than {limits.NESTING} deep."
            )
        for key, state in states.items():
            here = (*path, key)
            node = self.draft.node(key, _pointer(here), key="\0".join(here))
            node.title = clean(title(key))[:200]
            self.by_path[here] = node
            self.inside.setdefault(path, []).append(node)
            if isinstance(state, dict):
                if isinstance(state.get("id"), str):
                    self.by_id.setdefault(state["id"], here)
                self._declare(state, here, depth + 1)

    def _target(self, target: Any, path: tuple[str, ...]) -> Node | None:
        """Of a transition in the state at `path`."""
        if isinstance(target, list) and target:
            target = target[0]
        if not isinstance(target, str) or len(target) > 2000:
            return None
        if target.startswith("#"):
            name, *rest = target[1:].split(".")
            base = self.by_id.get(name, () if name == self.root_id else None)
            found = None if base is None else self.by_path.get((*base, *rest))
            return found or self.by_path.get(self.by_id.get(target[1:], ()))
        parts = tuple(target.split("."))
        if target.startswith("."):
            return self.by_path.get((*path, *parts[1:]))
        return self.by_path.get((*path[:-1], *parts))

    # States ---------------------------------------------------------------------

    def _state(self, state: Any, path: tuple[str, ...]) -> Node | None:
        node = self.by_path[path]
        where = node.where
        if not isinstance(state, dict):
            self.notes.leave(f"the state {path[-1]}", where, "It is not an object.")
            state = {}
        self._odd_keys(state, where)
        kind = state.get("type")
        if kind == "history":
            return self._history(state, node, path)
        self._words(state, node)
        if isinstance(state.get("tags"), list):
            tags = [clean(str(tag))[:200] for tag in state["tags"][:20]]
            node.extensions = {"import": {"tags": tags}}
            self.notes.keep(f"tags of {where}")
        node.entry += self._actions(state.get("entry"), where)
        if kind == "final":
            return self._final(state, node, path)
        node.exit += self._actions(state.get("exit"), where)
        self._ways(state, node, path)
        if kind == "parallel":
            self.notes.leave(
                f"the parallel state {path[-1]}",
                where,
                "One state is active here at a time: its first region is.",
            )
        inner = state.get("states")
        if isinstance(inner, dict):
            for key, child in inner.items():
                made = self._state(child, (*path, key))
                if made is not None:
                    node.children.append(made)
        plain = [child for child in node.children if not child.history]
        node.children = node.children if plain else []
        if plain:
            node.initial = self._first(state, path, plain)
        return node

    def _first(self, state: Json, path: tuple[str, ...], plain: list[Node]) -> str:
        initial = state.get("initial")
        if isinstance(initial, dict):
            initial = initial.get("target")
        if isinstance(initial, str):
            found = self.by_path.get((*path, initial.lstrip(".")))
            if found is not None and any(found is node for node in plain):
                return found.id
            self.notes.leave(
                f"the beginning in {initial}", _pointer(path), "No such state."
            )
        return plain[0].id

    def _history(self, state: Json, node: Node, path: tuple[str, ...]) -> Node | None:
        target = self._target(state.get("target"), path)
        if target is None and len(path) > 1:
            beside = self.inside[path[:-1]][:2]
            target = next((one for one in beside if one is not node), None)
        if target is None or len(path) < 2:
            self.notes.leave("history", node.where, "It needs a state around it.")
            return None
        node.history = "deep" if state.get("history") == "deep" else "shallow"
        node.target = target.id
        return node

    def _final(self, state: Json, node: Node, path: tuple[str, ...]) -> Node:
        around = self.done.get(path[:-1])
        if around:
            node.always += around
            return node
        node.final = True
        meta = state.get("meta")
        said = meta.get("ending") if isinstance(meta, dict) else None
        node.ending = escaped(said) if isinstance(said, str) else title(path[-1])
        return node

    def _words(self, state: Json, node: Node) -> None:
        """Of `description` and `meta`: a text, or lines with speakers."""
        meta = state.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        for said in (
            state.get("description"),
            meta.get("text"),
            meta.get("description"),
        ):
            if isinstance(said, str):
                for line in said.split("\n"):
                    self.draft.say(node, escaped(line), node.where)
        lines = meta.get("lines")
        for line in lines[:200] if isinstance(lines, list) else []:
            said = line.get("text") if isinstance(line, dict) else line
            if not isinstance(said, str):
                continue
            speaker = line.get("speaker") if isinstance(line, dict) else None
            face = line.get("expression") if isinstance(line, dict) else None
            text = (
                f"{speaker}: {said}" if isinstance(speaker, str) and speaker else said
            )
            tags = (f"expression:{face}",) if isinstance(face, str) else ()
            self.draft.say(
                node, escaped(text.replace("\n", " ")), node.where, tags=tags
            )
        for key in meta.keys() - {"text", "description", "lines", "ending"}:
            self.notes.leave(f"meta.{key}", node.where, "It has no meaning here.")

    def _odd_keys(self, state: Json, where: str) -> None:
        for key in state:
            if key not in _KNOWN:
                why = (
                    "It is a program."
                    if key in {"invoke", "activities"}
                    else "Not known."
                )
                self.notes.leave(key, where, why)

    # Transitions ----------------------------------------------------------------

    def _ways(self, state: Json, node: Node, path: tuple[str, ...]) -> None:
        where = node.where
        on = state.get("on")
        for event, found in on.items() if isinstance(on, dict) else []:
            if not event or event == "*":
                for way in self._transitions(found, path, where):
                    if event:
                        self.notes.leave("the event *", where, "Nobody chooses it.")
                    else:
                        node.always.append(way)
                continue
            for way, words in self._worded(found, path, where):
                if not node.choose_event(event, escaped(words or title(event)), way):
                    why = "One before it is always taken."
                    self.notes.leave(f"the event {event}", where, why)
        node.always += self._transitions(state.get("always"), path, where)
        after = state.get("after")
        for delay, found in after.items() if isinstance(after, dict) else []:
            if not (delay.isascii() and delay.isdigit() and len(delay) < 12):
                self.notes.leave(f"the delay {delay}", where, "It is a program.")
                continue
            for way in self._transitions(found, path, where):
                way.seconds = min(int(delay) / 1000, limits.SECONDS)
                node.after.append(way)
        done = self._transitions(state.get("onDone"), path, where)
        if done:
            self.done[path] = done

    def _transitions(self, found: Any, path: tuple[str, ...], where: str) -> list[Way]:
        return [way for way, _ in self._worded(found, path, where)]

    def _worded(
        self, found: Any, path: tuple[str, ...], where: str
    ) -> list[tuple[Way, str]]:
        """Transitions in any of the ways that XState writes them, with their words."""
        result = []
        many = found if isinstance(found, list) else [] if found is None else [found]
        for one in many[:100]:
            given = one if isinstance(one, dict) else {"target": one}
            target = ""
            if given.get("target") is not None:
                node = self._target(given["target"], path)
                if node is None:
                    self.notes.leave(
                        f"a way to {given['target']}", where, "It leads nowhere."
                    )
                    continue
                target = node.id
            guard = self._guard(given.get("guard", given.get("cond")))
            dos = self._actions(given.get("actions"), where)
            words = given.get("description")
            if not isinstance(words, str):
                meta = given.get("meta")
                words = meta.get("text") if isinstance(meta, dict) else ""
            for key in (
                given.keys() - _EVENT_DATA - {"event", "source", "reenter", "internal"}
            ):
                self.notes.leave(key, where, "Not known.")
            result.append((Way(target, where, guard, dos), words or ""))
        return result

    # Guards and actions ---------------------------------------------------------

    def _guard(self, guard: Any) -> Tree | None:
        if guard is None:
            return None
        found = self._condition(guard, 0)
        return both(None, found)

    def _condition(self, guard: Any, depth: int) -> Tree:
        if depth > 20:
            return Unknown("nested too deeply")
        if isinstance(guard, str):
            found = formulas.read(guard, self._named)
            if isinstance(found, Unknown):
                return Unknown(f"the guard {guard[:60]} is a program")
            return found
        if not isinstance(guard, dict):
            return Unknown("a guard that is a program")
        kind = str(guard.get("type", ""))[:60]
        params = guard.get("params")
        params = params if isinstance(params, dict) else {}
        if kind in _COMPARE and isinstance(params.get("key"), str):
            return apply(
                _COMPARE[kind], self._named(params["key"]), literal(params.get("value"))
            )
        if kind == "has" and isinstance(params.get("key"), str):
            return self._named(params["key"])
        inner = guard.get("guards", params.get("guards"))
        if kind.removeprefix("xstate.") in {"and", "or"} and isinstance(inner, list):
            parts = [self._condition(one, depth + 1) for one in inner[:10]]
            if parts:
                op = kind.removeprefix("xstate.")
                return apply(op, *parts) if len(parts) > 1 else parts[0]
        if kind.removeprefix("xstate.") == "not":
            inner = guard.get("guard", params.get("guard", inner))
            one = inner[0] if isinstance(inner, list) and inner else inner
            return apply("not", self._condition(one, depth + 1))
        return (
            Unknown(f"the guard {kind} is a program")
            if params or not kind
            else (self._condition(kind, depth + 1))
        )

    def _actions(self, actions: Any, where: str) -> list[Do]:
        found = []
        many = actions if isinstance(actions, list) else [actions]
        for action in many[:100]:
            if action is None:
                continue
            dos = self._action(action, where)
            if dos is None:
                name = action.get("type") if isinstance(action, dict) else action
                self.notes.leave(f"the action {name}", where, "It is a program.")
            else:
                found += dos
        return found

    def _action(self, action: Any, where: str) -> list[Do] | None:
        if not isinstance(action, dict):
            return None
        kind = str(action.get("type", ""))
        params = action.get("params")
        params = params if isinstance(params, dict) else {}
        key = params.get("key")
        if kind in {"set", "inc"} and isinstance(key, str):
            value = literal(params.get("value", params.get("by", 1)))
            variable = self._named(key)
            if not isinstance(variable, Var) or isinstance(value, Unknown):
                return None
            if kind == "inc":
                value = apply("+", variable, value)
            return [Do(variable.name, value, where)]
        given = action.get("assignment")
        if kind in {"xstate.assign", "assign"} and isinstance(given, dict):
            dos = []
            for name, value in given.items():
                variable, told = self._named(name), literal(value)
                if isinstance(variable, Var) and isinstance(told, Literal):
                    dos.append(Do(variable.name, told, where))
                else:
                    self.notes.leave(f"the value of {name}", where, "It is a program.")
            return dos
        return None

    # Variables ------------------------------------------------------------------

    def _context(self, context: Any) -> None:
        for name, value in context.items() if isinstance(context, dict) else []:
            told = literal(value)
            if isinstance(told, Literal):
                self.variables.add(name)
                self.draft.starts[self.draft.variable(name)] = told
            else:
                self.notes.leave(
                    f"the variable {name}",
                    "/context",
                    "It is not a number, text or bool.",
                )

    def _named(self, name: str) -> Tree:
        plain = name.removeprefix("context.")
        if plain not in self.variables:
            return Unknown(f"{name[:40]} is no variable here")
        return Var(self.draft.variable(plain))

    def _around(self, data: Json) -> None:
        """What holds in the whole machine stands in each of its outermost states."""
        if not any(data.get(key) for key in ("on", "always", "after", "entry", "exit")):
            return
        first = next(node for node in self.draft.nodes if node.id == self.draft.initial)
        first.entry[:0] = self._actions(data.get("entry"), "/")
        for node in self.draft.nodes:
            if node.final or node.history:
                continue
            taken = {way.id for way in node.choices}
            extra = Node("", "/")
            self._ways(data, extra, ())
            node.choices += [way for way in extra.choices if way.id not in taken]
            node.always += extra.always
            node.after += extra.after


def _pointer(path: tuple[str, ...]) -> str:
    return "/" + "/".join(path)[:200]
