"""``/metrics``: numbers for Prometheus, to whoever may have them.

Each collector of ``settings.METRICS`` is a function without arguments that yields metric
families. What they tell is read from the database and holds for the whole copy, so that
every process says the same; requests alone are counted by the process that answers
them. One that fails is named in the answer, and the others are still told.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import threading
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.http import HttpRequest
    from prometheus_client.core import Metric

log = logging.getLogger(__name__)

KEPT_SECONDS = 5.0
"""Two scrapes in this time get the same answer: the database is asked once."""

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
"""Whoever sends one of these came through a proxy, from anywhere."""

requests = CollectorRegistry()
"""Of this process."""

_answered = Histogram(
    "troupe_http_request_duration_seconds",
    "Until the answer begins, of requests that this process answered.",
    ["method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=requests,
)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


class Timed:
    """Counts requests by method and class of status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        _answered.labels(method, f"{response.status_code // 100}xx").observe(
            time.perf_counter() - began
        )
        return response


class _Latest:
    """What was told last, for a few seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._told = b""

    def read(self) -> bytes:
        with self._lock:
            if time.monotonic() >= self._until:
                registry = CollectorRegistry()
                registry.register(_House())
                self._told = generate_latest(registry)
                self._until = time.monotonic() + KEPT_SECONDS
            return self._told

    def forget(self) -> None:
        self._until = 0.0


class _House:
    """Every collector of the settings."""

    def describe(self) -> Iterable[Metric]:
        """Without it, registering would collect once for nothing."""
        return ()

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "troupe_collector_up",
            "Whether these numbers could be read: 1 or 0.",
            labels=["collector"],
        )
        took = GaugeMetricFamily(
            "troupe_collector_seconds",
            "How long reading them took.",
            labels=["collector"],
        )
        for path in settings.METRICS:
            name = path.rpartition(".")[0]
            began = time.perf_counter()
            found: list[Metric] = []
            try:
                found = list(import_string(path)())
            except Exception:
                log.exception("The metrics of %s could not be read", name)
            up.add_metric([name], float(bool(found)))
            took.add_metric([name], round(time.perf_counter() - began, 4))
            yield from found
        yield up
        yield took


latest = _Latest()


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """401 for a wrong token; 404 for those from outside where no token is set."""
    if settings.METRICS_TOKEN:
        if not _has_token(request):
            return HttpResponse(
                "Send the METRICS_TOKEN of this copy as a bearer token.\n",
                status=401,
                content_type="text/plain",
                headers={"WWW-Authenticate": "Bearer"},
            )
    elif settings.PRODUCTION or not _from_here(request):
        raise Http404
    body = latest.read() + generate_latest(requests)
    return HttpResponse(body, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _has_token(request: HttpRequest) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    return kind.lower() == "bearer" and same


def _from_here(request: HttpRequest) -> bool:
    """From this machine, and through no proxy."""
    if any(name in request.META for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        # A socket in a folder of this machine has no address.
        return not request.META.get("REMOTE_ADDR")
    return address.is_loopback
