"""The host's desk: one form for each deed, told apart by ``do``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from streams import selectors, services
from streams.errors import StreamError
from streams.forms import lines_of
from streams.views.common import REFUSALS, done, mine, refused, wants_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, QueryDict

    from streams.models import Stream

    Deed = Callable[[Stream, QueryDict], str]
    """Returns what there is to say about it, mostly nothing."""


def _start(stream: Stream, _given: QueryDict) -> str:
    services.start_stream(stream=stream)
    return ""


def _pause(stream: Stream, _given: QueryDict) -> str:
    services.pause_stream(stream=stream)
    return ""


def _resume(stream: Stream, _given: QueryDict) -> str:
    services.resume_stream(stream=stream)
    return ""


def _end(stream: Stream, _given: QueryDict) -> str:
    services.end_stream(stream=stream)
    return ""


def _cut(stream: Stream, _given: QueryDict) -> str:
    if services.cut_line(stream=stream):
        return ""
    return "Nobody was speaking."


def _topics(stream: Stream, given: QueryDict) -> str:
    services.set_topics(stream=stream, topics=lines_of(given.get("topics", "")))
    return "Offered."


def _topic(stream: Stream, given: QueryDict) -> str:
    """``topic``: a number; without one, the topic with the most votes."""
    number = given.get("topic", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 6):
        raise StreamError("Choose one of the topics of the list.", code="no-topic")
    wanted = int(number) if number else None
    if services.choose_topic(stream=stream, topic=wanted) is None:
        raise StreamError("No topic is offered. Offer some first.", code="no-topic")
    return ""


def _change(stream: Stream, given: QueryDict) -> str:
    """Whatever the form has of chat, slow mode and who may watch."""
    changes: dict[str, Any] = {}
    if "chat_open" in given:
        changes["chat_open"] = given["chat_open"] == "1"
    if "slow_seconds" in given:
        slow = given.get("slow_seconds", "")
        if not (slow.isascii() and slow.isdigit() and len(slow) < 5):
            raise StreamError("Slow mode is a number of seconds.", field="slow_seconds")
        changes["slow_seconds"] = int(slow)
    if "visibility" in given:
        changes["visibility"] = given["visibility"]
    if changes:
        services.change_stream(stream=stream, **changes)
    return "Saved." if changes else ""


DEEDS: dict[str, Deed] = {
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "end": _end,
    "cut": _cut,
    "topics": _topics,
    "topic": _topic,
    "change": _change,
}


@login_required
@require_POST
def desk(request: HttpRequest, key: str) -> HttpResponse:
    stream = mine(request, key)
    back = f"{stream.get_absolute_url()}#desk"
    wanted = request.POST.get("do", "")
    try:
        if wanted == "remove":
            services.remove_stream(stream=stream)
            return done(request, "/live/", go="/live/")
        if wanted not in DEEDS:
            raise StreamError("The desk has no such button. Reload the page.")
        said = DEEDS[wanted](stream, request.POST)
    except REFUSALS as error:
        return refused(request, error, back)
    if wants_json(request):
        return done(request, back, said=said, **_now(stream))
    if said:
        messages.info(request, said)
    return redirect(back)


def _now(stream: Stream) -> dict[str, Any]:
    """What the desk shows."""
    return {
        "state": stream.state,
        "chat_open": stream.chat_open,
        "slow_seconds": stream.slow_seconds,
        "visibility": stream.visibility,
        "topics": [
            {"topic": tally.topic, "text": tally.text, "votes": tally.votes}
            for tally in selectors.tallies(stream.pk)
        ],
    }
