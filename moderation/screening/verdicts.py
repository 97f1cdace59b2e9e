"""What screening says about a text or a picture. Plain Python, so anyone may read it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

Action = Literal["allow", "review", "replace", "block", "crisis"]
"""From the mildest to the one that wins over all others.

``review``: it goes on, and people look at it. ``replace``: it is not said, an authored
line is. ``block``: it is refused with the rule. ``crisis``: help is shown, nothing else.
"""

ACTIONS: tuple[Action, ...] = get_args(Action)

STOPS: frozenset[Action] = frozenset({"replace", "block", "crisis"})
"""Actions that keep a text from going any further."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, and where in the text as written it is."""

    category: str
    rule: str
    """Id in ``moderation.screening.rules``, such as ``4.2``."""

    start: int | None
    end: int | None
    """Characters of the text as written; None when it is about the whole."""

    score: float
    """0 to 1; a rule that matched words has 1."""

    layer: str
    """Who found it: rule, lexicon, head, endpoint; pictures have layers of their own."""

    action: Action = "review"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strongest action of all findings, and the findings, strongest first."""

    action: Action
    findings: tuple[Finding, ...]
    version: str
    """Of rules and models together: the same version judges the same."""

    screening: int | None = None
    """Id of the row in the log, from which a case can be opened; None: not logged."""

    @property
    def stops(self) -> bool:
        return self.action in STOPS

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """The findings that made the action what it is."""
        return tuple(f for f in self.findings if f.action == self.action)


def verdict_of(findings: list[Finding], version: str) -> Verdict:
    """Put findings in order, one for each rule and place, and take the strongest."""
    best: dict[tuple[str, int | None, int | None], Finding] = {}
    for found in findings:
        place = (found.rule, found.start, found.end)
        known = best.get(place)
        if known is None or _rank(found) > _rank(known):
            best[place] = found
    ordered = sorted(best.values(), key=_rank, reverse=True)
    action: Action = ordered[0].action if ordered else "allow"
    return Verdict(action, tuple(ordered), version)


def with_id(verdict: Verdict, screening: int) -> Verdict:
    return replace(verdict, screening=screening)


def _rank(found: Finding) -> tuple[int, bool, float]:
    return ACTIONS.index(found.action), found.start is not None, found.score
