"""Why a post is in somebody's feed, and what they say about that."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from feed import selectors, services, visits
from feed.models import Post
from feed.services import Look
from feed.views.answers import answer, refuse
from feed.views.tabs import tabs_for
from feed.wording import Because, because
from socialapp.accounts.circle import people_for
from socialapp.accounts.requests import person
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from django.http import HttpRequest

    from feed.models import RankedList

MOST_BYTES = 20_000
"""Of one batch of looks."""

SPEEDS = (
    ("0.75", "0.75×"),
    ("1", "As made"),
    ("1.25", "1.25×"),
    ("1.5", "1.5×"),
    ("2", "2×"),
)
"""What a browser may remember, and how it is called."""


@require_POST
def looks(request: HttpRequest) -> HttpResponse:
    """``{"list": key, "looks": [[post key, seconds, fraction watched], ...]}``: what was
    on screen since the last batch. What cannot be read is dropped: a page that is old
    must not fail for it."""
    viewer = visits.viewer_of(request)
    if viewer and len(request.body) <= MOST_BYTES:
        told = _told(request.body)
        shown = selectors.list_of(name=viewer, key=str(told.get("list", "")))
        found = _looks(told.get("looks"), shown)
        services.note_looks(viewer=viewer, looks=found)
    return HttpResponse(status=204)


def _told(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _looks(told: Any, shown: RankedList | None) -> list[Look]:
    rows = [row for row in told if _is_look(row)] if isinstance(told, list) else []
    looks = [(str(key), float(s), float(w)) for key, s, w in rows]
    return [Look(*one) for one in selectors.placed(looks[: services.MOST_LOOKS], shown)]


def _is_look(row: Any) -> bool:
    return (
        isinstance(row, list)
        and len(row) == 3
        and isinstance(row[0], str)
        and all(isinstance(n, int | float) and math.isfinite(n) for n in row[1:])
    )


@require_safe
def why(request: HttpRequest, key: str) -> HttpResponse:
    """``?list=`` is the order that showed it. With ``?sheet=1`` as the sheet of a post,
    where everything else about it is too; with ``?part=1`` the reasons alone."""
    try:
        post = selectors.post_for(viewer=request.user, key=key)
    except Post.DoesNotExist as error:
        raise Http404 from error
    name = visits.viewer_of(request)
    shown = selectors.list_of(name=name, key=request.GET.get("list", ""))
    reason = selectors.reasons_for(shown=shown, post=post) if shown else None
    context = {
        "post": post,
        "told": because(reason) if reason else Because((), 0.0),
        "ranked": reason is not None,
        "order": services.order_for(
            request.user, request.session.get("feed_order", "")
        ),
        "personal": services.is_personal(request.user),
        "mine": post.author_id == request.user.pk,
        "may_make": post.character.starter
        or post.character.owner_id == request.user.pk,
        "tabs": tabs_for(request.user),
        "speeds": SPEEDS,
        "cast": selectors.cast_of(post, request.user),
        "follows": selectors.is_following(request.user, creator=post.author),
        "follows_character": selectors.is_following(
            request.user, character=post.character
        ),
    }
    page = "feed/why.html"
    if request.GET.get("sheet"):
        page = "feed/_why.html"
    elif request.GET.get("part"):
        page = "feed/_because.html"
    return render(request, page, context)


@login_required
@require_POST
def less(request: HttpRequest, key: str) -> HttpResponse:
    """``on=1`` or ``0``: less like this, or as before."""
    post = get_object_or_404(Post.objects.visible_to(request.user), key=key)
    wanted = request.POST.get("on", "1") == "1"
    change = services.want_less if wanted else services.want_again
    change(person=person(request), post=post)
    text = (
        "You will see less like it, and not this one again."
        if wanted
        else "It counts as before."
    )
    return answer(request, text, {"less": wanted})


@login_required
@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """``creator=<username>`` or ``character=<key>``, ``on=1`` or ``0``, ``post=<key>``
    after which it was asked for."""
    one, name = _whom(request)
    post = Post.objects.filter(key=request.POST.get("post", "")).first()
    wanted = request.POST.get("on", "1") == "1"
    try:
        if wanted:
            services.follow(person=person(request), post=post, **one)
        else:
            services.unfollow(person=person(request), **one)
    except services.TasteError as error:
        return refuse(request, str(error))
    text = f"You follow {name}." if wanted else f"You do not follow {name} any more."
    return answer(request, text, {"following": wanted})


@login_required
@require_POST
def hide(request: HttpRequest) -> HttpResponse:
    """``creator=<username>`` or ``character=<key>``, ``on=1`` or ``0``."""
    one, name = _whom(request)
    wanted = request.POST.get("on", "1") == "1"
    try:
        change = services.hide if wanted else services.unhide
        change(person=person(request), **one)
    except services.TasteError as error:
        return refuse(request, str(error))
    text = (
        f"Nothing of {name} comes to you now."
        if wanted
        else f"{name} may come to you again."
    )
    return answer(request, text, {"hidden": wanted})


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Whom one follows, mutes, hides and blocks, to be changed."""
    me = person(request)
    context = {
        "mutes": me.mutes.select_related("whom").order_by("-id")[:200],
        "blocks": me.blocks.select_related("whom").order_by("-id")[:200],
        "follows": me.follows.select_related("creator", "character").order_by("-id")[
            :200
        ],
        "hidden": me.hidden.select_related("character").order_by("-id")[:200],
        "unwanted": me.unwanted.select_related("post__clip", "post__author").order_by(
            "-id"
        )[:50],
    }
    return render(request, "feed/tastes.html", context)


def _whom(request: HttpRequest) -> tuple[dict[str, Any], str]:
    if key := request.POST.get("character", ""):
        try:
            one = selectors.character_met(
                viewer=request.user, key=key, post=request.POST.get("post", "")
            )
        except Character.DoesNotExist as error:
            raise Http404 from error
        return {"character": one}, one.name
    user = get_object_or_404(
        people_for(request.user), username=request.POST.get("creator", "").lower()
    )
    return {"creator": user}, f"@{user.username}"
