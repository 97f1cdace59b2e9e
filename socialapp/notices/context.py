"""The number on the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject

from socialapp.notices import selectors

if TYPE_CHECKING:
    from django.http import HttpRequest


def bell(request: HttpRequest) -> dict[str, Any]:
    """Lazy: pages without the frame do not ask for it, and the others ask once."""
    return {
        "unseen": SimpleLazyObject(
            lambda: bell_words(selectors.unseen_of(request.user))
        )
    }


def bell_words(count: int) -> str:
    """What stands on the bell; empty: nothing does."""
    if count >= selectors.MOST_COUNTED:
        return f"{selectors.MOST_COUNTED - 1}+"
    return str(count) if count else ""
