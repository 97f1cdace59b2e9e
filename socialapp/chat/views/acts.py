"""What is done in a conversation. Each is a plain form that a script may send as well."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import JsonResponse
from django.shortcuts import get_object_or_404

from moderation.screening import screen_text
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import age_of
from moderation.screening.reviews import ReviewError, ask_for_review
from socialapp.accounts.requests import address_of, person
from socialapp.characters.models import Character
from socialapp.chat import selectors, services
from socialapp.chat.models import Participant
from socialapp.chat.services.checks import MOST_TEXT
from socialapp.chat.views.common import (
    act,
    done,
    my_conversation,
    my_fact,
    my_message,
    my_persona,
    number,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from socialapp.chat.models import Conversation, Message, Persona

HEARD_A_MINUTE = 120
"""Sentences that one person has spoken; one every half second is more than listening."""


def _persona(request: HttpRequest) -> Persona | None:
    key = request.POST.get("persona", "")
    return my_persona(request, key) if key else None


def _talkers(request: HttpRequest, keys: list[str]) -> list[Character]:
    """In the order in which they were chosen; 404 for one that may not be seen."""
    seen = Character.objects.visible_to(request.user).full()
    return [get_object_or_404(seen, key=key) for key in keys[:20]]


@act
def talk(request: HttpRequest, key: str) -> HttpResponse:
    """To this character: where one left off, or ``new=1``."""
    (character,) = _talkers(request, [key])
    user = person(request)
    old = selectors.newest_with(user, character)
    if old is None or request.POST.get("new") == "1":
        old = services.start(
            person=user, character=character, persona=_persona(request)
        )
    return done(request, old.get_absolute_url(), key=old.key)


@act
def gather(request: HttpRequest) -> HttpResponse:
    group = services.start_group(
        person=person(request),
        characters=_talkers(request, request.POST.getlist("character")),
        persona=_persona(request),
        title=request.POST.get("title", ""),
    )
    return done(request, group.get_absolute_url(), key=group.key)


def _told(message: Message) -> dict[str, Any]:
    return {
        "key": message.key,
        "speaker": message.author_id,
        "name": message.author.name,
        "text": message.text,
        "state": message.state,
        "provider": message.provider,
        "ai_generated": not message.author.is_person,
    }


@act
def say(request: HttpRequest, key: str) -> HttpResponse:
    """One's own words, and the answer, which open pages hear while it is made."""
    conversation = my_conversation(request, key)
    message = services.send_message(
        conversation=conversation,
        person=person(request),
        text=request.POST.get("text", ""),
        once=request.POST.get("once", "")[:64],
        address=address_of(request),
    )
    replies = services.answer(message=message)
    return done(
        request,
        conversation.get_absolute_url(),
        message=_told(message),
        replies=[_told(reply) for reply in replies],
    )


@act
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """An answer to the last message, when none came."""
    conversation = my_conversation(request, key)
    head = conversation.head
    replies = services.answer(message=head) if head and head.author.is_person else []
    return done(
        request,
        conversation.get_absolute_url(),
        replies=[_told(reply) for reply in replies],
    )


@act
def review(request: HttpRequest, key: str) -> HttpResponse:
    """A person is asked to look at a refused message."""
    conversation = my_conversation(request, key)
    user = person(request)
    text = request.POST.get("text", "").strip()[:MOST_TEXT]
    try:
        verdict = screen_text(text, surface="chat", age=age_of(user), person=user)
        if verdict.screening is None or not verdict.stops:
            said, status = "Nothing is held back. Send it.", 200
        else:
            ask_for_review(screening=verdict.screening, person=user)
            said, status = (
                "A person will look at exactly this text. If they let it through, you"
                " can send it as it stands.",
                201,
            )
    except ScreeningUnavailableError as error:
        said, status = error.message, 503
    except ReviewError as error:
        said, status = str(error), 409
    return JsonResponse({"detail": said, "chat": conversation.key}, status=status)


