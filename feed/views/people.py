"""Between people: who follows whom, and who keeps apart from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from feed import services
from feed.selectors import circles
from feed.views.answers import answer, refuse
from socialapp.accounts import keeping_apart
from socialapp.accounts.circle import blocks_of, people_for
from socialapp.accounts.requests import person
from socialapp.accounts.services import AccountError, change_profile

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from socialapp.accounts.models import User

PAGE = 48


def _somebody(request: HttpRequest, username: str) -> User:
    return get_object_or_404(people_for(request.user), username=username.lower())


@login_required
@require_POST
def block(request: HttpRequest, username: str) -> HttpResponse:
    """``on=1`` or ``0``."""
    whom = _somebody(request, username)
    wanted = request.POST.get("on", "1") == "1"
    try:
        change = keeping_apart.block if wanted else keeping_apart.unblock
        change(person=person(request), whom=whom)
    except AccountError as error:
        return refuse(request, str(error))
    text = (
        f"You blocked @{whom.username}. They are not told."
        if wanted
        else f"@{whom.username} is not blocked any more."
    )
    return answer(request, text, {"blocked": wanted})


@login_required
@require_POST
def mute(request: HttpRequest, username: str) -> HttpResponse:
    """``on=1`` or ``0``."""
    whom = _somebody(request, username)
    wanted = request.POST.get("on", "1") == "1"
    try:
        change = services.hide if wanted else services.unhide
        change(person=person(request), creator=whom)
    except services.TasteError as error:
        return refuse(request, str(error))
    text = (
        f"Nothing of @{whom.username} comes to you now."
        if wanted
        else f"@{whom.username} may come to you again."
    )
    return answer(request, text, {"muted": wanted})


@login_required
@require_POST
def show_follows(request: HttpRequest) -> HttpResponse:
    """``on=1`` or ``0``: whether others see whom one follows."""
    wanted = request.POST.get("on") == "1"
    try:
        change_profile(user=person(request), shows_follows=wanted)
    except AccountError as error:
        return refuse(request, str(error), back="/tastes/")
    text = "Others see whom you follow." if wanted else "Only you see whom you follow."
    return answer(request, text, {"shown": wanted}, back="/tastes/")


@require_safe
def followers(request: HttpRequest, username: str) -> HttpResponse:
    whom = _somebody(request, username)
    if blocks_of(request.user, whom):
        return render(request, "feed/blocked.html", {"person": whom})
    listed = circles.followers_of(whom, request.user)
    context = _paged(request, listed) | {
        "person": whom,
        "mine": whom.pk == request.user.pk,
        "count": circles.followers_count(creator=whom),
        "tab": "followers",
    }
    return render(request, "feed/circle.html", context)


@require_safe
def following(request: HttpRequest, username: str) -> HttpResponse:
    whom = _somebody(request, username)
    if blocks_of(request.user, whom):
        return render(request, "feed/blocked.html", {"person": whom})
    listed = circles.following_of(whom, request.user)
    context = {"rows": None} if listed is None else _paged(request, listed)
    context |= {
        "person": whom,
        "mine": whom.pk == request.user.pk,
        "tab": "following",
    }
    return render(request, "feed/circle.html", context)


def _paged(request: HttpRequest, listed: Any) -> dict[str, Any]:
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    return {"rows": page, "named": page.paginator.count}
