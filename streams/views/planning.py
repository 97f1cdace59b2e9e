"""``/live/new/`` and ``/s/<key>/edit/``: who, about what, when and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from moderation.screening.refusals import TextRefusedError, help_lines
from socialapp.accounts.requests import person
from socialapp.characters import selectors as characters
from socialapp.content import backgrounds
from streams import services
from streams.errors import StreamError
from streams.forms import PlanForm, ShowForm
from streams.models import Stream
from streams.services.checks import SEATS
from streams.views.common import REFUSALS, mine, status_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

MOST_CAST = 80
"""Characters on the page: one's own, newest first, then the house's."""


def _page(
    request: HttpRequest, form: ShowForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "most": len(SEATS),
        "backdrops": [
            ("", "Their own", ""),
            *(
                (name, title, static(f"backgrounds/{name}.svg"))
                for name, title in backgrounds.TITLES.items()
            ),
        ],
        "crisis_lines": help_lines(),
        **more,
    }
    return render(request, "streams/plan.html", context, status=status)


def _refused(
    request: HttpRequest, form: ShowForm, error: Exception, **more: Any
) -> HttpResponse:
    """The page again, with every word that was typed."""
    care = isinstance(error, TextRefusedError) and error.crisis
    if not care:
        words = getattr(error, "message", str(error))
        form.refuse(getattr(error, "field", ""), words)
    return _page(request, form, status=status_of(error), care=care, **more)


def _usable(user: User) -> list[Character]:
    return list(characters.usable_characters(user)[:MOST_CAST])


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    cast = _usable(user)
    if request.method != "POST":
        wanted = request.GET.getlist("character")[: len(SEATS)]
        first = {
            "cast": wanted,
            "duet": request.GET.get("duet", ""),
            "shape": "16:9",
            "background": "velvet",
            "visibility": Stream.Visibility.PUBLIC,
            "chat_open": True,
            "slow_seconds": 5,
            "when": "now",
        }
        return _page(request, PlanForm(usable=cast, initial=first), cast=cast)
    form = PlanForm(request.POST, usable=cast)
    if not form.is_valid():
        return _page(request, form, status=400, cast=cast)
    try:
        stream = services.create_stream(host=user, **form.plan())
    except REFUSALS as error:
        return _refused(request, form, error, cast=cast)
    if form.cleaned_data["when"] == "now":
        _begin(request, stream)
    return redirect(stream)


def _begin(request: HttpRequest, stream: Stream) -> None:
    """What cannot start now stays planned."""
    try:
        services.start_stream(stream=stream)
    except StreamError as error:
        messages.error(request, f"Kept as planned. {error.message}")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    stream = mine(request, key)
    if stream.state != Stream.State.SCHEDULED:
        messages.info(request, "It has begun. What may still change is on your desk.")
        return redirect(stream)
    if request.method != "POST":
        return _page(request, ShowForm.of(stream), stream=stream)
    form = ShowForm(request.POST, slow=stream.slow_seconds)
    if not form.is_valid():
        return _page(request, form, status=400, stream=stream)
    data = form.cleaned_data
    try:
        services.change_stream(
            stream=stream, title=data["title"], **form.fields_of_stream()
        )
        services.set_topics(stream=stream, topics=data["topics"])
    except REFUSALS as error:
        return _refused(request, form, error, stream=stream)
    if data["when"] == "now":
        _begin(request, stream)
    return redirect(stream)
