"""What every answer of the API says beside itself: what is left, and whether it is new.

``RateLimit-Policy`` and ``RateLimit`` are those of draft-ietf-httpapi-ratelimit-headers
(10): one item a window that the request counted in. A 429 always says ``Retry-After``.

``ETag`` is weak and made of what would be sent. Half of what a post is to its reader
(liked, its counters, who may see it) lies outside its row, so a cheaper one would be
wrong some day; the query is paid for either way, and a phone is spared the bytes.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.cache import get_conditional_response, patch_vary_headers

from socialapp.lib.api.problems import API_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

WAIT = "60"
"""Seconds, for a 429 whose rule has no clock of its own."""


@dataclass(frozen=True, slots=True)
class Window:
    """One count that a request was added to."""

    name: str
    amount: int
    seconds: int
    left: int
    ends: float
    """Seconds since 1970."""


def note(request: Any, window: Window) -> None:
    """For the answer's headers. `request`: Django's, or DRF's around it."""
    request = getattr(request, "_request", request)
    request.META.setdefault("rate_windows", {})[window.name] = window


class Manners:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response: Any = self.get_response(request)
        if not request.path.startswith(API_PREFIX):
            return response
        _say_rates(request.META.get("rate_windows", {}), response)
        if response.status_code == 429 and "Retry-After" not in response:
            response["Retry-After"] = WAIT
        if request.method not in {"GET", "HEAD"} or response.status_code != 200:
            return response
        if response.streaming or "ETag" in response:
            return response
        return _conditional(request, response)


def _say_rates(windows: dict[str, Window], response: HttpResponseBase) -> None:
    if not windows:
        return
    now = time.time()
    response["RateLimit-Policy"] = ", ".join(
        f'"{one.name}";q={one.amount};w={one.seconds}' for one in windows.values()
    )
    response["RateLimit"] = ", ".join(
        f'"{one.name}";r={one.left};t={max(0, round(one.ends - now))}'
        for one in windows.values()
    )


def _conditional(request: HttpRequest, response: Any) -> Any:
    if "no-store" in response.get("Cache-Control", ""):
        return response
    # Of one person, on one device: what is liked is in it. Kept, but asked about.
    if "Cache-Control" not in response:
        response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Authorization", "Cookie"))
    digest = hashlib.blake2b(response.content, digest_size=12).hexdigest()
    response["ETag"] = f'W/"{digest}"'
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    assert found is not None  # noqa: S101  a response was given
    # Django keeps the headers that matter to caches; what is left matters as well.
    if found is not response:
        for name in ("RateLimit", "RateLimit-Policy"):
            if name in response:
                found[name] = response[name]
    return found
