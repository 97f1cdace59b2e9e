"""What the frame around every page shows: theme, place, tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject

from socialapp.accounts import quotas
from socialapp.accounts.requests import person

if TYPE_CHECKING:
    from django.http import HttpRequest

THEME_COOKIE = "theme"
THEMES = ("dark", "light")

PLACES = {
    "feed": "watch",
    "post": "watch",
    "tag": "explore",
    "search": "explore",
    "explore": "explore",
    "saved": "you",
    "collection": "you",
    "cast": "cast",
    "character": "cast",
    "create": "create",
    "studio": "create",
    "character-new": "create",
    "jobs": "clips",
    "clip": "clips",
    "live": "live",
    "live-new": "live",
    "stream": "live",
    "stream-edit": "live",
    "scenes": "scenes",
    "scene": "scenes",
    "scene-new": "scenes",
    "scene-edit": "scenes",
    "chats": "chats",
    "chat": "chats",
    "chat-new": "chats",
    "personas": "chats",
    "said-clip": "chats",
    "invited": "chats",
    "snippet": "chats",
    "settings": "you",
    "verify": "verify",
    "data": "you",
    "mfa_index": "you",
    "mfa_list_webauthn": "you",
    "sessions": "you",
    "cases": "you",
    "decision": "you",
    "notices": "notices",
    "notice-settings": "notices",
}
"""URL names to the entry of the navigation that is lit."""


def _place(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None or match.url_name is None:
        return ""
    if match.url_name == "profile":
        mine = match.kwargs.get("username") == getattr(request.user, "username", None)
        return "you" if mine else "watch"
    return PLACES.get(match.url_name, "")


def house(request: HttpRequest) -> dict[str, Any]:
    """The quota is lazy: pages without the frame do not ask for it."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "house": {
            "theme": theme if theme in THEMES else "",
            "place": _place(request),
            "quota": SimpleLazyObject(lambda: quotas.left(person(request))),
        }
    }
