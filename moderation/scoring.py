"""Which case comes first, and when a thing is hidden before anybody looked. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

WEIGHTS = {1: 1.0, 2: 2.0, 3: 4.0, 4: 8.0, 5: 16.0}
"""Of a rule's severity: one step is worth twice the reports."""

TRUSTED_FLAGGER = 3.0
"""Voices of one trusted flagger (DSA, Article 22: their notices have priority)."""

ANONYMOUS = 0.25
"""Voices of a report without an account, which anybody can send many of."""

HOLD_AT = 24.0
"""Severity's weight times voices: three new people for the gravest rules, six for the
next, twelve for the third; one trusted flagger for the two gravest."""

AGE_CAP = 4.0
HOURS_A_POINT = 12.0
"""A case that waits gains a point each half day, up to the cap, so none is forgotten."""


@dataclass(frozen=True, slots=True)
class Facts:
    severity: int
    """1 to 5, of the gravest rule named."""

    voices: float
    """Sum over the reports; see `voice`."""

    reach: int = 0
    """How many people have seen the thing."""

    hours: float = 0.0
    """Since the case was opened."""


def voice(*, helpful: int, decided: int, trusted: bool, anonymous: bool) -> float:
    """What one report counts: 0.5 for somebody new, towards 1 for whoever was right
    before and towards 0 for whoever was not (Laplace's rule of succession)."""
    if trusted:
        return TRUSTED_FLAGGER
    if anonymous:
        return ANONYMOUS
    return (helpful + 1) / (decided + 2)


def priority(facts: Facts) -> float:
    """Higher comes first."""
    return round(
        WEIGHTS[facts.severity] * (1 + math.log2(1 + facts.voices))
        + 2 * math.log10(1 + facts.reach)
        + min(facts.hours / HOURS_A_POINT, AGE_CAP),
        3,
    )


def must_hold(facts: Facts) -> bool:
    """Hide it until a moderator looked."""
    return WEIGHTS[facts.severity] * facts.voices >= HOLD_AT
