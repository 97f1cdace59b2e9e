"""A person's notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from socialapp.accounts.requests import person
from socialapp.notices import selectors, services
from socialapp.notices.context import bell_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = 40


@login_required
@never_cache
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    group = request.GET.get("of", "all")
    shown = group if group in selectors.GROUPS else "all"
    try:
        start = max(0, int(request.GET.get("from", "0")))
    except ValueError:
        start = 0
    rows = selectors.notices_of(person(request), group=shown)
    found = list(rows[start : start + PAGE + 1])
    context = {
        "new": [one for one in found[:PAGE] if one.seen is None],
        "earlier": [one for one in found[:PAGE] if one.seen is not None],
        "groups": selectors.GROUPS.items(),
        "shown": shown,
        "next_from": start + PAGE if len(found) > PAGE else None,
        "quiet": selectors.settings_of(person(request)),
    }
    return render(request, "notices/notices.html", context)


@never_cache
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """What the bell of an open page asks; nothing is new for a stranger."""
    return JsonResponse({"unseen": bell_words(selectors.unseen_of(request.user))})


@login_required
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    services.mark_seen(person=person(request))
    return redirect("notices")


@login_required
@never_cache
@require_POST
def follow(request: HttpRequest, key: str) -> HttpResponse:
    """To where it leads; from then on it has been seen."""
    notice = selectors.notices_of(person(request)).filter(key=key).first()
    if notice is None:
        raise Http404
    services.mark_seen(person=person(request), keys=[key])
    return redirect(notice.url or "notices")
