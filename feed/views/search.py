"""Search, what it suggests, and what there is to explore."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from feed.search.exploring import explore as explored
from feed.search.finding import search as found_by
from feed.search.queries import KINDS, LONGEST
from feed.search.suggesting import suggestions

if TYPE_CHECKING:
    from django.http import HttpRequest

TABS = {
    "": "Everything",
    "clip": "Clips",
    "said": "Said",
    "character": "Characters",
    "scene": "Scenes",
    "person": "People",
    "tag": "Tags",
}
HEADS = TABS | {"said": "Said on stage"}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``?q=``, ``kind=`` one of ``KINDS``, ``as=typed`` for no other spelling."""
    typed = request.GET.get("q", "")[:LONGEST]
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    exact = request.GET.get("as") == "typed"
    found = found_by(
        request.user,
        typed,
        kind=kind,
        after=request.GET.get("after", ""),
        mend=not exact,
    )
    kind = kind or found.query.kind
    words = found.mended or typed
    shelves = [
        (HEADS[one.kind], _address(words, one.kind), one) for one in found.shelves
    ]
    context = {
        "q": typed,
        "found": found,
        "kind": kind,
        "shelves": shelves,
        "tabs": [(name, label, _address(typed, name)) for name, label in TABS.items()],
        "as_typed": f"{_address(typed, kind)}&as=typed",
        "more": f"{_address(words, kind)}&{urlencode({'after': found.after})}",
    }
    return render(request, "feed/search.html", context)


def _address(typed: str, kind: str) -> str:
    return "?" + urlencode({"q": typed} | ({"kind": kind} if kind else {}))


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What it could be: ``[{kind, text, url}]``; an empty url is words to look for."""
    found = suggestions(request.user, request.GET.get("q", ""))
    told = [{"kind": one.kind, "text": one.text, "url": one.url} for one in found]
    return JsonResponse({"suggestions": told})


@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    return render(request, "feed/explore.html", {"shown": explored(request.user)})
