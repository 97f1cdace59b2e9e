"""How a clip stands on another site: its player, and what oEmbed says of it.

oEmbed 1.0 (oembed.com): a site that was given a link asks for what to show instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils.html import format_html

if TYPE_CHECKING:
    from feed.models import Post

PATH = re.compile(r"/(?:p|embed)/([a-z0-9]{6,16})/?")

LEAST = 200
"""Pixels: nothing smaller has room for the picture, its label and a button."""

TALLEST = 640
"""Pixels, where nobody asks for less."""

WIDEST = 960

RATIOS = {"9:16": (9, 16), "1:1": (1, 1), "16:9": (16, 9)}


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels."""

    width: int
    height: int


def key_in(url: str, *, hosts: frozenset[str]) -> str:
    """Of the post that an address of ours leads to; empty for any other."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.lower()
    except ValueError:
        return ""
    match = PATH.fullmatch(parts.path)
    if match is None or parts.scheme not in {"http", "https"} or host not in hosts:
        return ""
    return match[1]


def size_for(shape: str, *, widest: int | None, tallest: int | None) -> Size:
    """The largest player of this shape within what was asked for, and within LEAST to
    WIDEST by TALLEST; LEAST wins: a picture that nobody can see is no answer."""
    across, down = RATIOS.get(shape, RATIOS["9:16"])
    wide = min(widest or WIDEST, WIDEST)
    tall = min(tallest or TALLEST, TALLEST)
    scale = min(wide / across, tall / down)
    scale = max(scale, LEAST / min(across, down))
    return Size(round(across * scale), round(down * scale))


def frame(address: str, title: str, size: Size) -> str:
    """The code that shows the player on a page."""
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"'
        ' allow="fullscreen" style="border:0"></iframe>',
        address,
        size.width,
        size.height,
        title,
    )


def described(post: Post, *, house: str, poster: str, size: Size) -> dict[str, Any]:
    """The answer of oEmbed. `house`: the address of this copy, without a slash at the
    end; `poster`: a full address."""
    assert post.clip is not None  # noqa: S101  only clips have a player
    told = {
        "version": "1.0",
        "type": "video",
        "provider_name": "Troupe",
        "provider_url": f"{house}/",
        "title": post.title,
        "author_name": f"@{post.author.username}",
        "author_url": f"{house}/@{post.author.username}/",
        "html": frame(f"{house}/embed/{post.key}/", post.title, size),
        "width": size.width,
        "height": size.height,
        # Whatever was taken down must be gone soon.
        "cache_age": 60,
    }
    if poster:
        told |= {
            "thumbnail_url": poster,
            "thumbnail_width": post.clip.width,
            "thumbnail_height": post.clip.height,
        }
    return told
