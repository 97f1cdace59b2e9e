"""Who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from socialapp.lib.api.throttles import Throttle

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

    from socialapp.accounts.models import User


def person(request: HttpRequest) -> User:
    """Whoever is signed in; only for views behind ``login_required``."""
    user = request.user
    assert user.is_authenticated  # noqa: S101  narrows for mypy
    return user


def address_of(request: HttpRequest) -> str:
    """Where a request comes from, behind the proxies that TRUSTED_PROXIES counts."""
    # It reads META alone, which both kinds of request have.
    return Throttle().get_ident(cast("Request", request)) or ""
