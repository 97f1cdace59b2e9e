"""How much is too much: a count for each window, person and kind of request.

Windows are fixed (a counter, not a list of times), so a burst over the edge of two
windows may pass twice the rate; that is accepted for one cheap write a request.
"""

from __future__ import annotations

import contextlib
import ipaddress
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

from socialapp.lib.api import manners

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView

_UNITS = {"s": 1, "m": 60, "h": 3600}


def parse_rate(rate: str) -> tuple[int, int]:
    """``300/5m`` is (300, 300): how many, in how many seconds."""
    amount, _, window = rate.partition("/")
    return int(amount), int(window[:-1] or 1) * _UNITS[window[-1]]


def network_of(address: str) -> str:
    """An IPv6 customer owns a /64, so that is one visitor."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return address


class Throttle(BaseThrottle):
    """``user`` or ``anon`` for everything, and the view's ``throttle_scope`` on top."""

    def __init__(self) -> None:
        self._wait: float | None = None

    def allow(self, request: HttpRequest, scope: str) -> bool:
        """Of a page: it shares one count with the API."""
        view = SimpleNamespace(throttle_scope=scope)
        return self.allow_request(cast("Any", request), cast("Any", view))

    def allow_request(self, request: Request, view: APIView) -> bool:
        scope, who = self._who(request)
        scopes = [scope]
        if extra := getattr(view, "throttle_scope", None):
            scopes.append(extra)
        return all(self._take(request, name, who) for name in scopes)

    def left(self, request: Request, scope: str) -> int:
        """How much of `scope` this visitor may still use in this window."""
        amount, _, key = self._window(scope, self._who(request)[1])
        return max(0, amount - int(cache.get(key, 0)))

    def spend(self, request: Request, scope: str, amount: int) -> None:
        """Count what was used, however much it was."""
        _, seconds, key = self._window(scope, self._who(request)[1])
        cache.add(key, 0, timeout=seconds)
        with contextlib.suppress(ValueError):  # the window ended between the two calls
            cache.incr(key, amount)

    def _who(self, request: Request) -> tuple[str, str]:
        user = request.user
        if user.is_authenticated:
            return "user", f"user:{user.pk}"
        return "anon", f"ip:{network_of(self.get_ident(request) or '')}"

    def _window(self, scope: str, who: str) -> tuple[int, int, str]:
        """How many, in how many seconds, and where they are counted."""
        amount, seconds = parse_rate(settings.API_RATES[scope])
        return amount, seconds, f"throttle:{scope}:{who}:{int(time.time() // seconds)}"

    def _take(self, request: Request, scope: str, who: str) -> bool:
        rate: str | None = settings.API_RATES.get(scope)
        if not rate:
            return True
        amount, seconds = parse_rate(rate)
        now = time.time()
        window = int(now // seconds)
        key = f"throttle:{scope}:{who}:{window}"
        cache.add(key, 0, timeout=seconds)
        try:
            count = cache.incr(key)
        except ValueError:
            # The window ended between the two calls.
            return True
        ends = float((window + 1) * seconds)
        left = max(0, amount - count)
        manners.note(request, manners.Window(scope, amount, seconds, left, ends))
        if count <= amount:
            return True
        self._wait = ends - now
        return False

    def wait(self) -> float | None:
        return self._wait
