"""Passing a post on, and whether other sites may show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from feed import selectors, services, visits
from feed.models import Post
from feed.views.embeds import player_of

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, key: str) -> HttpResponse:
    """The ways to pass a post on, as a sheet with ``?sheet=1``. POST: it was done."""
    try:
        post = selectors.post_for(viewer=request.user, key=key)
    except Post.DoesNotExist as error:
        raise Http404 from error
    if request.method == "POST":
        services.count_share(post=post, viewer=visits.viewer_of(request))
        return HttpResponse(status=204)
    player = player_of(post)
    context = {
        "post": post,
        "address": request.build_absolute_uri(post.get_absolute_url()),
        "code": player.code if player else "",
    }
    page = "feed/_share.html" if request.GET.get("sheet") else "feed/share.html"
    return render(request, page, context)


@login_required
@require_POST
def embeddable(request: HttpRequest, key: str) -> HttpResponse:
    """``on=1`` or ``0``: other sites may show the player of this post of mine."""
    post = get_object_or_404(Post, key=key, author=request.user.pk)
    on = request.POST.get("on", "1") == "1"
    services.set_embeddable(post=post, on=on)
    words = "may show its player" if on else "show its player no more"
    messages.success(request, f"Other sites {words}.")
    return redirect(post)
