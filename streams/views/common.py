"""What these views share: whose streams they are, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from moderation.abuse.services import AbuseError
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError, help_lines
from streams import selectors
from streams.errors import StreamError
from streams.models import Stream

if TYPE_CHECKING:
    from django.http import HttpRequest

REFUSALS = (StreamError, TextRefusedError, ScreeningUnavailableError, AbuseError)
"""What services say no with."""

_STATUS = {"signed-out": 401, "rests": 403, "adults": 403, "closed": 403, "full": 503}
"""By code of a StreamError; the others are 409: not as things stand."""


def seen(request: HttpRequest, key: str) -> Stream:
    """One that this viewer may open; 404 for all others."""
    try:
        return selectors.stream_for(viewer=request.user, key=key)
    except Stream.DoesNotExist:
        raise Http404 from None


def mine(request: HttpRequest, key: str) -> Stream:
    """403 for a stream that one may watch and somebody else runs."""
    stream = seen(request, key)
    if stream.host_id != request.user.pk:
        raise PermissionDenied
    return stream


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def refused(request: HttpRequest, error: Exception, back: str) -> HttpResponse:
    """JSON for scripts; for plain forms the page again, with the words or the card."""
    text = getattr(error, "message", str(error))
    crisis = isinstance(error, TextRefusedError) and error.crisis
    if not wants_json(request):
        if crisis:
            return render(
                request, "chat/care.html", {"lines": help_lines(), "back": back}
            )
        messages.error(request, text)
        return redirect(back)
    body: dict[str, Any] = {"detail": text, "code": code_of(error)}
    return JsonResponse(body, status=status_of(error))


def code_of(error: Exception) -> str:
    """As a socket names the same refusal: docs/protocol.md."""
    match error:
        case TextRefusedError():
            return "care" if error.crisis else "text-refused"
        case ScreeningUnavailableError():
            return "not-checked"
        case AbuseError():
            return "too-much"
        case StreamError():
            return error.code
        case _:
            return "error"


def status_of(error: Exception) -> int:
    match error:
        case TextRefusedError():
            return 422
        case ScreeningUnavailableError():
            return 503
        case AbuseError():
            return 429
        case StreamError():
            return _STATUS.get(error.code, 409)
        case _:
            return 400


def done(request: HttpRequest, back: str, **data: Any) -> HttpResponse:
    return JsonResponse(data) if wants_json(request) else redirect(back)
