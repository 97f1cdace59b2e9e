"""Quantiles of many durations in a small dictionary, which can be added up.

A DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with
relative-error guarantees", VLDB 2019): durations are counted in buckets whose width grows
with the duration, so that any quantile is told within `ACCURACY` of its value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCURACY = 0.01
"""Largest relative error of a quantile."""

_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG = math.log(_GAMMA)

SHORTEST = 0.001
"""Seconds; what is shorter counts as this."""


@dataclass(slots=True)
class Sketch:
    """Durations in seconds, counted by bucket."""

    buckets: dict[int, int] = field(default_factory=dict)

    def add(self, seconds: float) -> None:
        bucket = math.ceil(math.log(max(seconds, SHORTEST)) / _LOG)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def merge(self, other: Sketch) -> None:
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count

    @property
    def count(self) -> int:
        return sum(self.buckets.values())

    def quantile(self, share: float) -> float:
        """The duration that this share of all is not longer than; 0 for none at all."""
        wanted, seen = share * (self.count - 1), 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen > wanted:
                return float(2 * _GAMMA**bucket / (_GAMMA + 1))
        return 0.0

    def to_json(self) -> dict[str, int]:
        return {str(bucket): count for bucket, count in self.buckets.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, int]) -> Sketch:
        return cls({int(bucket): int(count) for bucket, count in data.items()})
