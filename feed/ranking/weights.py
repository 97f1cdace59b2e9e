"""How much each feature counts, before anything was learnt and after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feed.ranking.traits import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 20.0
"""No weight is further from 0: what learnt more than that learnt from a mistake."""


class WeightsError(ValueError):
    """What was stored are no weights."""


@dataclass(frozen=True, slots=True)
class Weights:
    by_name: Mapping[str, float]

    def __post_init__(self) -> None:
        if unknown := sorted(self.by_name.keys() ^ set(NAMES)):
            raise WeightsError(f"Weights have {', '.join(NAMES)}; see {unknown[0]!r}.")
        for name, value in self.by_name.items():
            if not math.isfinite(value) or abs(value) > MOST:
                raise WeightsError(
                    f"The weight of {name} is {value}, not within {MOST}."
                )

    def row(self) -> list[float]:
        """In the order of the columns of ``traits.features``."""
        return [float(self.by_name[name]) for name in NAMES]

    def to_json(self) -> dict[str, float]:
        return dict(zip(NAMES, self.row(), strict=True))

    @classmethod
    def from_json(cls, data: Any) -> Weights:
        """WeightsError for anything but a number for each name."""
        if not isinstance(data, dict) or not all(
            isinstance(value, int | float) and not isinstance(value, bool)
            for value in data.values()
        ):
            raise WeightsError("Weights are an object with a number for each name.")
        return cls({str(name): float(value) for name, value in data.items()})


PRIOR = Weights(
    {
        # What viewers did with it, most of all whether they watched it to its end.
        "watched": 1.6,
        "liked": 0.6,
        "talked": 0.25,
        "remixed": 0.25,
        "won": 0.25,
        "dwell": 0.25,
        "heat": 0.6,
        "fresh": 0.6,
        # What this viewer has to do with it.
        "follows": 1.0,
        "affinity": 5.0,
        "kin": 0.6,
        "less": 8.0,
    }
)
"""Judgements, held by ``bench ranking`` against simulated people until a house has
outcomes of its own to learn from."""
