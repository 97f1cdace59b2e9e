"""A draft to a scene: conditions written, limits kept, names looked up, checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scenes.machine import SceneError, check, limits, write_scene
from scenes.machine.linking import link
from scenes.machine.reading import VERSION, from_json
from scenes.trade.draft import Draft, Node, clean
from scenes.trade.kinds import Uses, beside, declared, kinds_of
from scenes.trade.naming import slug
from scenes.trade.report import Imported, Notes, TradeError
from scenes.trade.sources import BRACKETS
from scenes.trade.terms import NoMatchError, Tree, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenes.trade.draft import Beat, Do, Way

    Json = dict[str, Any]

_REPAIRS = 3
_PLACE = re.compile(r"(.*)/(beats|choices|always|after|actions|entry|exit)/(\d+)/(\w+)")


def finish(draft: Draft, form: str) -> Imported:
    """The scene, read and checked. TradeError when there is nothing in it."""
    if not draft.nodes:
        raise TradeError("nothing-inside", "The file has no story in it.")
    document = _Finish(draft).document()
    try:
        scene = from_json(document)
        for _ in range(_REPAIRS):
            if not _repaired(document, link(scene).problems, draft.notes):
                break
            scene = from_json(document)
    except SceneError as error:
        raise TradeError(
            "unreadable", f"What came out is not a scene: {error}"[:500]
        ) from None
    written = write_scene(scene)
    brackets = written.count(b"{") + written.count(b"[")
    if len(written) > limits.BYTES or brackets > BRACKETS:
        raise TradeError(
            "too-large",
            f"The scene would have {len(written)} bytes and {brackets} brackets;"
            f" {limits.BYTES} and {BRACKETS} are the most.",
        )
    return Imported(form, scene, written, draft.notes.report(), check(scene))


class _Finish:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._notes = draft.notes
        self._all = list(_walk(draft.nodes, 1))
        self._ids = {node.id for node in self._all}
        uses = Uses(draft.starts)
        for node in self._all:
            for do in _dos(node):
                uses.given.setdefault(do.variable, []).append(do.value)
                uses.asked.append(do.value)
            guards = [beat.guard for beat in node.beats]
            guards += [way.guard for way in _ways(node)]
            uses.asked += [guard for guard in guards if guard is not None]
        names = list(draft.variables)
        for name in names[limits.VARIABLES :]:
            self._notes.leave(
                f"the variable {name}", "", f"A scene has {limits.VARIABLES} at most."
            )
        kept = names[: limits.VARIABLES]
        kinds = kinds_of(kept, uses)
        texts = beside(uses)
        self._context = {
            name: declared(name, kinds[name], uses, texts.get(name, set()))
            for name in kept
        }
        self._notes.take("variables", len(kept))
        counted = {key: tuple(ids) for key, ids in draft.counted.items()}
        self._writer = Writer(kinds, counted)

    def document(self) -> Json:
        draft = self._draft
        if not draft.roles:
            draft.role("The storyteller")
            self._notes.leave(
                "roles",
                "",
                "No line begins with NAME: and a space, so one role was made up.",
            )
        states: Json = {}
        for node in draft.nodes:
            states |= self._states(node)
        name = clean(draft.title).strip()[:200]
        found: Json = {
            "format": "scene",
            "version": VERSION,
            "id": slug(name) or "imported",
            "title": name or "Imported",
            "rating": "everyone",
            "languages": [draft.language],
            "roles": {
                role: {"label": clean(label)[: limits.TEXT] or role}
                for role, label in draft.roles.items()
            },
            "initial": draft.initial,
            "states": states,
        }
        if self._context:
            found["context"] = self._context
        if draft.extensions:
            found["extensions"] = draft.extensions
        return found

    def _states(self, node: Node) -> Json:
        """One state, or a chain of them when it holds more than one may."""
        parts = _parts(node)
        self._notes.take("states", len(parts))
        ids = [node.id, *(self._draft.states.new(node.id) for _ in parts[1:])]
        found: Json = {}
        for i, (entry, beats) in enumerate(parts):
            state: Json = {}
            last = i == len(parts) - 1
            if node.final and last:
                state["type"] = "final"
            if node.title and i == 0:
                state["title"] = node.title
            if node.background:
                state["background"] = node.background
            self._put(state, "entry", self._actions(entry))
            self._put(state, "beats", [self._beat(beat, node) for beat in beats])
            if last:
                self._last(state, node)
            else:
                state["always"] = [{"target": ids[i + 1]}]
            if node.extensions and i == 0:
                state["extensions"] = node.extensions
            found[ids[i]] = state
        return found

    def _last(self, state: Json, node: Node) -> None:
        if node.history:
            state.update(type="history", history=node.history, target=node.target)
            for key in ("background", "entry", "beats"):
                state.pop(key, None)
            return
        if node.final:
            title = clean(node.ending or node.title).strip()[: limits.TEXT]
            state["ending"] = {"title": title or "The end"}
            return
        self._put(state, "exit", self._actions(node.exit))
        self._put(state, "choices", self._choices(node))
        for kind, ways in (("always", node.always), ("after", node.after)):
            written = [self._way(way, kind) for way in self._few(ways, kind, node)]
            self._put(state, kind, [way for way in written if way is not None])
        if node.children:
            inner: Json = {}
            for child in node.children:
                inner |= self._states(child)
            state["initial"] = node.initial
            state["states"] = inner

    def _few(self, ways: list[Way], kind: str, node: Node) -> list[Way]:
        most = limits.CHOICES if kind == "choices" else limits.TRANSITIONS
        if len(ways) > most:
            what = "choices" if kind == "choices" else "transitions"
            self._notes.leave(
                f"{len(ways) - most} {what}", node.where, f"A state has {most} at most."
            )
        return ways[:most]

    def _choices(self, node: Node) -> list[Json]:
        found = []
        for way in self._few(node.choices, "choices", node):
            said = clean(way.text).strip()[: limits.TEXT]
            written = self._way(way, "choices")
            if written is not None:
                found.append({"id": way.id, "text": said or "Go on", **written})
                self._notes.take("choices")
        return found

    def _way(self, way: Way, kind: str) -> Json | None:
        found: Json = {}
        if way.seconds is not None:
            found["seconds"] = way.seconds
        if way.target:
            if way.target not in self._ids:
                self._notes.leave(
                    f"a way to {way.target}", way.where, "It leads nowhere."
                )
                return None
            found["target"] = way.target
        if way.guard is not None:
            guard = self._condition(way.guard, way.where, kind)
            if not guard and kind != "choices":
                return None
            self._put(found, "guard", guard)
        if len(way.dos) > limits.ACTIONS:
            self._notes.leave(
                f"{len(way.dos) - limits.ACTIONS} assignments",
                way.where,
                f"A choice does {limits.ACTIONS} at most.",
            )
        self._put(found, "actions", self._actions(way.dos[: limits.ACTIONS]))
        self._put(found, "extensions", way.extensions)
        return found

    def _beat(self, beat: Beat, node: Node) -> Json:
        found: Json = {"type": "narration", "text": beat.text}
        if beat.role:
            found = {"type": "line", "role": beat.role, "text": beat.text}
            if beat.emotion != "calm":
                found["emotion"] = beat.emotion
        if beat.guard is not None:
            self._put(found, "guard", self._condition(beat.guard, node.where, "beats"))
        self._put(found, "extensions", beat.extensions)
        return found

    def _condition(self, tree: Tree, where: str, kind: str) -> str:
        try:
            return self._writer.condition(tree)
        except NoMatchError as error:
            without = {
                "beats": "The line is always told.",
                "choices": "The choice is always open.",
            }.get(kind, "This way is never taken.")
            self._notes.leave(f"a condition: {error}", where, without)
            return ""

    def _actions(self, dos: list[Do]) -> list[Json]:
        found = []
        for do in dos:
            declared = self._context.get(do.variable)
            kind = "" if declared is None else declared["type"]
            try:
                value = self._writer.value(
                    do.value, "string" if kind == "enum" else kind
                )
            except NoMatchError as error:
                self._notes.leave(
                    f"a value of {do.variable}: {error}",
                    do.where,
                    "It is not assigned.",
                )
                continue
            found.append({"type": "assign", "variable": do.variable, "value": value})
            self._notes.take("assignments")
        return found

    @staticmethod
    def _put(state: Json, key: str, value: Any) -> None:
        if value:
            state[key] = value


def _walk(nodes: list[Node], depth: int) -> Iterator[Node]:
    if depth > limits.NESTING:
        raise TradeError(
            "too-large", f"States are nested more than {limits.NESTING} deep."
        )
    for node in nodes:
        yield node
        yield from _walk(node.children, depth + 1)


def _ways(node: Node) -> tuple[Way, ...]:
    return (*node.choices, *node.always, *node.after)


def _dos(node: Node) -> Iterator[Do]:
    yield from node.entry
    yield from node.exit
    for way in _ways(node):
        yield from way.dos


def _parts(node: Node) -> list[tuple[list[Do], list[Beat]]]:
    """What is done and told, in portions that one state may have."""
    entry = [
        node.entry[i : i + limits.ACTIONS]
        for i in range(0, len(node.entry), limits.ACTIONS)
    ] or [[]]
    beats = [
        node.beats[i : i + limits.BEATS]
        for i in range(0, len(node.beats), limits.BEATS)
    ] or [[]]
    if node.children:
        return [(entry[0], beats[0])]
    none: list[Beat] = []
    return [
        *((dos, none) for dos in entry[:-1]),
        (entry[-1], beats[0]),
        *(([], told) for told in beats[1:]),
    ]


def _repaired(document: Json, problems: Any, notes: Notes) -> bool:
    """Without the conditions and values that do not mean anything after all."""
    gone: set[tuple[str, str, int, str]] = set()
    for problem in problems:
        match = _PLACE.fullmatch(problem.pointer)
        if match and match[4] in {"guard", "value", "variable"}:
            gone.add((match[1], match[2], int(match[3]), match[4]))
            notes.leave(problem.message, problem.pointer, "It was left out.")
    inside_first = sorted(
        gone, key=lambda one: (one[0].count("/"), one[2]), reverse=True
    )
    for where, kind, number, key in inside_first:
        holder: Any = document
        for part in where.split("/")[1:]:
            holder = holder[int(part) if isinstance(holder, list) else part]
        if key == "guard" and kind in {"beats", "choices"}:
            holder[kind][number].pop("guard", None)
        elif number < len(holder[kind]):
            del holder[kind][number]
    return bool(gone)
