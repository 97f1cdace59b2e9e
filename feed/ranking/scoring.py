"""Scores that explain themselves: a post's terms sum to its score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from feed.ranking.traits import NAMES, features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feed.ranking.facts import Floats, House, Pool, Taste
    from feed.ranking.weights import Weights

PLACES = 4
"""Decimals of a term: what is shown adds up, digit for digit."""


@dataclass(frozen=True, slots=True)
class Scores:
    traits: Floats
    """As `terms`, before they were weighed."""

    terms: Floats
    """One row a post, one column a name of ``traits.NAMES``."""

    @property
    def totals(self) -> Floats:
        found: Floats = np.round(self.terms.sum(axis=1), PLACES)
        return found

    def why(self, row: int) -> dict[str, float]:
        """Term by name, of those that count; they sum to the post's total."""
        return _named(self.terms[row])


def score(pool: Pool, *, taste: Taste, house: House, weights: Weights) -> Scores:
    traits = np.round(features(pool, taste, house), PLACES)
    return Scores(traits, _weighed(traits, np.array(weights.row())))


def explain(traits: Sequence[float], weights: Sequence[float]) -> dict[str, float]:
    """`Scores.why` of one post again, from what was kept of it."""
    return _named(_weighed(np.array(traits), np.array(weights)))


def _weighed(traits: Floats, weights: Floats) -> Floats:
    terms: Floats = np.round(traits * weights, PLACES)
    return terms


def _named(terms: Floats) -> dict[str, float]:
    pairs = zip(NAMES, terms.tolist(), strict=True)
    return {name: round(value, PLACES) for name, value in pairs if value}
