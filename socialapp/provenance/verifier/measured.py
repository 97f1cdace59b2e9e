"""How often the verifier says yes to what was not made here, as measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent.parent / "data" / "false_alarms.json"
"""The only place of these figures; docs/trust/watermark.md repeats them."""

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Of searches for the watermark in files that have none of ours."""

    searches: int
    false_alarms: int
    conditions: str
    source: str
    """The command that measured it."""

    tag_bits: int
    readings: int
    """A search tries at most this many with each key."""

    @property
    def upper(self) -> float:
        """Of the share of false alarms, at 95 %, one-sided: the rate at which so few in
        so many searches would be a 5 % accident (Clopper and Pearson, 1934)."""
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            if self._at_most(middle) > 1 - CONFIDENCE:
                low = middle
            else:
                high = middle
        return high

    @property
    def chance(self) -> float:
        """Of one search with one key, when tags are right by chance alone."""
        return float(self.readings / 2**self.tag_bits)

    @property
    def words(self) -> str:
        alarms = f"{self.false_alarms} false alarm{'s' * (self.false_alarms != 1)}"
        return (
            f"Measured: {alarms} in {self.searches:,} searches of files without our"
            f" mark, so the true rate is below {100 * self.upper:.2g}% with"
            f" {CONFIDENCE:.0%} confidence."
            f" Computed: a tag of {self.tag_bits} bits is right by chance in at most one"
            f" of {1 / self.chance:,.0f} searches with one key."
        )

    def _at_most(self, rate: float) -> float:
        """Chance of no more false alarms than were seen, at this rate."""
        term = (1 - rate) ** self.searches
        total = term
        for k in range(self.false_alarms):
            term *= (self.searches - k) / (k + 1) * rate / (1 - rate)
            total += term
        return total


@cache
def false_alarms() -> FalseAlarms:
    return FalseAlarms(**json.loads(FILE.read_text(encoding="utf-8")))
