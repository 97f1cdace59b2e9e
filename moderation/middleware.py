"""Suspended and banned people read, appeal, take their data and leave; nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone

from moderation.models import Standing
from socialapp.accounts.models import Token
from socialapp.accounts.services import digest_of
from socialapp.lib.api.problems import API_PREFIX, CONTENT_TYPE, body

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

OPEN = (
    "/accounts/",
    "/decisions/",
    "/report/",
    "/settings/leave/",
    "/settings/data/",
    "/takedown/",
    "/theme/",
    "/api/v1/auth/",
    "/api/v1/decisions/",
    "/api/v1/reports/",
    "/api/v1/takedowns/",
)
"""Doors that stay open: signing in and out, appeals, reports, data, leaving."""


class Resting:
    """Runs after authentication, and looks at requests that change something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or request.path.startswith(OPEN):
            return self.get_response(request)
        standing = _standing_of(request)
        if standing is None or not standing.resting_at(timezone.now()):
            return self.get_response(request)
        if request.path == "/api/v1/me/" and request.method == "DELETE":
            return self.get_response(request)
        return _refuse(request, standing)


def _standing_of(request: HttpRequest) -> Standing | None:
    """Of whoever asks, by session or by token."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        valid = Token.objects.valid(now=timezone.now())
        owner = valid.filter(digest=digest_of(key.strip())).values("user")
        return Standing.objects.filter(user__in=owner).first()
    if request.user.is_authenticated:
        return Standing.objects.filter(user=request.user).first()
    return None


def _refuse(request: HttpRequest, standing: Standing) -> HttpResponse:
    until = standing.suspended_until
    words = (
        "Your account is closed to others and may change nothing."
        if standing.banned or until is None
        else f"Your account rests until {until:%d %B %Y, %H:%M} UTC."
    )
    words += " The decision says why, and how to appeal."
    if request.path.startswith(API_PREFIX):
        return JsonResponse(
            body(403, "account-rests", words), status=403, content_type=CONTENT_TYPE
        )
    return render(request, "moderation/resting.html", {"words": words}, status=403)
