"""How long a clip takes here: learnt from the newest renders, for each rung."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING

from django.conf import settings

from avatarfx.line import needs
from avatarfx.models import Clip, Render, RenderWorker
from socialapp.jobs.queue import BackendDownError, backend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.abilities import Abilities
    from socialapp.characters.models import Character

UNKNOWN_RATE = 1.5
"""Seconds of work for a second of clip, until this copy has learnt its own."""

OVERHEAD_SECONDS = 1.5
"""Loading pictures, storing files: the same for short and long clips."""

LEARN_FROM = 20
"""Newest renders of a rung that its rate is learnt from."""

LOOK_AT = 60
"""Newest renders of all rungs."""

SURE_FROM = 4
"""With fewer renders a rate says little: half as fast and twice as fast are likely."""

LOOK_AGAIN_SECONDS = 10.0
"""After which it is asked anew who works: the answer comes from Redis."""


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds: the likely ones, and between which they lie half of the time."""

    low: float
    usual: float
    high: float

    def __add__(self, other: Span) -> Span:
        return Span(
            self.low + other.low, self.usual + other.usual, self.high + other.high
        )

    def times(self, factor: float) -> Span:
        return Span(self.low * factor, self.usual * factor, self.high * factor)


NOTHING = Span(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """Of this copy, now."""

    rates: Mapping[str, Span] = field(default_factory=dict)
    """By rung: seconds of work for a second of clip."""

    hands: int = 1
    """Clips that are made at once by workers that are alive and take some."""

    crew: tuple[Abilities, ...] = ()
    """What each can do, if that is known."""

    def nobody(self, clip: Clip) -> str:
        """Why none of them can make it, in words; empty: somebody can, as far as is
        known."""
        if not self.crew:
            return ""
        return needs.lacking(self.crew, needs.names_in(clip.needs), clip.lasts)

    def work(self, rung: str, lasts: float, clips: int = 1) -> Span:
        """What `clips` take whose films last so many seconds together."""
        rate = self.rates.get(rung) or self.rates.get("") or _unsure(UNKNOWN_RATE)
        fixed = OVERHEAD_SECONDS * clips
        return rate.times(lasts) + Span(fixed, fixed, fixed)


def learn() -> Pace:
    """From what was made last; a rung that was not made yet goes by all the others."""
    done = Render.objects.filter(outcome="ready", clip__seconds__gt=0).order_by("-id")
    found: dict[str, list[float]] = defaultdict(list)
    for started, ended, seconds, rung in done.values_list(
        "started", "ended", "clip__seconds", "clip__rung"
    )[:LOOK_AT]:
        if ended and seconds:
            worked = max(0.0, (ended - started).total_seconds() - OVERHEAD_SECONDS)
            for name in (rung, ""):
                found[name].append(worked / seconds)
    rates = {name: _rate(values[:LEARN_FROM]) for name, values in found.items()}
    crew = _crew()
    at_once = hands() if crew is None else sum(one.at_once for one in crew)
    return Pace(rates, at_once, crew or ())


def aim_of(character: Character) -> str:
    """The rung that a clip of this character will likely end on: that of its last one
    with the same portrait."""
    last = Clip.objects.filter(
        character=character,
        state=Clip.State.READY,
        actors__portrait=character.portrait_id,
    ).order_by("-id")
    return last.values_list("rung", flat=True).first() or Clip.Rung.FULL


_asked: tuple[float, int] | None = None


def _crew() -> tuple[Abilities, ...] | None:
    """As the list of workers has them; None: none is listed."""
    if not (listed := list(RenderWorker.objects.alive())):
        return None
    return tuple(worker.can() for worker in listed if not worker.draining)


def hands() -> int:
    """How many listen, whether listed or not; one, while nobody can tell."""
    global _asked  # noqa: PLW0603 - a fact about the house, for some seconds
    now = time.monotonic()
    if _asked is None or now - _asked[0] > LOOK_AGAIN_SECONDS:
        try:
            alive = sum(backend().workers(queue) for queue in settings.QUEUES)
        except BackendDownError:
            alive = 1
        _asked = (now, alive)
    return _asked[1]


def _rate(values: list[float]) -> Span:
    usual = median(values)
    if len(values) < SURE_FROM:
        return _unsure(usual)
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Span(low, usual, high)


def _unsure(usual: float) -> Span:
    return Span(usual / 2, usual, usual * 2)