@act
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Title, persona, put away: whatever the form has."""
    conversation = my_conversation(request, key)
    changes: dict[str, Any] = {}
    if "title" in request.POST:
        changes["title"] = request.POST["title"]
    if "persona" in request.POST:
        changes["persona"] = _persona(request)
    if "away" in request.POST:
        changes["archived"] = request.POST["away"] == "1"
    services.change_conversation(
        conversation=conversation, person=person(request), **changes
    )
    back = "/chats/" if changes.get("archived") else conversation.get_absolute_url()
    return done(request, back)


@act
def remove(request: HttpRequest, key: str) -> HttpResponse:
    services.remove_conversation(
        conversation=my_conversation(request, key), person=person(request)
    )
    return done(request, "/chats/")


def _member(request: HttpRequest, conversation: Conversation) -> Participant:
    found = get_object_or_404(
        Participant.objects.select_related(
            "conversation__owner", "character__portrait"
        ),
        conversation=conversation,
        role=Participant.Role.CHARACTER,
        pk=number(request.POST.get("seat")),
    )
    found.conversation = conversation
    return found


@act
def members(request: HttpRequest, key: str) -> HttpResponse:
    """Of characters. ``do``: add (``character``), leave or speak (``seat``)."""
    conversation = my_conversation(request, key)
    user = person(request)
    wanted = request.POST.get("do", "")
    replies: list[Message] = []
    if wanted == "add":
        (character,) = _talkers(request, [request.POST.get("character", "")])
        services.add_character(
            conversation=conversation, person=user, character=character
        )
    elif wanted == "leave":
        services.dismiss(participant=_member(request, conversation), person=user)
    elif wanted == "speak":
        seat = _member(request, conversation)
        said = services.speak_up(participant=seat, person=user)
        replies = [said] if said else []
    return done(
        request,
        conversation.get_absolute_url(),
        replies=[_told(reply) for reply in replies],
    )


@act
def remember(request: HttpRequest, key: str) -> HttpResponse:
    conversation = my_conversation(request, key)
    fact = services.remember(
        conversation=conversation,
        person=person(request),
        text=request.POST.get("text", ""),
    )
    return done(request, conversation.get_absolute_url(), fact=fact.key)


@act
def change_fact(request: HttpRequest, key: str) -> HttpResponse:
    """``text`` changes it; ``forget=1`` and ``forget=0`` do what they say."""
    fact = my_fact(request, key)
    if request.POST.get("forget") == "1":
        services.forget_fact(fact=fact)
    elif request.POST.get("forget") == "0":
        services.recall_fact(fact=fact)
    else:
        services.edit_fact(fact=fact, text=request.POST.get("text", ""))
    return done(request, fact.conversation.get_absolute_url(), fact=fact.key)


@act
def edit(request: HttpRequest, key: str) -> HttpResponse:
    message = my_message(request, key)
    new = services.edit_message(
        message=message,
        person=person(request),
        text=request.POST.get("text", ""),
        address=address_of(request),
    )
    replies = services.answer(message=new)
    return done(
        request,
        message.conversation.get_absolute_url(),
        message=_told(new),
        replies=[_told(reply) for reply in replies],
    )


@act
def another(request: HttpRequest, key: str) -> HttpResponse:
    message = my_message(request, key)
    said = services.another(message=message, person=person(request))
    return done(
        request,
        message.conversation.get_absolute_url(),
        replies=[_told(said)] if said else [],
    )


@act
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """``n``: which of the alternatives, counted from 1."""
    message = my_message(request, key)
    beside = selectors.alternatives_of(message, request.user)
    wanted = min(max(number(request.POST.get("n"), 1), 1), len(beside))
    chosen = my_message(request, beside[wanted - 1].key)
    services.choose(message=chosen, person=person(request))
    return done(request, chosen.get_absolute_url(), key=chosen.key)


@act
def rewind(request: HttpRequest, key: str) -> HttpResponse:
    message = my_message(request, key)
    services.rewind(message=message, person=person(request))
    return done(request, message.get_absolute_url(), key=message.key)


@act
def branch(request: HttpRequest, key: str) -> HttpResponse:
    new = services.branch(message=my_message(request, key), person=person(request))
    return done(request, new.get_absolute_url(), go=new.get_absolute_url())


@act
def pin(request: HttpRequest, key: str) -> HttpResponse:
    message = my_message(request, key)
    services.pin_message(message=message, pinned=request.POST.get("pinned") == "1")
    return done(request, message.get_absolute_url(), pinned=message.pinned)


@act
def speech(request: HttpRequest, key: str) -> HttpResponse:
    """Sentence ``n`` of a reply, performed, with its sound as a WAV in base64."""
    message = my_message(request, key)
    minute = f"chat-heard:{request.user.pk}:{int(time.time() // 60)}"
    cache.add(minute, 0, 120)
    if cache.incr(minute) > HEARD_A_MINUTE:
        detail = "That is a lot of listening. Wait a minute, then go on."
        return JsonResponse({"detail": detail}, status=429)
    performance, sound = services.perform_message(
        message=message, number=number(request.POST.get("n"), 0)
    )
    return JsonResponse(
        {
            "performance": performance.to_json(),
            "sound": base64.b64encode(sound).decode("ascii"),
        }
    )


@act
def new_persona(request: HttpRequest) -> HttpResponse:
    made = services.create_persona(
        person=person(request),
        name=request.POST.get("name", ""),
        about=request.POST.get("about", ""),
    )
    return done(request, "/chats/personas/", persona=made.key)


@act
def change_persona(request: HttpRequest, key: str) -> HttpResponse:
    persona = my_persona(request, key)
    if request.POST.get("remove") == "1":
        services.remove_persona(persona=persona)
    else:
        services.change_persona(
            persona=persona,
            name=request.POST.get("name", ""),
            about=request.POST.get("about", ""),
        )
    return done(request, "/chats/personas/")
