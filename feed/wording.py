"""What the terms of a score are called on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feed.selectors import Reason

WORDS = {
    "watched": "How much of it people watch",
    "dwell": "How long people stay with it, beside others here",
    "liked": "How often it is liked, beside others here",
    "talked": "How often it is talked about, beside others",
    "remixed": "How often it is remixed, beside others",
    "won": "How many follow its makers after it, beside others",
    "heat": "Liked a lot just now",
    "fresh": "How new it is",
    "follows": "You follow who made it, or who is in it",
    "affinity": "It is like what you watch to the end",
    "kin": "A remix of something you liked",
    "less": "You asked for less like it",
}
"""By the names of ``feed.ranking.traits``, in the order in which they are shown when
they count the same."""


@dataclass(frozen=True, slots=True)
class Term:
    words: str
    points: float
    share: int
    """Of the largest, 0 to 100, for its bar."""


@dataclass(frozen=True, slots=True)
class Because:
    terms: tuple[Term, ...]
    """The weightiest first."""

    total: float
    chance: bool = False

    @property
    def shown_total(self) -> str:
        return f"{self.total:.3f}"


def because(reason: Reason) -> Because:
    """In thousandths that still sum to the total shown: the largest remainders are
    rounded up, as seats are given out."""
    total = round(reason.score * 1000)
    exact = {name: value * 1000 for name, value in reason.terms.items()}
    floor = {name: int(value // 1) for name, value in exact.items()}
    rest = total - sum(floor.values())
    by_rest = sorted(exact, key=lambda name: floor[name] - exact[name])
    for name in by_rest[: max(0, rest)]:
        floor[name] += 1
    most = max((abs(value) for value in floor.values()), default=0) or 1
    order = sorted(floor, key=lambda name: (-abs(floor[name]), list(WORDS).index(name)))
    terms = tuple(
        Term(WORDS[name], floor[name] / 1000, round(100 * abs(floor[name]) / most))
        for name in order
        if floor[name]
    )
    return Because(terms, total / 1000, reason.chance)
