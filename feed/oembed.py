"""What oEmbed is asked and answers, for the page and for the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from feed import embeds, selectors
from feed.models import Post
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Mapping


class EmbedError(Exception):
    """A refusal, with its status as oEmbed 1.0 has them (section 2.3.5)."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def answer(asked: Mapping[str, str], *, here: str) -> dict[str, Any]:
    """To ``url``, ``maxwidth``, ``maxheight`` and ``format``, by name; `here` is the
    address under which this copy was asked. EmbedError for anything else."""
    if asked.get("format", "json") != "json":
        raise EmbedError(501, "JSON is the only format here.")
    url = asked.get("url", "")
    if not url:
        raise EmbedError(400, "Name the address of a post: ?url=")
    widest, tallest = (_pixels(asked, name) for name in ("maxwidth", "maxheight"))
    ours = {urlsplit(one).netloc.lower() for one in (settings.SITE_URL, here)}
    key = embeds.key_in(url, hosts=frozenset(ours))
    if not key or not selectors.is_known(key=key):
        raise EmbedError(404, "There is no such post.")
    try:
        post = selectors.embeddable_post(key=key)
    except Post.DoesNotExist:
        raise EmbedError(
            401, "Whoever made this post does not show it on other sites."
        ) from None
    assert post.clip is not None  # noqa: S101  the selector gives clips alone
    poster = blobs.url(post.clip.poster) if post.clip.poster else ""
    return embeds.described(
        post,
        house=settings.SITE_URL,
        poster=urljoin(here, poster) if poster else "",
        size=embeds.size_for(post.clip.shape, widest=widest, tallest=tallest),
    )


def _pixels(asked: Mapping[str, str], name: str) -> int | None:
    value = asked.get(name, "")
    if value and not (value.isascii() and value.isdigit() and len(value) < 6):
        raise EmbedError(400, f"{name} is a number of pixels.")
    return int(value) if value else None
