"""What a show is made of, and where it stands: plain values, to be stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from socialapp.engines.talk import Beat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.engines.talk import Card


class PlanError(ValueError):
    """The message says what is wrong with a plan or a wish, and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    cards: tuple[Card, ...]
    """One to three, with different names."""

    seed: int = 0
    topics: tuple[str, ...] = ()
    """In this order; after them the house's own, so a show has no end."""

    duet: str = ""
    """Id of an authored outline that comes first; its two must be the cards."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a show stands. Plain values: it can be stored beside the line."""

    step: int = 0
    """Beats so far."""

    arc: int = 0
    """Subjects so far."""

    place: int = 0
    """Beats so far of the outline, or of the present phase."""

    phase: str = "opening"
    """``opening``, ``outline``, one of ARC, or ``over``."""

    topic: str = ""
    next_topic: str = ""
    """What the audience voted for; taken up between two phases."""

    speaker: str = ""
    """Who spoke last."""

    word: str = ""
    planter: str = ""
    """Who said `word` first in this arc."""

    pending: tuple[Beat, ...] = ()
    told: tuple[str, ...] = ()
    """Marks of the last TOLD facts, the newest last."""

    dealt: tuple[tuple[str, int], ...] = ()
    """How often each deck was dealt from."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """ValueError or TypeError when it is none."""
        values = dict(data)
        values["pending"] = tuple(Beat(**beat) for beat in values.get("pending", ()))
        values["told"] = tuple(values.get("told", ()))
        values["dealt"] = tuple((str(k), int(n)) for k, n in values.get("dealt", ()))
        return cls(**values)
