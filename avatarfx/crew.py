"""Who works, how much waits for them, and so whether more of them are needed."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean

from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from avatarfx.models import Clip, Render, RenderWorker

LEARN_FROM = 50
"""Newest attempts that the usual length of one is learnt from."""

UNKNOWN_SECONDS = 20.0
"""An attempt, until this copy has seen one."""


@dataclass(frozen=True, slots=True)
class Load:
    """What an autoscaler looks at."""

    queued: int
    oldest_seconds: float
    """How long the clip waits that waits longest; 0 when none does."""

    work_seconds: float
    """All that waits, at the usual length of an attempt."""

    workers: int
    """Alive and taking."""

    hands: int = 1
    """Clips that they make at once; an attempt's length is that of one among them."""

    @property
    def seconds_per_worker(self) -> float:
        """When the last of those that wait now would begin, about; of nobody's work it
        is all of it, as if one were there."""
        return self.work_seconds / max(1, self.hands)


def load() -> Load:
    waiting = Clip.objects.filter(state=Clip.State.QUEUED)
    queued = waiting.count()
    oldest = (
        waiting.order_by("queued_at", "id")
        .annotate(age=ExpressionWrapper(Now() - F("queued_at"), DurationField()))
        .values_list("age", flat=True)
        .first()
    )
    taking = list(RenderWorker.objects.taking())
    return Load(
        queued=queued,
        oldest_seconds=max(0.0, oldest.total_seconds()) if oldest else 0.0,
        work_seconds=queued * usual_seconds(),
        workers=len(taking),
        hands=sum(worker.can().at_once for worker in taking),
    )


def usual_seconds() -> float:
    """Mean length of the newest attempts that came to a result."""
    ended = Render.objects.filter(ended__isnull=False, outcome__in=["ready", "held"])
    spans = [
        max(0.0, (end - start).total_seconds())
        for start, end in ended.order_by("-id").values_list("started", "ended")[
            :LEARN_FROM
        ]
        if end
    ]
    return mean(spans) if spans else UNKNOWN_SECONDS
