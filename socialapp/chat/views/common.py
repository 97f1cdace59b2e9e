"""What these views share: whose things they are, and how a refusal is told."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from moderation.abuse.services import AbuseError
from moderation.screening.refusals import TextRefusedError, help_lines
from socialapp.accounts.requests import person
from socialapp.acting import ScriptError
from socialapp.chat import selectors
from socialapp.chat.errors import ChatClosedError, ChatError, NotNowError, NotYoursError
from socialapp.chat.models import Conversation, Fact, Message, Participant, Persona
from socialapp.chat.services.checks import open_to
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    View = Callable[..., HttpResponse]


def for_adults(view: View) -> View:
    """Signed in, and old enough; never kept by a cache."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not open_to(person(request)):
            if wants_json(request):
                return refused(request, ChatClosedError())
            return render(request, "chat/closed.html", status=403)
        return view(request, *args, **kwargs)

    return never_cache(login_required(checked))


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def my_conversation(request: HttpRequest, key: str) -> Conversation:
    mine = Conversation.objects.of(request.user).full()
    return get_object_or_404(mine, key=key)


def my_seat(request: HttpRequest, conversation: Conversation) -> Participant:
    return selectors.seat_of(conversation, person(request))


def my_message(request: HttpRequest, key: str) -> Message:
    return get_object_or_404(Message.objects.of(request.user).full(), key=key)


def my_fact(request: HttpRequest, key: str) -> Fact:
    mine = Fact.objects.of(request.user).select_related(
        "conversation__owner", "about__person"
    )
    return get_object_or_404(mine, key=key)


def my_persona(request: HttpRequest, key: str) -> Persona:
    return get_object_or_404(Persona, key=key, owner=person(request))


REFUSALS = (ChatError, TextRefusedError, AbuseError, ScriptError, EngineError)
"""What services say no with."""


def refused(
    request: HttpRequest, error: Exception, back: str = "/chats/"
) -> HttpResponse:
    """JSON for scripts; for plain forms the page again, with the words or the card."""
    text = getattr(error, "message", str(error))
    if not wants_json(request):
        if isinstance(error, TextRefusedError) and error.crisis:
            return render(
                request, "chat/care.html", {"lines": help_lines(), "back": back}
            )
        messages.error(request, text)
        return redirect(back)
    body: dict[str, Any] = {"detail": text}
    if isinstance(error, TextRefusedError):
        body["screening"] = error.details
    return JsonResponse(body, status=_status(error))


def _status(error: Exception) -> int:
    match error:
        case ChatClosedError() | NotYoursError():
            return 403
        case NotNowError():
            return 409
        case AbuseError():
            return 429
        case EngineError():
            return 503
        case _:
            return 422


def done(request: HttpRequest, back: str, **data: Any) -> HttpResponse:
    return JsonResponse(data) if wants_json(request) else redirect(back)


NUMBERED = 6
"""Digits of a number in a form; nothing here is counted higher."""


def act(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form of an adult's; what services refuse is told on the page it came from."""

    @for_adults
    @require_POST
    @wraps(view)
    def acted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except REFUSALS as error:
            return refused(request, error, back_of(request))

    return acted


def back_of(request: HttpRequest) -> str:
    """The page that the form stood on: ours, or the list."""
    back = request.POST.get("back", "")
    return back if back.startswith(("/chats/", "/c/", "/invited/")) else "/chats/"


def number(text: str | None, default: int = -1) -> int:
    """Of a form; `default` for what is none."""
    if text and text.isascii() and text.isdigit() and len(text) <= NUMBERED:
        return int(text)
    return default
