"""What a dialogue engine is given and what it answers with. Plain Python.

A card, a history and everything in them was written by people: it is data, screened by
whoever calls, and no engine takes an order from it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable

Gesture = Literal["none", "nod", "shake_head", "wave", "shrug", "point", "lean_in"]
GESTURES: tuple[Gesture, ...] = get_args(Gesture)

EventType = Literal["start", "token", "sentence", "expression", "gesture", "end"]
Safety = Literal["unscreened", "allow", "review", "replaced"]
"""``unscreened``: from an engine, not to be shown. ``replaced``: an authored line stands
where the model's sentence was stopped."""

MAX_LINE = 600
"""Characters of one reply, whoever makes it: about forty seconds of speech."""


@dataclass(frozen=True, slots=True)
class Example:
    """How a character answers one line."""

    user: str
    character: str
    kind: str = ""
    """Of cue: greeting, joke, sadness and so on; empty when nobody said."""

    out_of_character: bool = False


@dataclass(frozen=True, slots=True)
class Lore:
    """An entry of the lorebook."""

    keys: tuple[str, ...]
    """Words that call it up, in any case."""

    content: str
    order: int = 0
    constant: bool = False
    """Always called up."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a listener puts in: a word or two."""

    text: str
    mood: str = "calm"
    gesture: str = "none"


@dataclass(frozen=True, slots=True)
class Card:
    """Who speaks. Names are how speakers are told apart: two on one stage differ."""

    name: str
    id: str = ""
    pronouns: str = ""
    """``he/him``; empty: not said."""

    tagline: str = ""
    persona: str = ""
    scenario: str = ""
    greeting: str = ""
    alternate_greetings: tuple[str, ...] = ()
    group_greetings: tuple[str, ...] = ()
    """Said only when several characters meet."""

    examples: tuple[Example, ...] = ()
    lore: tuple[Lore, ...] = ()
    fallbacks: tuple[str, ...] = ()
    """Fit any line that nothing else fits."""

    reactions: tuple[Reaction, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of what was said."""

    speaker: str
    """The name of a card, or what the person calls themself."""

    text: str
    person: bool = False


@dataclass(frozen=True, slots=True)
class Beat:
    """What has to happen in a turn. The empty beat is: answer the last line."""

    speaker: str = ""
    """Name of the card; empty: the one of the context."""

    intent: str = ""
    """``admits that he is afraid``, or in the infinitive."""

    expression: str = ""
    """A mood; empty: judged from the words."""

    gesture: str = ""
    authored: str = ""
    """A line that does what the beat asks, for when no model does."""

    fact: str = ""
    """What the line has to bring in, so that lines differ."""

    keep: str = ""
    """A word that every wording must have: a later line comes back to it."""

    phase: str = ""
    """Where in the arc of a duet it stands: hook, disagreement and so on."""

    id: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """All an engine may know for one turn: who was absent is simply not told."""

    card: Card
    turn_id: str
    history: tuple[Turn, ...] = ()
    """Oldest first."""

    others: tuple[Card, ...] = ()
    """The other characters who are present."""

    listener: str = "you"
    """What the person in the conversation is called."""

    memories: tuple[str, ...] = ()
    """Facts the character keeps, the most important first."""

    topic: str = ""
    said: str = ""
    """What of this very turn has been heard already: go on from there."""

    seed: int = 0

    def own_lines(self) -> tuple[str, ...]:
        """What this character has said, oldest first."""
        name = self.card.name
        return tuple(turn.text for turn in self.history if turn.speaker == name)

    def last_heard(self) -> Turn | None:
        """The last line of somebody else."""
        for turn in reversed(self.history):
            if turn.speaker != self.card.name:
                return turn
        return None


@dataclass(frozen=True, slots=True)
class Expression:
    name: str
    """One of ``socialapp.performance.timeline.MOODS``."""

    intensity: float = 1.0
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """One thing that happens in a turn. `seq` counts from 0 without gaps."""

    turn_id: str
    seq: int
    speaker: str
    type: EventType
    text: str = ""
    """Of token and sentence; put together, tokens are the line."""

    expression: Expression | None = None
    gesture: str = ""
    safety: Safety = "unscreened"
    provider: str = ""
    """Who made it: ``authored``, ``local smollm2``, ``endpoint``."""

    note: str = ""
    """For the host, never for the audience: why another provider took the line."""

    def to_json(self) -> dict[str, Any]:
        """Without what is empty."""
        return {key: value for key, value in asdict(self).items() if value != ""}


def tokens_of(text: str) -> Iterable[str]:
    """A line in words, each with the white space before it: joined, the same again."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (text[end].isspace() and not text[end - 1].isspace()):
            yield text[start:end]
            start = end
