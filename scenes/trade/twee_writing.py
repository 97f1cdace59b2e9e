"""Scenes to Twee 3: passages with plain links, which every story format of Twine plays.

What plain Twee cannot say (conditions, assignments, timers, dice, emotions) stands in a
passage for people, and in the report.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.machine import digest, placeholders
from scenes.machine.model import Improv, Line, Narration
from scenes.trade.draft import speaker
from scenes.trade.naming import title
from scenes.trade.report import ImportReport, Notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scenes.machine import model
    from scenes.machine.model import Scene, State

NOTES = "What Twee does not say"
_PLAIN = (("->", "→"), ("<-", "←"), ("|", "¦"), ("[[", "[ ["), ("]]", "] ]"))
_MACROS = (("[[", "[ ["), ("]]", "] ]"), ("<<", "‹‹"), (">>", "››"))


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    report: ImportReport


def to_twee(scene: Scene) -> Written:
    return _Writer(scene).whole()


class _Writer:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._notes = Notes()
        self._first: dict[str, str] = {}
        """The innermost state that is entered with each, by id."""

        self._leaves: list[tuple[str, State, tuple[State, ...]]] = []
        """With the states around them, the innermost first."""

        self._walk(scene.states, ())

    def _walk(self, states: Mapping[str, State], around: tuple[State, ...]) -> None:
        for name, state in states.items():
            if state.states:
                inner = state.initial
                inside = state
                while inside.states[inner].states:
                    inside = inside.states[inner]
                    inner = inside.initial
                self._first[name] = inner
                self._walk(state.states, (state, *around))
            elif state.type != "history":
                self._first[name] = name
                self._leaves.append((name, state, around))
            else:
                self._first[name] = state.target

    def whole(self) -> Written:
        scene = self._scene
        if len(scene.languages) > 1:
            others = ", ".join(scene.languages[1:])
            self._leave(f"texts in {others}", "scene", "Twee has one language.")
        for name, variable in scene.context.items():
            self._leave(
                f"the variable {name}",
                "context",
                f"Texts show the value that it begins with: {_start(variable)}.",
            )
        for name in scene.dice:
            self._leave(f"the dice {name}", "dice", "Plain links roll nothing.")
        passages = [self._passage(*leaf) for leaf in self._leaves]
        data = {
            "ifid": _ifid(scene),
            "start": self._to(scene.initial),
        }
        report = self._notes.report()
        parts = [
            f":: StoryTitle\n{_line(scene.title.main)}",
            f":: StoryData\n{json.dumps(data, indent=1)}",
            *passages,
        ]
        if report.not_taken:
            lines = [f"{one.where}: {one.what}. {one.why}" for one in report.not_taken]
            parts.append(f":: {NOTES} [comment]\n" + "\n".join(map(_line, lines)))
        return Written("\n\n".join(parts) + "\n", report)

    def _leave(self, what: str, where: str, why: str) -> None:
        self._notes.leave(what, where, why)

    def _to(self, target: str) -> str:
        """The passage that a target leads to."""
        for _ in range(len(self._first) + 1):
            inner = self._first.get(target, target)
            if inner == target:
                break
            target = inner
        return target

    def _passage(self, name: str, state: State, around: tuple[State, ...]) -> str:
        tags = f" [{state.background}]" if state.background.isalnum() else ""
        lines = [f":: {name}{tags}"]
        for outer in reversed(around):
            if outer.beats and self._first_of(outer) == name:
                lines += self._beats(outer, name)
        lines += self._beats(state, name)
        if state.entry or state.exit:
            self._leave(
                "assignments on entry or exit", name, "Plain links set nothing."
            )
        if state.ending is not None:
            lines.append(f"(The end: {self._said(state.ending.title)})")
            return "\n".join(lines)
        links = list(self._links(name, (state, *around)))
        return "\n".join([*lines, *links])

    def _first_of(self, state: State) -> str:
        return self._to(state.initial)

    def _beats(self, state: State, name: str) -> Iterator[str]:
        for beat in state.beats:
            if isinstance(beat, Improv):
                self._leave("an improvised beat", name, "Its fallback is told.")
            if isinstance(beat, Line | Improv):
                text = beat.text if isinstance(beat, Line) else beat.fallback
                label = self._label(beat.role)
                yield _line(f"{label}: {self._said(text)}")
                if beat.emotion != "calm":
                    self._leave(f"the emotion {beat.emotion}", name, "It has no face.")
            elif isinstance(beat, Narration):
                yield _line(self._said(beat.text))
            else:
                self._leave(
                    f"a beat of type {beat.type}", name, "Twee has texts alone."
                )
            if beat.guard:
                self._leave(
                    f"the condition {beat.guard}", name, "The line is always told."
                )

    def _links(self, name: str, states: tuple[State, ...]) -> Iterator[str]:
        """Of the state, then of the states around it, as they are open in play."""
        seen: set[str] = set()
        for state in states:
            for choice in state.choices:
                if choice.id in seen:
                    continue
                seen.add(choice.id)
                text = self._said(choice.text)
                yield self._link(text, choice.target or name, choice, name)
            for edge in state.always:
                yield self._link("Go on", edge.target or name, edge, name)
            for timer in state.after:
                self._leave(f"a timer of {timer.seconds:g} s", name, "It is a link.")
                yield self._link("Wait", timer.target or name, timer, name)

    def _link(
        self,
        text: str,
        target: str,
        edge: model.Choice | model.Transition | model.Timer,
        name: str,
    ) -> str:
        if edge.guard:
            self._leave(f"the condition {edge.guard}", name, "The link is always open.")
        if edge.actions:
            self._leave(f"what {text} sets", name, "Plain links set nothing.")
        for sign, plain in _PLAIN:
            text = text.replace(sign, plain)
        return f"[[{' '.join(text.split())}->{self._to(target)}]]"

    def _label(self, role: str) -> str:
        found = self._scene.roles.get(role)
        label = _line(found.label.main) if found else ""
        return label if speaker(f"{label}: x") else title(role)

    def _said(self, text: model.Text) -> str:
        scene = self._scene

        def value(name: str) -> str | None:
            if name in scene.context:
                return placeholders.shown(scene.context[name].start)
            role = scene.roles.get(name)
            return role.label.main if role else None

        return placeholders.filled(text.main, value)


def _line(text: str) -> str:
    """A text as one line or more of a passage, which is no header and no link."""
    for sign, plain in _MACROS:
        text = text.replace(sign, plain)
    lines = [line.strip() for line in text.split("\n")]
    return "\n".join("\\" + line if line.startswith("::") else line for line in lines)


def _start(variable: model.Variable) -> str:
    return placeholders.shown(variable.start) or "nothing"


def _ifid(scene: Scene) -> str:
    """The same for the same version: a UUID made of its digest."""
    named = hashlib.sha256(digest(scene).encode()).digest()[:16]
    return str(uuid.UUID(bytes=named, version=4)).upper()
