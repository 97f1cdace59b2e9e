"""What a clip costs: processor time, and money by the prices of the operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.metrics.tally import Tally

HOUR_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one clip, attempts that failed included."""

    cpu_seconds: float
    gpu_seconds: float
    cents: float


def per_clip(tally: Tally, prices: Mapping[str, float]) -> Cost:
    """`prices`: cents for ``cpu_hour`` and ``gpu_hour``. ValueError without a clip."""
    if not tally.clips:
        raise ValueError("No clip came out, so none cost anything.")
    cpu = tally.cpu_seconds / tally.clips
    gpu = tally.gpu_seconds / tally.clips
    cents = (cpu * prices["cpu_hour"] + gpu * prices["gpu_hour"]) / HOUR_SECONDS
    return Cost(round(cpu, 4), round(gpu, 4), round(cents, 6))
