"""What these views share: whose scene it is, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from moderation.abuse.services import AbuseError
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError, help_lines
from scenes.models import Scene
from scenes.selectors.showing import scene_for
from scenes.services.audience import AudienceError

if TYPE_CHECKING:
    from django.http import HttpRequest

REFUSALS = (AudienceError, TextRefusedError, ScreeningUnavailableError, AbuseError)
"""What the services of the audience say no with."""


def seen(request: HttpRequest, key: str) -> Scene:
    """One that this viewer may open; 404 for all others."""
    try:
        return scene_for(viewer=request.user, key=key)
    except Scene.DoesNotExist:
        raise Http404 from None


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def refused(request: HttpRequest, error: Exception, back: str) -> HttpResponse:
    """JSON for scripts; for plain forms the page again, with the words or the card."""
    text = getattr(error, "message", str(error))
    if wants_json(request):
        return JsonResponse({"detail": text}, status=409)
    if isinstance(error, TextRefusedError) and error.crisis:
        context = {"lines": help_lines(), "back": back}
        return render(request, "scenes/care.html", context)
    messages.error(request, text)
    return redirect(back)
