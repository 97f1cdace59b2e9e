"""What those who watch do, as plain forms: pages with a socket send it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.views.decorators.http import require_POST

from socialapp.accounts.requests import address_of, person
from streams import services
from streams.errors import StreamError
from streams.protocol.events import REACTIONS
from streams.views.common import REFUSALS, done, refused, seen

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_POST
def say(request: HttpRequest, key: str) -> HttpResponse:
    stream = seen(request, key)
    back = stream.get_absolute_url()
    try:
        message = services.say(
            stream=stream,
            person=person(request),
            text=request.POST.get("text", ""),
            address=address_of(request),
        )
    except REFUSALS as error:
        return refused(request, error, f"{back}#seats")
    return done(request, f"{back}#seats", message=message.key)


@login_required
@require_POST
def vote(request: HttpRequest, key: str) -> HttpResponse:
    """``topic``: its number."""
    stream = seen(request, key)
    back = f"{stream.get_absolute_url()}#topics"
    number = request.POST.get("topic", "")
    try:
        if not (number.isascii() and number.isdigit() and len(number) < 6):
            raise StreamError("Choose one of the topics of the list.", code="no-topic")
        services.vote(stream=stream, person=person(request), topic=int(number))
    except REFUSALS as error:
        return refused(request, error, back)
    return done(request, back, topic=int(number))


@require_POST
def react(request: HttpRequest, key: str) -> HttpResponse:
    """``reaction``: its name. Nobody has to sign in for that."""
    stream = seen(request, key)
    back = f"{stream.get_absolute_url()}#reactions"
    name = request.POST.get("reaction", "")
    try:
        if name not in REACTIONS:
            known = ", ".join(REACTIONS)
            raise StreamError(f"There is no such reaction. These exist: {known}.")
        if not stream.on_air:
            raise StreamError("Nobody is on stage now.", code="not-live")
    except StreamError as error:
        return refused(request, error, back)
    counts = services.count_reactions(stream_id=stream.pk, given={name: 1})
    return done(request, back, counts=counts)
