"""The queue of moderation in the names and units of Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from moderation.models import Case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric


def collect() -> Iterator[Metric]:
    """One query over the cases that are open, and one over those with a clock."""
    now = timezone.now()
    depth = GaugeMetricFamily(
        "troupe_moderation_queue_depth", "Cases that wait.", labels=["lane"]
    )
    oldest = GaugeMetricFamily(
        "troupe_moderation_queue_oldest_seconds",
        "Age of the oldest case that waits; 0 for an empty queue.",
        labels=["lane"],
    )
    waiting = Case.objects.open().order_by().values("lane")
    rows = waiting.annotate(count=Count("pk"), since=Min("opened"))
    found = {row["lane"]: row for row in rows}
    for lane in Case.Lane.values:
        row = found.get(lane)
        age = (now - row["since"]).total_seconds() if row else 0.0
        depth.add_metric([lane], row["count"] if row else 0)
        oldest.add_metric([lane], max(0.0, age))
    yield depth
    yield oldest
    yield GaugeMetricFamily(
        "troupe_moderation_overdue",
        "Cases whose clock has run out.",
        value=Case.objects.open().filter(due__lt=now).count(),
    )
