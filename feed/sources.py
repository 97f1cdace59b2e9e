"""Where somebody came from before they saw a post. Plain Python."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

NAMES = {
    "feed": "The feed",
    "feeds": "Feeds that people built",
    "tag": "A tag",
    "search": "Search",
    "profile": "A profile",
    "character": "A character's page",
    "post": "Another clip",
    "inside": "Elsewhere in the house",
    "embed": "A player on another site",
    "outside": "Another site",
    "direct": "A link, opened directly",
    "app": "An app",
}

_PLACES = (
    (re.compile(r"/(?:\?|$)"), "feed"),
    (re.compile(r"/feeds/"), "feeds"),
    (re.compile(r"/tag/"), "tag"),
    (re.compile(r"/(?:search|explore)/"), "search"),
    (re.compile(r"/@"), "profile"),
    (re.compile(r"/c/"), "character"),
    (re.compile(r"/p/"), "post"),
    (re.compile(r"/embed/"), "embed"),
)


def named(source: str) -> str:
    """A source that is known; empty for any other word."""
    return source if source in NAMES else ""


def source_of(referrer: str, host: str) -> str:
    """By the address of the page before; `host` is ours. Which site it was is not
    kept: the name of a page may say who reads it."""
    if not referrer:
        return "direct"
    try:
        before = urlsplit(referrer)
    except ValueError:
        return "outside"
    if before.netloc != host:
        return "outside"
    path = before.path or "/"
    for place, name in _PLACES:
        if place.match(path):
            return name
    return "inside"
