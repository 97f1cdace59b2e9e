"""The player on other sites, and oEmbed, by which they find it.

Nothing here knows who looks: no cookie is read or set, and nothing is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from feed import embeds, selectors
from feed.models import Post
from feed.oembed import EmbedError, answer
from socialapp.lib.csp import HEADER

if TYPE_CHECKING:
    from django.http import HttpRequest

FRESH = "public, max-age=4, must-revalidate"
"""As the files themselves: what is taken down is gone within seconds."""


def _policy(nonce: str) -> str:
    files = " ".join(["'self'", *settings.MEDIA_ORIGINS])
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; object-src 'none'; "
        f"frame-ancestors {settings.EMBED_ANCESTORS}; font-src 'self'; "
        f"img-src {files}; media-src {files}; connect-src {files}; "
        f"script-src 'self' 'nonce-{nonce}'; style-src 'self'"
    )


@xframe_options_exempt
@require_safe
def embed(request: HttpRequest, key: str) -> HttpResponse:
    """``?t=12`` begins at a second. 404 with a page that says so: a frame with nothing
    in it tells nobody why."""
    try:
        post = selectors.embeddable_post(key=key)
    except Post.DoesNotExist:
        post = None
    context = {
        # The template's tags ask for its nonce; nothing else of it is used.
        "request": request,
        "post": post,
        "house": settings.SITE_URL,
    }
    # Not `render`: what other pages show of whoever is signed in has no place here.
    page = render_to_string("feed/embed.html", context)
    response = HttpResponse(page, status=200 if post else 404)
    response[HEADER] = _policy(request.META["csp_nonce"])
    response["Cache-Control"] = FRESH
    return response


@require_safe
def here(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001
    """Asked by open players every few seconds: 204 while it may be shown, else 404."""
    status = 204 if selectors.may_embed(key=key) else 404
    return HttpResponse(status=status, headers={"Cache-Control": "no-store"})


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """``?url=&maxwidth=&maxheight=&format=json``. 404: no post of ours, 401: one that
    may not be shown elsewhere, 501: another format, as the specification says."""
    try:
        told = answer(request.GET, here=request.build_absolute_uri("/"))
    except EmbedError as error:
        response = JsonResponse({"detail": str(error)}, status=error.status)
    else:
        response = JsonResponse(told, headers={"Cache-Control": FRESH})
    # Any site may read it: it says what everybody may know.
    response["Access-Control-Allow-Origin"] = "*"
    return response


@dataclass(frozen=True, slots=True)
class Player:
    address: str
    """In full, as the other two are."""

    oembed: str
    code: str
    """What shows it on a page."""

    size: embeds.Size


def player_of(post: Post) -> Player | None:
    """None for a post that other sites may not show. One query."""
    if post.clip is None or not selectors.may_embed(key=post.key):
        return None
    house = settings.SITE_URL
    address = f"{house}{reverse('embed', args=[post.key])}"
    size = embeds.size_for(post.clip.shape, widest=None, tallest=None)
    query = urlencode({"url": f"{house}{post.get_absolute_url()}", "format": "json"})
    return Player(
        address=address,
        oembed=f"{house}{reverse('oembed')}?{query}",
        code=embeds.frame(address, post.title, size),
        size=size,
    )
