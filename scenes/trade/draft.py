"""A scene that is being imported: states with conditions as trees, not yet written.

`finish` finds out what variables are, writes conditions and values, keeps the limits of
the format, and reads the result with the scene machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from scenes.machine import limits
from scenes.machine.model import MOODS
from scenes.machine.values import RESERVED
from scenes.trade.naming import Names, title
from scenes.trade.report import Notes, TradeError, short
from scenes.trade.terms import FALSE, TRUE, Tree, Unknown, apply, both, literal

STATES = 4000
"""Fewer than a scene may have: a file is imported while somebody waits."""

_CHOICES = 200
"""Of a state, before the limit of the format cuts them with a word."""

_SPEAKER = re.compile(r"([^\W\d_][\w .'’-]{0,39}?)\s*:\s+(\S.*)", re.DOTALL)
_ODD = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_MOOD_WORDS = {
    "calm": "neutral normal serious thinking thoughtful relaxed",
    "happy": "smile smiling joy joyful glad smirk laugh laughing excited delighted",
    "sad": "sadness sorrow crying cry unhappy disappointed tired",
    "angry": "anger mad furious annoyed",
    "afraid": "fear scared frightened nervous worried anxious",
    "surprised": "surprise shock shocked amazed astonished",
    "disgusted": "disgust contempt",
}
_MOODS = {word: mood for mood, words in _MOOD_WORDS.items() for word in words.split()}
_MOODS |= {mood: mood for mood in MOODS}
_MOST_WORDS = 4
"""Of a name before a colon; a longer one is no name."""


@dataclass(slots=True)
class Beat:
    text: str
    """As in the format: braces doubled, `{variable}` filled in on telling."""

    role: str = ""
    """Empty: narration."""

    emotion: str = "calm"
    guard: Tree | None = None
    extensions: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Do:
    variable: str
    value: Tree
    where: str


@dataclass(slots=True)
class Way:
    """A choice (with an id), an `always` or a timer (with seconds)."""

    target: str
    """Id of a state; empty: it stays."""

    where: str
    guard: Tree | None = None
    dos: list[Do] = field(default_factory=list)
    id: str = ""
    text: str = ""
    seconds: float | None = None
    extensions: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Node:
    id: str
    where: str
    title: str = ""
    background: str = ""
    entry: list[Do] = field(default_factory=list)
    exit: list[Do] = field(default_factory=list)
    beats: list[Beat] = field(default_factory=list)
    choices: list[Way] = field(default_factory=list)
    always: list[Way] = field(default_factory=list)
    after: list[Way] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    initial: str = ""
    history: str = ""
    target: str = ""
    ending: str = ""
    """Title of it, of a final state."""

    final: bool = False
    extensions: dict[str, Any] = field(default_factory=dict)
    shut: dict[str, Tree] = field(default_factory=dict)
    """When none of the choices of an event is open."""

    def choose_event(self, event: str, text: str, way: Way) -> bool:
        """A choice for an event, of which the first open transition is taken: later
        ones are open when those before are not. False: it never is."""
        before = self.shut.get(event)
        if before == FALSE:
            return False
        made = self.choose(text, way.target, way.where, event)
        made.guard, made.dos = both(before, way.guard), way.dos
        shut = FALSE if way.guard is None else apply("not", way.guard)
        self.shut[event] = both(before, shut) or TRUE
        return True

    def choose(self, text: str, target: str, where: str, name: str = "") -> Way:
        """A new choice, with an id of its own in this state."""
        way = Way(target, where, text=text)
        if len(self.choices) < _CHOICES:
            taken = {one.id for one in self.choices}
            way.id = Names(taken).new(name or text, "go")
            self.choices.append(way)
        return way


class Draft:
    def __init__(self, notes: Notes, name: str) -> None:
        self.notes = notes
        self.title = name
        self.language = "en"
        self.nodes: list[Node] = []
        self.initial = ""
        self.starts: dict[str, Tree] = {}
        """First values, by variable; those of variables without one are made up."""

        self.states = Names()
        self.names = Names(RESERVED)
        """Ids of roles and variables, which share them."""

        self.roles: dict[str, str] = {}
        """Labels by id."""

        self.variables: dict[str, None] = {}
        """Ids in their order; a dict, since order and search both matter."""

        self.counted: dict[str, list[str]] = {}
        """States by what `Visits` counts."""

        self.extensions: dict[str, Any] = {}
        self._count = 0

    def node(self, name: str, where: str, *, key: str = "") -> Node:
        """A new state; with a `key`, its id is the one that targets of the key have."""
        self._count += 1
        if self._count > STATES:
            raise TradeError(
                "too-large",
                f"The story comes to more than {STATES} states. Import it in parts.",
            )
        found = self.states.of(key, "state") if key else self.states.new(name, "state")
        return Node(found, short(where), title=clean(title(name))[:200])

    def variable(self, name: str) -> str:
        """The id of a variable of the other format."""
        found = self.names.of(f"variable\0{name}", "value", like=name)
        self.variables.setdefault(found)
        return found

    def role(self, label: str) -> str:
        """The id of a role; empty: there are as many as there may be."""
        key = f"role\0{label.casefold()}"
        known = self.names.known(key)
        if known is None:
            if len(self.roles) >= limits.ROLES:
                return ""
            known = self.names.of(key, "role", like=label)
            self.roles[known] = label
        return known

    def say(
        self,
        node: Node,
        text: str,
        where: str,
        *,
        guard: Tree | None = None,
        tags: tuple[str, ...] = (),
    ) -> None:
        """A line of text: of a role when it begins with ``NAME:``, else a narration."""
        said = clean(text).strip()
        if not said:
            return
        role = ""
        match = speaker(said)
        if match is not None:
            role = self.role(match[1].strip())
            if role:
                said = match[2]
            else:
                self.notes.leave(
                    f"the role {match[1]}",
                    where,
                    f"A scene has {limits.ROLES} roles at most; the line is narrated.",
                )
        beat = Beat("", role, guard=guard)
        others = []
        for tag in tags:
            mood = mood_of(tag)
            if mood and role:
                beat.emotion = mood
            else:
                others.append(clean(tag)[:200])
        if others:
            beat.extensions = {"import": {"tags": others[:20]}}
            self.notes.keep(f"the tag {others[0]} ({where})")
        for piece in pieces(said):
            node.beats.append(
                Beat(piece, role, beat.emotion, guard, dict(beat.extensions))
            )
        self.notes.take("lines" if role else "narrations")

    def leave(self, what: str, where: str, why: str) -> None:
        self.notes.leave(what, where, why)


def speaker(line: str) -> re.Match[str] | None:
    """A name and what it says, of a line that begins with a name."""
    match = _SPEAKER.fullmatch(line)
    return match if match and len(match[1].split()) <= _MOST_WORDS else None


def mood_of(tag: str) -> str:
    """``expression:smile`` is happy; empty when a tag is about something else."""
    name, colon, value = tag.partition(":")
    if colon and name.strip().casefold() in {"expression", "emotion", "mood", "face"}:
        return _MOODS.get(value.strip().casefold(), "")
    return ""


def clean(text: str) -> str:
    """Without what texts of scenes may not hold."""
    return _ODD.sub("", text.replace("\t", " "))


def escaped(text: str) -> str:
    """Braces of another format, which name nothing here."""
    return text.replace("{", "{{").replace("}", "}}")


def pieces(text: str) -> list[str]:
    """Cut at spaces into texts that are not too long."""
    found = []
    at = 0
    while len(text) - at > limits.TEXT:
        cut = text.rfind(" ", at + limits.TEXT // 2, at + limits.TEXT)
        if cut < 0:
            cut = at + limits.TEXT - 1
            while cut > at + 1 and text[cut - 1] in "{}":
                cut -= 1
        found.append(text[at:cut].strip())
        at = cut
    return [piece for piece in [*found, text[at:].strip()] if piece]


def start_of(value: Any) -> Tree:
    """Of a variable, from another format's JSON."""
    if value is None:
        return Unknown("has no first value")
    return literal(value)
