"""Pages to look at: what is on, and one stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from moderation.screening.refusals import help_lines
from socialapp.characters import selectors as characters
from socialapp.characters.views.common import backdrop_of
from socialapp.lib import blobs
from streams import programme, selectors
from streams.forms import SLOW
from streams.models import Stream
from streams.protocol.events import REACTIONS
from streams.protocol.requests import MAX_TEXT
from streams.services.staging import CANCELLED
from streams.views.common import seen

if TYPE_CHECKING:
    from django.http import HttpRequest

    from streams.models import StreamSeat

HOUSE_BACKDROP = "velvet"
"""When neither the stream nor its first character has one."""


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """``?before=``: older replays."""
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() else 0
    if number >= 2**63:
        raise Http404
    found = programme.programme(request.user, before=number)
    return render(request, "streams/live.html", {"programme": found, "later": number})


@never_cache
@require_safe
def stream(request: HttpRequest, key: str) -> HttpResponse:
    """``?all=1``: the whole transcript."""
    found = seen(request, key)
    viewer = request.user
    mine = found.host_id == viewer.pk
    young = viewer.is_authenticated and viewer.is_minor
    head = selectors.heads([found.pk])[found.pk]
    whole = request.GET.get("all") == "1"
    seats = list(found.seats.all())
    names = {seat.seat: seat.character.name for seat in seats}
    lines = programme.said_in(found, until=head.clock, whole=whole)
    over = found.state == Stream.State.ENDED
    poster = seats[0].portrait.ref if seats else ""
    return render(
        request,
        "streams/stream.html",
        {
            "stream": found,
            "mine": mine,
            "young": young,
            "over": over,
            "performed": over and found.started is not None,
            "cancelled": found.end_reason == CANCELLED,
            "cast": {seat.seat: _actor(found, seat) for seat in seats},
            "seats": seats,
            "backdrop": _backdrop(found, seats),
            "viewers": selectors.viewers_of([found.pk])[found.pk],
            "topic": selectors.topic_of(found.pk),
            "choices": [] if over else programme.choices(found, viewer),
            "reactions": _reactions(found),
            "messages_shown": (
                [] if young else selectors.latest_messages(found.pk, request.user)
            ),
            "may_write": _may_write(found, mine=mine, young=young, viewer=viewer),
            "most": MAX_TEXT,
            "lines": [(line, names.get(line.seat, line.seat)) for line in lines],
            "more_lines": not whole and len(lines) == programme.LATEST_LINES,
            "slow_choices": _slow(found),
            "visibilities": Stream.Visibility.choices,
            "crisis_lines": help_lines(),
            "page_url": request.build_absolute_uri(found.get_absolute_url()),
            "poster_url": (
                request.build_absolute_uri(blobs.url(poster)) if poster else ""
            ),
        },
    )


def _actor(found: Stream, seat: StreamSeat) -> dict[str, str]:
    """What the stage needs to put somebody on it."""
    return {
        "name": seat.character.name,
        "rig": reverse("stream-rig", args=[found.key, seat.seat]),
        "portrait": blobs.url(seat.portrait.ref),
    }


def _backdrop(found: Stream, seats: list[StreamSeat]) -> str:
    if found.background:
        return static(f"backgrounds/{found.background}.svg")
    own = backdrop_of(seats[0].character) if seats else ""
    return own or static(f"backgrounds/{HOUSE_BACKDROP}.svg")


def _reactions(found: Stream) -> list[dict[str, Any]]:
    counts = selectors.reactions_of(found.pk)
    return [{"name": name, "count": counts.get(name, 0)} for name in REACTIONS]


def _may_write(found: Stream, *, mine: bool, young: bool, viewer: Any) -> bool:
    return viewer.is_authenticated and not young and (found.chat_open or mine)


def _slow(found: Stream) -> list[tuple[int, str]]:
    offered = dict(SLOW)
    seconds = found.slow_seconds
    return sorted({seconds: f"{seconds} seconds", **offered}.items())


@require_safe
def rig(request: HttpRequest, key: str, seat: str) -> JsonResponse:
    """Who sits there, as they were on that night: the portrait of the stream, whatever
    the character wears today and whoever else may open its page."""
    for one in seen(request, key).seats.all():
        if one.seat == seat:
            return JsonResponse(characters.rig_json(one.portrait))
    raise Http404
