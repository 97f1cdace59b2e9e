"""Rows of renders as attempts and steps: when each began, how it ended, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from avatarfx.selectors import STAGES
from avatarfx.traces.privacy import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from avatarfx.models import Clip, Render
    from avatarfx.traces.privacy import Secrets

LABELS = STAGES | {
    "plan": "Plan",
    "check": "File check",
    "quality": "Quality",
    "mark": "Watermark",
    "screen": "Screening",
}

OUTCOMES = {
    "": "running",
    "ready": "ready",
    "failed": "failed",
    "cancelled": "stopped by its owner",
    "held": "held for review",
    "lost": "lost: its worker went silent",
}

WITHIN = {"mark": "movement", "quality": "check"}
"""Steps that run inside another one."""

BESIDE = {"sign": "screen"}
"""Steps that begin with the one before and run at the same time."""

SPOKEN_BEFORE = "spoken before"

UNBROKEN = frozenset({"ready", "held"})
"""Outcomes of attempts whose last step did its work."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of one attempt."""

    name: str
    label: str
    engine: str
    at: float
    """Seconds since the attempt began."""

    seconds: float
    cpu_seconds: float
    note: str
    rung: str
    peak_mb: float
    """0: nobody measured it."""

    ending: str = ""
    """``fell``: the next rung went on from here; ``stopped``: the attempt ended here;
    else empty."""

    @property
    def until(self) -> float:
        return self.at + self.seconds

    @property
    def ending_label(self) -> str:
        return {"fell": "gave up, the next went on", "stopped": "stopped here"}.get(
            self.ending, ""
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """One claim of a clip by a worker."""

    number: int
    fence: int
    worker: str
    started: datetime
    ended: datetime | None
    outcome: str
    why: str
    """Why it ended without a clip; empty: it did not."""

    waited: float
    """Seconds in line before it."""

    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """From claim to end; of one that runs or was lost, what its steps took."""
        if self.ended is None:
            return max((step.until for step in self.steps), default=0.0)
        return max(0.0, (self.ended - self.started).total_seconds())

    @property
    def outcome_label(self) -> str:
        return OUTCOMES.get(self.outcome, self.outcome)

    @property
    def cpu_seconds(self) -> float:
        return sum(s.cpu_seconds for s in self.steps if s.name not in WITHIN)


def attempts_of(
    clip: Clip, renders: Sequence[Render], secrets: Secrets, *, first: int = 1
) -> tuple[Attempt, ...]:
    """The oldest first; `renders` of this clip in any order, numbered from `first`."""
    told: list[Attempt] = []
    free = clip.created
    in_order = sorted(renders, key=lambda render: render.fence)
    for number, render in enumerate(in_order, start=first):
        # Asked for again by its owner: only then did it wait again.
        since = max(free, clip.queued_at) if clip.queued_at < render.started else free
        told.append(
            Attempt(
                number=number,
                fence=render.fence,
                worker=render.worker,
                started=render.started,
                ended=render.ended,
                outcome=render.outcome,
                why=plain(render.error, secrets),
                waited=max(0.0, (render.started - since).total_seconds()),
                steps=_steps(render, secrets),
            )
        )
        free = render.ended or render.started
    return tuple(told)


def _steps(render: Render, secrets: Secrets) -> tuple[Step, ...]:
    entries = [one for one in render.trace if isinstance(one, dict)]
    starts = _starts(entries)
    return tuple(
        Step(
            name=str(entry.get("name", "")),
            label=LABELS.get(entry.get("name", ""), str(entry.get("name", ""))),
            engine=str(entry.get("engine", "")),
            at=starts[n],
            seconds=number_in(entry, "seconds"),
            cpu_seconds=number_in(entry, "cpu_seconds"),
            note=plain(str(entry.get("note", "")), secrets),
            rung=str(entry.get("rung", "")),
            peak_mb=number_in(entry, "peak_mb"),
            ending=_ending(entries, n, render.outcome),
        )
        for n, entry in enumerate(entries)
    )


def _starts(entries: Iterable[dict[str, Any]]) -> list[float]:
    """When each began: as it says itself, or else after the one before."""
    starts: list[float] = []
    began: dict[str, float] = {}
    free = 0.0
    for entry in entries:
        name = str(entry.get("name", ""))
        near = WITHIN.get(name) or BESIDE.get(name)
        at = began.get(near, free) if near else free
        if isinstance(entry.get("at"), int | float):
            at = number_in(entry, "at")
        starts.append(at)
        began[name] = at
        if name not in WITHIN:
            free = max(free, at + number_in(entry, "seconds"))
    return starts


def _ending(entries: Sequence[dict[str, Any]], at: int, outcome: str) -> str:
    entry = entries[at]
    name = entry.get("name")
    later = {one.get("name") for one in entries[at + 1 :]}
    if name in {"movement", "check", "quality"} and "movement" in later:
        # Filming went on after it: a film that was drawn and thrown away fell later.
        judged = name == "movement" and _kept_until_judged(entries[at + 1 :])
        return "" if judged or not _blamed(entry) else "fell"
    if name == "voice" and entry.get("note") not in {"", None, SPOKEN_BEFORE}:
        return "fell" if later else "stopped"
    if at == len(entries) - 1 and entry.get("note") and outcome not in UNBROKEN:
        return "stopped" if outcome else ""
    return ""


def _kept_until_judged(after: Sequence[dict[str, Any]]) -> bool:
    """The next entries are of a film that was finished, not of the next rung."""
    return bool(after) and after[0].get("name") in {"mark", "check", "quality"}


def _blamed(entry: dict[str, Any]) -> bool:
    if entry.get("name") == "quality":
        return entry.get("verdict") == "dropped"
    return bool(entry.get("note"))


def number_in(entry: dict[str, Any], name: str) -> float:
    """A finite number of at least 0; what is none counts as 0."""
    value = entry.get(name, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0.0 <= value < 1e9 else 0.0
