"""What is counted of the attempts that ended in a span of time. Plain values."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from avatarfx.metrics.sketch import Sketch

if TYPE_CHECKING:
    from collections.abc import Mapping

REASON_LENGTH = 60

QUOTED = re.compile(r"[“\"'‘][^”\"'’]*[”\"'’]")

ENGINE_STAGES = frozenset({"voice", "movement"})
"""Stages whose time depends on the engine; there are few, so each is told apart."""

INSIDE = frozenset({"mark", "quality"})
"""Stages that run inside another one, whose CPU seconds have theirs."""

FULL = "full"


@dataclass(slots=True)
class Spread:
    """Seconds of one stage, or of whole attempts."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    sketch: Sketch = field(default_factory=Sketch)

    @property
    def count(self) -> int:
        return self.sketch.count

    def add(self, seconds: float, cpu_seconds: float = 0.0) -> None:
        self.seconds += seconds
        self.cpu_seconds += cpu_seconds
        self.sketch.add(seconds)

    def merge(self, other: Spread) -> None:
        self.seconds += other.seconds
        self.cpu_seconds += other.cpu_seconds
        self.sketch.merge(other.sketch)


@dataclass(slots=True)
class Tally:
    """Names to numbers; two of them can be added up."""

    stages: dict[tuple[str, str], Spread] = field(default_factory=dict)
    """By stage and engine; the engine is empty where it makes no difference."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rungs: Counter[str] = field(default_factory=Counter)
    """Clips that came out, by what they came out as."""

    fallbacks: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of those the lower ones, by rung and reason."""

    failures: Counter[str] = field(default_factory=Counter)
    """Attempts without a clip, by reason."""

    film_seconds: float = 0.0
    cpu_seconds: float = 0.0
    gpu_seconds: float = 0.0
    attempts: Spread = field(default_factory=Spread)
    """From claim to end."""

    @property
    def clips(self) -> int:
        return self.rungs.total()

    @property
    def lower(self) -> int:
        """Clips on a lower rung than the full one."""
        return self.clips - self.rungs[FULL]

    def add(self, attempt: Ended) -> None:
        self.outcomes[attempt.outcome] += 1
        self.attempts.add(attempt.seconds)
        for entry in attempt.trace:
            self._add_stage(entry)
        if attempt.rung:
            self.rungs[attempt.rung] += 1
            self.film_seconds += attempt.film_seconds
            if attempt.rung != FULL:
                self.fallbacks[attempt.rung, reason_of(attempt.rung_reason)] += 1
        elif attempt.outcome in {"failed", "lost"}:
            lost = "its worker went silent" if attempt.outcome == "lost" else ""
            self.failures[lost or reason_of(attempt.error)] += 1

    def _add_stage(self, entry: Any) -> None:
        if not isinstance(entry, dict) or not entry.get("name"):
            return
        name = str(entry["name"])[:16]
        engine = str(entry.get("engine", ""))[:40] if name in ENGINE_STAGES else ""
        seconds, cpu = _number(entry, "seconds"), _number(entry, "cpu_seconds")
        self.stages.setdefault((name, engine), Spread()).add(seconds, cpu)
        if name not in INSIDE:
            self.cpu_seconds += cpu
            self.gpu_seconds += _number(entry, "gpu_seconds")

    def merge(self, other: Tally) -> None:
        for name, spread in other.stages.items():
            self.stages.setdefault(name, Spread()).merge(spread)
        self.outcomes += other.outcomes
        self.rungs += other.rungs
        self.fallbacks += other.fallbacks
        self.failures += other.failures
        self.film_seconds += other.film_seconds
        self.cpu_seconds += other.cpu_seconds
        self.gpu_seconds += other.gpu_seconds
        self.attempts.merge(other.attempts)

    def at_least(self, seen: Tally) -> None:
        """Raise every number to what was seen before."""
        for name, spread in seen.stages.items():
            mine = self.stages.setdefault(name, Spread())
            if spread.count > mine.count:
                self.stages[name] = spread
        if seen.attempts.count > self.attempts.count:
            self.attempts = seen.attempts
        self.outcomes |= seen.outcomes
        self.rungs |= seen.rungs
        self.fallbacks |= seen.fallbacks
        self.failures |= seen.failures
        self.film_seconds = max(self.film_seconds, seen.film_seconds)
        self.cpu_seconds = max(self.cpu_seconds, seen.cpu_seconds)
        self.gpu_seconds = max(self.gpu_seconds, seen.gpu_seconds)

    def to_json(self, *, quantiles: bool = True) -> dict[str, Any]:
        """Without `quantiles` only what is summed up for ever."""
        return {
            "stages": [
                [*name, *_spread(spread, quantiles=quantiles)]
                for name, spread in self.stages.items()
            ],
            "outcomes": dict(self.outcomes),
            "rungs": dict(self.rungs),
            "fallbacks": [[*name, count] for name, count in self.fallbacks.items()],
            "failures": dict(self.failures),
            "film_seconds": self.film_seconds,
            "cpu_seconds": self.cpu_seconds,
            "gpu_seconds": self.gpu_seconds,
            "attempts": list(_spread(self.attempts, quantiles=quantiles)),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Tally:
        return cls(
            stages={
                (stage, engine): _spread_from(rest)
                for stage, engine, *rest in data.get("stages", [])
            },
            outcomes=Counter(data.get("outcomes", {})),
            rungs=Counter(data.get("rungs", {})),
            fallbacks=Counter({(r, why): n for r, why, n in data.get("fallbacks", [])}),
            failures=Counter(data.get("failures", {})),
            film_seconds=float(data.get("film_seconds", 0.0)),
            cpu_seconds=float(data.get("cpu_seconds", 0.0)),
            gpu_seconds=float(data.get("gpu_seconds", 0.0)),
            attempts=_spread_from(data.get("attempts", [0.0, 0.0, {}])),
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """What a tally needs to know of one attempt that ended."""

    outcome: str
    seconds: float
    error: str = ""
    trace: tuple[Any, ...] = ()
    rung: str = ""
    """What came out; empty: nothing did."""

    rung_reason: str = ""
    film_seconds: float = 0.0


def reason_of(text: str) -> str:
    """One of few: without numbers, quotations and length, which differ by clip."""
    short = re.sub(r"\d+([.,]\d+)*", "N", QUOTED.sub("…", text)).strip().rstrip(".")
    return short[:REASON_LENGTH].rstrip() or "not told"


def _spread(
    spread: Spread, *, quantiles: bool
) -> tuple[float, float, dict[str, int] | int]:
    counted = spread.sketch.to_json() if quantiles else spread.count
    return round(spread.seconds, 3), round(spread.cpu_seconds, 3), counted


def _spread_from(data: Any) -> Spread:
    seconds, cpu_seconds, counted = data
    # Of a total only the count is kept, in a bucket that nobody asks for quantiles.
    sketch = Sketch({0: counted}) if isinstance(counted, int) else None
    return Spread(seconds, cpu_seconds, sketch or Sketch.from_json(counted or {}))


def _number(entry: Mapping[str, Any], name: str) -> float:
    value = entry.get(name, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0.0 <= value < 1e9 else 0.0
