"""The queues of wake-ups in the names and units of Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from prometheus_client.core import GaugeMetricFamily

from socialapp.jobs.queue import backend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric


def collect() -> Iterator[Metric]:
    """BackendDownError while Redis is away: then nobody can tell."""
    waiting = GaugeMetricFamily(
        "troupe_jobs_waiting", "Wake-ups that lie in a queue.", labels=["queue"]
    )
    listening = GaugeMetricFamily(
        "troupe_jobs_workers", "Workers that listen to a queue.", labels=["queue"]
    )
    for queue in settings.QUEUES:
        waiting.add_metric([queue], backend().waiting(queue))
        listening.add_metric([queue], backend().workers(queue))
    yield waiting
    yield listening
