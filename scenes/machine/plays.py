"""A play: a scene's machine, a cast, a seed and the log of what the player did.

Everything else follows from these, so a play can be stored as its log, played again and
taken back to any choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from scenes.machine import limits, positions
from scenes.machine.errors import PlayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scenes.machine.machine import Machine, Position
    from scenes.machine.trees import Value

VERSION = 1


@dataclass(frozen=True, slots=True)
class Choose:
    """The player takes a choice."""

    type: ClassVar[str] = "choose"

    state: str
    """In which it was offered: a save never takes a choice of another state."""

    choice: str
    at: float = 0.0
    """Seconds of the play's clock, which runs only while the player is waited for."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The clock runs on to `at`."""

    type: ClassVar[str] = "wait"

    at: float


Event = Choose | Wait


@dataclass(frozen=True, slots=True)
class Player:
    """Who was cast in a role."""

    character: str
    name: str


@dataclass(frozen=True, slots=True)
class Preset:
    """Where an author's trial begins: in any state, with any of the variables set."""

    state: str
    context: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Play:
    machine: Machine
    seed: int
    cast: Mapping[str, Player]
    events: tuple[Event, ...]
    position: Position
    preset: Preset | None = None

    def after(self, event: Event) -> Play:
        """The play with one more event. PlayError when it does not fit."""
        if len(self.events) >= limits.EVENTS:
            raise PlayError("length", f"a play has at most {limits.EVENTS} events")
        return replace(
            self,
            events=(*self.events, event),
            position=apply(self.machine, self.position, event),
        )

    def choose(self, choice: str, at: float | None = None) -> Play:
        """After a choice of the present state, now or at a later second."""
        state = self.machine.leaf(self.position).id
        when = self.position.at if at is None else at
        return self.after(Choose(state, choice, when))

    def wait(self, at: float) -> Play:
        return self.after(Wait(at))

    def rewind(self, count: int) -> Play:
        """As it was after its first `count` events."""
        return self.again(self.events[: max(0, count)])

    def again(self, events: Iterable[Event]) -> Play:
        """From the start, with other events."""
        position = first(self.machine, self.seed, self.preset)
        taken = tuple(events)
        if len(taken) > limits.EVENTS:
            raise PlayError("length", f"a play has at most {limits.EVENTS} events")
        for event in taken:
            position = apply(self.machine, position, event)
        return replace(self, events=taken, position=position)

    def snapshot(self) -> dict[str, Any]:
        """All of it as plain JSON, pinned to the scene's version by its digest."""
        found: dict[str, Any] = {
            "format": "play",
            "version": VERSION,
            "scene": self.machine.digest,
            "seed": self.seed,
            "cast": {
                role: {"character": who.character, "name": who.name}
                for role, who in self.cast.items()
            },
            "events": [event_to_json(event) for event in self.events],
            "position": positions.to_json(self.machine, self.position),
        }
        if self.preset is not None:
            context = dict(self.preset.context)
            found["preset"] = {"state": self.preset.state, "context": context}
        return found


def begin(
    machine: Machine,
    *,
    seed: int = 0,
    cast: Mapping[str, Player] | None = None,
    preset: Preset | None = None,
) -> Play:
    """A new play."""
    return Play(
        machine, seed, dict(cast or {}), (), first(machine, seed, preset), preset
    )


def first(machine: Machine, seed: int, preset: Preset | None) -> Position:
    if preset is None:
        return machine.start(seed)
    context = machine.scene.context
    if unknown := sorted(preset.context.keys() - context.keys()):
        raise PlayError("unreadable", f"no variable is called {unknown[0][:64]}")
    values = {
        name: positions.value_of(name, context[name], value)
        for name, value in preset.context.items()
    }
    return machine.start(seed, state=preset.state, values=values)


def apply(machine: Machine, position: Position, event: Event) -> Position:
    """The position after an event."""
    if isinstance(event, Wait):
        return machine.wait(position, event.at)
    if event.state != machine.leaf(position).id:
        raise PlayError("closed", f"the play is not in {event.state[:64]}")
    return machine.choose(position, event.choice, event.at)


