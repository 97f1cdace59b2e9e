"""From what a person pastes to the thing that it names."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from moderation import lookalikes, subjects

ROUTES = {
    "post": ("post", "key"),
    "clip": ("clip", "key"),
    "character": ("character", "key"),
    "profile": ("profile", "username"),
    "stream": ("stream", "key"),
    "scene": ("scene", "key"),
}
"""Name of a page to the kind that it shows and the part of its address that names it."""


def read(line: str) -> tuple[str, str] | None:
    """Kind and key of a page's or a file's address, or None.

    ``/p/2k3.../``, ``https://.../p/2k3...``, ``2k3...`` and addresses of files all do.
    What no viewer may see any more is found too: the request may be about that.
    """
    text = line.strip().strip("<>\"'")
    if not text:
        return None
    path = unquote(urlsplit(text).path)
    if path.startswith(settings.MEDIA_URL):
        return lookalikes.owner_of(path.removeprefix(settings.MEDIA_URL))
    if not path.startswith("/"):
        path = f"/{path}"
    for candidate in (path, f"{path.rstrip('/')}/"):
        try:
            match = resolve(candidate)
        except Resolver404:
            continue
        if match.url_name in ROUTES:
            kind, part = ROUTES[match.url_name]
            return _existing(kind, str(match.kwargs[part]))
    return _bare(text)


def _bare(text: str) -> tuple[str, str] | None:
    """A key alone, as it stands at the end of an address."""
    for kind in ("post", "clip", "character", "stream", "scene"):
        if found := _existing(kind, text):
            return found
    return None


def _existing(kind: str, key: str) -> tuple[str, str] | None:
    thing = subjects.find(kind, key)
    if thing is None:
        return None
    return kind, subjects.get(kind).key(thing)
