"""A scene as data: frozen, complete, and exactly what its JSON says.

Words are XState's and SCXML's where they fit. Every object may carry `extensions`,
which other programs wrote and which are kept. docs/scenes.md says what it all means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

MOODS = ("calm", "happy", "sad", "angry", "afraid", "surprised", "disgusted")
RATINGS = ("everyone", "teen", "mature")
"""From the mildest."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Text:
    """Words in the scene's first language, and what they are in its others."""

    main: str
    others: Mapping[str, str] = field(default_factory=_nothing)
    """By language tag."""

    def in_language(self, language: str) -> str:
        return self.others.get(language, self.main)


@dataclass(frozen=True, slots=True)
class Requires:
    """What a character needs to be cast in a role."""

    rating: str = ""
    """The strongest rating it may have; empty: the scene's own."""

    voice: bool = False
    tags: tuple[str, ...] = ()
    """All of them."""

    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Role:
    label: Text
    requires: Requires = Requires()
    suits: Text | None = None
    """Advice for casting."""

    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class IntVariable:
    kind: ClassVar[str] = "int"

    min: int
    max: int
    start: int
    about: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class FloatVariable:
    kind: ClassVar[str] = "float"

    min: float
    max: float
    start: float
    about: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class BoolVariable:
    kind: ClassVar[str] = "bool"

    start: bool
    about: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class EnumVariable:
    kind: ClassVar[str] = "enum"

    values: tuple[str, ...]
    start: str
    about: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class StringVariable:
    kind: ClassVar[str] = "string"

    max_length: int
    """In code points."""

    start: str
    about: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


Variable = IntVariable | FloatVariable | BoolVariable | EnumVariable | StringVariable


@dataclass(frozen=True, slots=True)
class Dice:
    count: int
    sides: int
    about: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Assign:
    type: ClassVar[str] = "assign"

    variable: str
    value: str
    """An expression."""

    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Roll:
    type: ClassVar[str] = "roll"

    dice: str
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


Action = Assign | Roll


@dataclass(frozen=True, slots=True)
class Line:
    type: ClassVar[str] = "line"

    role: str
    text: Text
    emotion: str = "calm"
    listeners: tuple[str, ...] | None = None
    """Roles that hear it; None: everyone in the scene."""

    guard: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Narration:
    type: ClassVar[str] = "narration"

    text: Text
    guard: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Pause:
    type: ClassVar[str] = "pause"

    seconds: float
    guard: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Camera:
    type: ClassVar[str] = "camera"

    on: str
    """A role, or ``all``."""

    zoom: float = 1.0
    ease: float = 0.0
    """Seconds that the move takes; 0 is a cut."""

    guard: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Sound:
    type: ClassVar[str] = "sound"

    sound: str
    volume: float = 1.0
    loop: bool = False
    guard: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Emotion:
    """A face that changes without words."""

    type: ClassVar[str] = "emotion"

    role: str
    emotion: str
    weight: float = 1.0
    guard: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Improv:
    """Free talk with the player; without a dialogue engine the fallback is said."""

    type: ClassVar[str] = "improv"

    role: str
    goal: str
    """For the engine, never shown."""

    turns: int
    """At most."""

    fallback: Text
    never: tuple[str, ...] = ()
    emotion: str = "calm"
    guard: str = ""
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


Beat = Line | Narration | Pause | Camera | Sound | Emotion | Improv


@dataclass(frozen=True, slots=True)
class Transition:
    """One that needs no event."""

    target: str = ""
    """Empty: nothing is left or entered, only the actions are done."""

    guard: str = ""
    actions: tuple[Action, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Timer:
    """A transition after so long a wait in its state."""

    seconds: float
    target: str = ""
    guard: str = ""
    actions: tuple[Action, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    text: Text
    target: str = ""
    guard: str = ""
    actions: tuple[Action, ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Ending:
    title: Text
    mood: str = "calm"
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class State:
    """A node. `type` is empty, ``final`` or ``history``; with `states` it is compound."""

    type: str = ""
    title: str = ""
    """For the author's map."""

    background: str = ""
    """Empty: that of the state around it."""

    entry: tuple[Action, ...] = ()
    exit: tuple[Action, ...] = ()
    beats: tuple[Beat, ...] = ()
    choices: tuple[Choice, ...] = ()
    always: tuple[Transition, ...] = ()
    after: tuple[Timer, ...] = ()
    initial: str = ""
    states: Mapping[str, State] = field(default_factory=_nothing)
    history: str = ""
    """``shallow`` or ``deep``, of a history state."""

    target: str = ""
    """Of a history state: where to go when there is no history yet."""

    ending: Ending | None = None
    extensions: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Scene:
    id: str
    title: Text
    rating: str
    languages: tuple[str, ...]
    """BCP 47 tags; plain texts are in the first."""

    roles: Mapping[str, Role]
    initial: str
    states: Mapping[str, State]
    logline: Text | None = None
    genre: str = ""
    player: Text | None = None
    """Who the person at the screen is."""

    context: Mapping[str, Variable] = field(default_factory=_nothing)
    dice: Mapping[str, Dice] = field(default_factory=_nothing)
    extensions: Mapping[str, Any] = field(default_factory=_nothing)