def event_to_json(event: Event) -> dict[str, Any]:
    if isinstance(event, Wait):
        return {"type": "wait", "at": event.at}
    return {
        "type": "choose",
        "state": event.state,
        "choice": event.choice,
        "at": event.at,
    }


def event_from_json(data: Any) -> Event:
    """PlayError ``unreadable`` for anything else than an event."""
    if isinstance(data, dict) and data.get("type") == "wait":
        if data.keys() == {"type", "at"} and _second(data["at"]):
            return Wait(float(data["at"]))
    elif isinstance(data, dict) and data.get("type") == "choose":
        texts = (data.get("state"), data.get("choice"))
        if (
            data.keys() == {"type", "state", "choice", "at"}
            and all(isinstance(t, str) and len(t) <= limits.IDENTIFIER for t in texts)
            and _second(data["at"])
        ):
            return Choose(data["state"], data["choice"], float(data["at"]))
    raise PlayError(
        "unreadable",
        "an event is a choose with state, choice and at, or a wait with at",
    )


def _second(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value <= limits.CLOCK


def restore(machine: Machine, data: Any) -> Play:
    """A play from its snapshot, played again from the start.

    The log alone is believed; a stored position that disagrees is refused. PlayError
    ``version`` when the snapshot is of another version of the scene.
    """
    if not isinstance(data, dict) or data.get("format") != "play":
        raise PlayError("unreadable", "a snapshot is an object of the format play")
    if data.get("version") != VERSION:
        raise PlayError("unreadable", f"version {VERSION} of plays is known here")
    if data.get("scene") != machine.digest:
        raise PlayError("version", "this play is of another version of the scene")
    play = begin(machine, seed=_seed(data), cast=_cast(data), preset=_preset(data))
    play = play.again(_events(data))
    stored = positions.from_json(machine, data.get("position"))
    if stored != play.position:
        raise PlayError("unreadable", "the position is not where these events lead")
    return play


def carry_over(machine: Machine, data: Any) -> tuple[Play, int]:
    """A play of another version of the scene, as far as its events fit this one.

    Returns the play and how many of its events it kept.
    """
    if not isinstance(data, dict) or data.get("format") != "play":
        raise PlayError("unreadable", "a snapshot is an object of the format play")
    play = begin(machine, seed=_seed(data), cast=_cast(data))
    kept = 0
    for event in _events(data):
        try:
            play = play.after(event)
        except PlayError:
            break
        kept += 1
    return play, kept


def _seed(data: dict[str, Any]) -> int:
    seed = data.get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise PlayError("unreadable", "seed is a whole number")
    return seed


def _events(data: dict[str, Any]) -> list[Event]:
    found = data.get("events")
    if not isinstance(found, list) or len(found) > limits.EVENTS:
        raise PlayError("unreadable", f"events are a list of at most {limits.EVENTS}")
    return [event_from_json(event) for event in found]


def _cast(data: dict[str, Any]) -> dict[str, Player]:
    found = data.get("cast")
    if not isinstance(found, dict) or len(found) > limits.ROLES:
        raise PlayError("unreadable", "cast is an object with a character by role")
    cast = {}
    for role, who in found.items():
        parts = (who.get("character"), who.get("name")) if isinstance(who, dict) else ()
        if not parts or not all(
            isinstance(part, str) and len(part) <= 200 for part in (role, *parts)
        ):
            raise PlayError("unreadable", "who is cast has a character and a name")
        cast[role] = Player(*[str(part) for part in parts])
    return cast


def _preset(data: dict[str, Any]) -> Preset | None:
    found = data.get("preset")
    if found is None:
        return None
    if not isinstance(found, dict) or found.keys() != {"state", "context"}:
        raise PlayError("unreadable", "a preset has state and context")
    if not isinstance(found["state"], str) or not isinstance(found["context"], dict):
        raise PlayError("unreadable", "a preset has a state and values by variable")
    return Preset(found["state"], found["context"])
