"""Times on a page are those of the person who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class LocalTime:
    """Runs after authentication; anonymous visitors read UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        try:
            zone = ZoneInfo(request.user.time_zone)
        except (KeyError, ValueError, OSError):
            # A name this machine's zone database does not have.
            zone = ZoneInfo("UTC")
        with timezone.override(zone):
            return self.get_response(request)
