"""Who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

    from socialapp.accounts.models import User


def person(request: HttpRequest) -> User:
    """Whoever is signed in; only for views behind ``login_required``."""
    user = request.user
    assert user.is_authenticated  # noqa: S101  narrows for mypy
    return user
