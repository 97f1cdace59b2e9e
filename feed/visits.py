"""Who looks: a signed-in person, or an anonymous visit known by a signed cookie."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COOKIE = "visit"
SALT = "feed.visit"
PENDING_LIKE = "pending_like"
"""Session key: the post that a visitor liked before signing in."""

MAX_AGE = 400 * 24 * 3600
"""Seconds. Browsers keep no cookie longer than 400 days."""


def _visit(request: HttpRequest) -> str:
    kept = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=MAX_AGE)
    return kept or ""


def viewer_of(request: HttpRequest) -> str:
    """The name under which a view is counted; empty for a visitor without a cookie.

    Only pages hand the cookie out, so a request that never opened one counts nothing.
    """
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    visit = _visit(request)
    # The cookie itself is not kept: a leaked table does not name a browser.
    return visit and f"visit:{hashlib.sha256(visit.encode()).hexdigest()}"


def welcome(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give an anonymous visitor a visit, unless they have one."""
    if not request.user.is_authenticated and not _visit(request):
        response.set_signed_cookie(
            COOKIE,
            secrets.token_urlsafe(18),
            salt=SALT,
            max_age=MAX_AGE,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response
