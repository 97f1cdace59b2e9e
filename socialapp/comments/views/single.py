"""One comment: read, liked, changed, pinned, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from moderation.screening.refusals import help_lines
from socialapp.accounts.requests import address_of, person
from socialapp.comments import selectors, services
from socialapp.comments.models import MAX_TEXT
from socialapp.comments.showing import around
from socialapp.comments.views.common import (
    REFUSALS,
    back_of,
    done,
    read,
    refused,
    seen,
    url_of,
    wants_json,
)

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def show(request: HttpRequest, key: str) -> HttpResponse:
    """To the page of its thread that begins with it."""
    comment = seen(request, key)
    return redirect(f"{url_of(comment)}?from={comment.key}")


@require_safe
def replies(request: HttpRequest, key: str) -> HttpResponse:
    """A page of what is below it, as a fragment."""
    comment = seen(request, key)
    after = request.GET.get("after")
    url = url_of(comment)
    try:
        page = selectors.below(comment, request.user, after=after)
    except selectors.CursorError as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    talk = around(comment.thread, request.user, url=url)
    context = {"talk": talk, "page": page, "of": comment}
    return render(request, "comments/_replies.html", context)


@login_required
@require_POST
def like(request: HttpRequest, key: str) -> HttpResponse:
    """``liked=1`` or ``0``."""
    comment = read(request, key)
    wanted = request.POST.get("liked", "1") == "1"
    change = services.like_comment if wanted else services.unlike_comment
    back = back_of(request, url_of(comment))
    try:
        likes = change(comment=comment, person=person(request))
    except REFUSALS as error:
        return refused(request, error, back)
    if wants_json(request):
        return JsonResponse({"liked": wanted, "likes": likes})
    return redirect(f"{back}#comment-{comment.key}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """``text``, and ``edits`` of the version that it was made of."""
    comment = read(request, key)
    context = {"comment": comment, "url": url_of(comment), "most": MAX_TEXT}
    context |= {"text": comment.text, "edits": comment.edits, "refusal": ""}
    if comment.author_id != request.user.pk:
        return redirect(comment)
    if request.method == "POST":
        text = request.POST.get("text", "")
        seen_edits = request.POST.get("edits", "")
        known = seen_edits.isascii() and seen_edits.isdigit() and len(seen_edits) < 6
        try:
            changed = services.edit_comment(
                comment=comment,
                person=person(request),
                text=text,
                edits=int(seen_edits) if known else None,
                address=address_of(request),
            )
        except REFUSALS as error:
            if getattr(error, "crisis", False):
                return refused(request, error, url_of(comment))
            # Nothing that was typed is lost.
            context |= {"text": text[: 2 * MAX_TEXT], "edits": comment.edits}
            context["refusal"] = getattr(error, "message", str(error))
            return render(request, "comments/edit.html", context, status=409)
        words = "Changed."
        if changed.change_waits or not changed.counts:
            words = "Kept. Somebody looks at it first; until then others do not see it."
        return done(request, words, f"{url_of(comment)}?from={comment.key}")
    return render(request, "comments/edit.html", context)


@require_safe
def history(request: HttpRequest, key: str) -> HttpResponse:
    comment = read(request, key)
    context = {
        "comment": comment,
        "url": url_of(comment),
        "earlier": selectors.history_of(comment),
    }
    return render(request, "comments/history.html", context)


@login_required
@require_POST
def remove(request: HttpRequest, key: str) -> HttpResponse:
    comment = read(request, key)
    back = back_of(request, url_of(comment))
    try:
        services.remove_comment(comment=comment, person=person(request))
    except REFUSALS as error:
        return refused(request, error, back)
    return done(request, "The comment is removed.", back)


@login_required
@require_POST
def pin(request: HttpRequest, key: str) -> HttpResponse:
    """``on=1`` or ``0``."""
    comment = read(request, key)
    back = back_of(request, url_of(comment))
    wanted = request.POST.get("on", "1") == "1"
    change = services.pin if wanted else services.unpin
    try:
        change(comment=comment, owner=person(request))
    except REFUSALS as error:
        return refused(request, error, back)
    words = "Pinned. It stands above the others." if wanted else "Not pinned any more."
    return done(request, words, back)


@require_safe
def care(request: HttpRequest) -> HttpResponse:
    """Who helps, for somebody who wrote that they need it."""
    context = {"lines": help_lines(), "back": "/"}
    return render(request, "comments/care.html", context)
