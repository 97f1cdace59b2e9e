"""How strongly a clip is marked, and how well that came through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chosen:
    strength: float
    margin: float
    """Correlation after the attack: 1 is a perfect reading, below 0.5 is none."""

    peak: float
    """Of the sync pattern after the attack, in deviations: it must be found first."""

    tries: int
