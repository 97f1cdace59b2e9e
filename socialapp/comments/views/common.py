"""What these views share: which comment, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from moderation.abuse.services import AbuseError
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.normalise import TooLongError
from moderation.screening.refusals import TextRefusedError, help_lines
from socialapp.comments import hosts, selectors
from socialapp.comments.errors import CommentError
from socialapp.comments.models import Comment

if TYPE_CHECKING:
    from django.http import HttpRequest

REFUSALS = (
    CommentError,
    TextRefusedError,
    ScreeningUnavailableError,
    AbuseError,
    TooLongError,
)
"""What the services say no with."""


def seen(request: HttpRequest, key: str) -> Comment:
    """One that this viewer may know of; 404 for all others."""
    try:
        return selectors.comment_for(viewer=request.user, key=key)
    except Comment.DoesNotExist:
        raise Http404 from None


def read(request: HttpRequest, key: str) -> Comment:
    """One whose words this viewer reads; 404 for all others."""
    try:
        return selectors.words_for(viewer=request.user, key=key)
    except Comment.DoesNotExist:
        raise Http404 from None


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def url_of(comment: Comment) -> str:
    """Of its thread's page; 404 when what it stands under is gone."""
    place = hosts.place_of(comment.thread)
    if place is None:
        raise Http404
    return place.url


def back_of(request: HttpRequest, otherwise: str) -> str:
    """Where the form said it came from, if that is a page of ours."""
    back = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if back.startswith("/") and ours else otherwise


def done(request: HttpRequest, words: str, back: str, **told: Any) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"text": words, **told})
    if words:
        messages.success(request, words)
    return redirect(f"{back}#comments")


def refused(request: HttpRequest, error: Exception, back: str) -> HttpResponse:
    """JSON for scripts; for plain forms the page again, with the words or the card."""
    text = getattr(error, "message", str(error))
    crisis = isinstance(error, TextRefusedError) and error.crisis
    if wants_json(request):
        told = {"detail": text}
        if crisis:
            told["care"] = "/comments/care/"
        return JsonResponse(told, status=409)
    if crisis:
        context = {"lines": help_lines(), "back": back}
        return render(request, "comments/care.html", context)
    messages.error(request, text)
    return redirect(f"{back}#comments")
