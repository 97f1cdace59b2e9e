"""Pages to look at: the list, one conversation, a new group, personas, a clip to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from moderation.screening.refusals import help_lines
from socialapp.accounts.requests import person
from socialapp.characters import selectors as characters
from socialapp.characters.models import Character
from socialapp.characters.views.common import backdrop_of
from socialapp.chat import archives, selectors
from socialapp.chat.dialogues.sentences import split
from socialapp.chat.services.checks import MOST_TEXT
from socialapp.chat.services.conversations import MOST_IN_GROUP
from socialapp.chat.services.people import MOST_PEOPLE
from socialapp.chat.views.common import for_adults, my_conversation, my_message, my_seat

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from socialapp.accounts.models import User
    from socialapp.chat.models import Conversation, Participant

SHOWN = 60
"""Newest messages on a page; older ones are a step away."""


@for_adults
@require_safe
def chats(request: HttpRequest) -> HttpResponse:
    """``?q=`` searches what was said; ``?away=1`` shows what was put away."""
    user = person(request)
    words = request.GET.get("q", "").strip()[:200]
    away = request.GET.get("away") == "1"
    found = list(selectors.conversations_of(user, archived=away)[:200])
    shown = {
        pk
        for host, seats in _by_host(found).items()
        for pk in selectors.may_show(seats, user, host=host)
    }
    return render(
        request,
        "chat/chats.html",
        {
            "rows": [_row(one, shown, user) for one in found],
            "invitations": selectors.invitations_to(user),
            "words": words,
            "hits": selectors.search(user, words) if words else [],
            "away": away,
            "cast": characters.starter_cast()[:8],
        },
    )


def _by_host(found: list[Conversation]) -> dict[int, list[Participant]]:
    seats: dict[int, list[Participant]] = {}
    for one in found:
        seats.setdefault(one.owner_id, []).extend(one.participants.all())
    return seats


def _row(conversation: Conversation, shown: set[int], user: User) -> dict[str, Any]:
    everybody = list(conversation.participants.all())
    seats = [one for one in everybody if not one.is_person]
    here = [one for one in seats if one.left is None] or seats
    people = selectors.people_in(everybody)
    mine = next(one for one in people if one.person_id == user.pk)
    heard = (conversation.head_id or 0) > mine.since
    return {
        "conversation": conversation,
        "seats": [_seat(one, shown) for one in here],
        "people": [one for one in people if one is not mine],
        "last": conversation.head if heard else None,
    }


def _seat(
    participant: Participant, shown: set[int], opened: Collection[int] = ()
) -> dict[str, Any]:
    """`opened`: ids of those whose page this person may open."""
    visible = participant.character_id in shown
    return {
        "pk": participant.pk,
        "name": participant.name if visible else selectors.GONE,
        "character": participant.character if visible else None,
        "open": participant.character_id in opened,
        "left": participant.left,
        "backdrop": (
            backdrop_of(participant.character)
            if visible and participant.character
            else ""
        ),
    }


@for_adults
@require_safe
def chat(request: HttpRequest, key: str) -> HttpResponse:
    conversation = my_conversation(request, key)
    user = person(request)
    mine = my_seat(request, conversation)
    participants = selectors.participants_of(conversation)
    people = selectors.people_in(participants)
    owns = conversation.owner_id == user.pk
    shown = selectors.may_show(participants, user, host=conversation.owner_id)
    opened = selectors.may_show(participants, user)
    seats = {
        one.pk: _seat(one, shown, opened) for one in participants if not one.is_person
    }
    here = [seat for seat in seats.values() if seat["left"] is None]
    whole = request.GET.get("all") == "1"
    lines, earlier = selectors.lines_of(
        conversation, mine, most=None if whole else SHOWN
    )
    usable = selectors.usable_in_clips(user, participants)
    return render(
        request,
        "chat/chat.html",
        {
            "conversation": conversation,
            "seats": here,
            "rigs": {
                seat["pk"]: characters.rig_json(seat["character"].portrait)
                for seat in here
                if seat["character"] is not None and seat["character"].portrait
            },
            "lines": [_shown(line, seats, usable, user) for line in lines],
            "people": people,
            "mine": mine,
            "owns": owns,
            "invitations": [
                {
                    "invitation": one,
                    "url": request.build_absolute_uri(one.get_absolute_url()),
                }
                for one in (selectors.invitations_of(conversation) if owns else [])
            ],
            "seats_left": len(people) < MOST_PEOPLE,
            "earlier": earlier,
            "last": lines[-1].message if lines else None,
            "facts": selectors.facts_of(conversation, mine),
            "pins": selectors.pins_of(conversation, mine),
            "personas": selectors.personas_of(user),
            "can_answer": any(seat["character"] for seat in here),
            "others": _others(user, participants),
            "room": len(here) < MOST_IN_GROUP,
            "most": MOST_TEXT,
            "crisis_lines": help_lines(),
        },
    )


def _shown(
    line: selectors.Line,
    seats: dict[int, dict[str, Any]],
    usable: set[int],
    user: User,
) -> dict[str, Any]:
    message = line.message
    seat = seats.get(message.author_id)
    return {
        "message": message,
        "number": line.number,
        "of": line.of,
        "mine": message.author.person_id == user.pk,
        "person": message.author.is_person,
        "name": seat["name"] if seat else message.author.name,
        "character": seat["character"] if seat else None,
        "sentences": len(split(message.text)),
        "clip": message.author.character_id in usable and not message.withheld,
    }


def _others(user: User, participants: list[Participant]) -> list[Character]:
    """Whom one could ask in: one's own and the house's, who are not here."""
    here = [one.character_id for one in participants if one.left is None]
    usable = characters.usable_characters(user).exclude(
        pk__in=[pk for pk in here if pk is not None]
    )
    return list(usable[:60])


@for_adults
@require_safe
def new_group(request: HttpRequest) -> HttpResponse:
    user = person(request)
    return render(
        request,
        "chat/new.html",
        {
            "cast": characters.usable_characters(user)[:60],
            "personas": selectors.personas_of(user),
            "most": MOST_IN_GROUP,
            "chosen": request.GET.getlist("character"),
        },
    )


@for_adults
@require_safe
def personas(request: HttpRequest) -> HttpResponse:
    mine = selectors.personas_of(person(request))
    return render(request, "chat/personas.html", {"personas": mine})


@for_adults
@require_safe
def export(request: HttpRequest, key: str) -> HttpResponse:
    """``?as=text`` is what is shown; otherwise every branch, as JSON."""
    conversation = my_conversation(request, key)
    seat = my_seat(request, conversation)
    name = slugify(conversation.title)[:40] or conversation.key
    if request.GET.get("as") == "text":
        text = archives.as_text(conversation, seat)
        answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
        name += ".txt"
    else:
        answer = JsonResponse(
            archives.as_archive(conversation, seat), json_dumps_params={"indent": 2}
        )
        name += ".json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@for_adults
@require_safe
def clip(request: HttpRequest, key: str) -> HttpResponse:
    """Exactly what would become public, before anything does."""
    message = my_message(request, key)
    who = message.author.character_id or 0
    character = _usable(person(request)).filter(pk=who).first()
    said = message.text if character and not message.withheld else ""
    return render(
        request,
        "chat/clip.html",
        {"message": message, "character": character, "said": said},
        status=200 if said else 404,
    )


def _usable(user: User) -> QuerySet[Character]:
    return Character.objects.usable_by(user).full()
