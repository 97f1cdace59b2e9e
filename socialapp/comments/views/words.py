"""What somebody does not want under their things, and what waits because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from socialapp.accounts.requests import person
from socialapp.comments import selectors, services
from socialapp.comments.models import MAX_WORD
from socialapp.comments.views.common import REFUSALS, refused, seen

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_SHOWN = 100


@login_required
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """Comments that wait for whoever looks."""
    found = selectors.held_for(person(request))
    context = {"comments": found[:MOST_SHOWN], "number": found.count()}
    return render(request, "comments/held.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """``show=1`` lets it in, ``0`` removes it."""
    comment = seen(request, key)
    owner = person(request)
    try:
        if request.POST.get("show") == "1":
            services.let_in(comment=comment, owner=owner)
            messages.success(request, "Others can read it now.")
        else:
            services.remove_comment(comment=comment, person=owner)
            messages.success(request, "The comment is removed.")
    except REFUSALS as error:
        return refused(request, error, "/comments/held/")
    return redirect("comments-held")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest) -> HttpResponse:
    """The list; ``word`` adds one."""
    owner = person(request)
    if request.method == "POST":
        try:
            services.add_word(owner=owner, word=request.POST.get("word", ""))
        except REFUSALS as error:
            messages.error(request, getattr(error, "message", str(error)))
        return redirect("comments-words")
    context = {"words": selectors.words_of(owner), "most": MAX_WORD}
    return render(request, "comments/words.html", context)


@login_required
@require_POST
def forget(request: HttpRequest, key: str) -> HttpResponse:
    services.remove_word(owner=person(request), key=key)
    return redirect("comments-words")
