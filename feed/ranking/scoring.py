"""Scores that explain themselves: a post's terms sum to its score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from feed.ranking.traits import NAMES, features

if TYPE_CHECKING:
    from feed.ranking.facts import Floats, House, Pool, Taste
    from feed.ranking.weights import Weights

PLACES = 6
"""Decimals of a term: what is shown adds up, digit for digit."""


@dataclass(frozen=True, slots=True)
class Scores:
    terms: Floats
    """One row a post, one column a name of ``traits.NAMES``."""

    @property
    def totals(self) -> Floats:
        found: Floats = np.round(self.terms.sum(axis=1), PLACES)
        return found

    def why(self, row: int) -> dict[str, float]:
        """Term by name, of those that count; they sum to the post's total."""
        terms = zip(NAMES, self.terms[row].tolist(), strict=True)
        return {name: round(value, PLACES) for name, value in terms if value}


def score(pool: Pool, *, taste: Taste, house: House, weights: Weights) -> Scores:
    weighed = features(pool, taste, house) * np.array(weights.row())
    return Scores(np.round(weighed, PLACES))
