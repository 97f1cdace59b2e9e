"""Asking people in, coming in, leaving, and whose lines may be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from socialapp.accounts.circle import not_apart
from socialapp.accounts.requests import person
from socialapp.chat import selectors, services
from socialapp.chat.models import Invitation, Participant
from socialapp.chat.services.people import HOURS
from socialapp.chat.views.common import (
    act,
    done,
    for_adults,
    my_conversation,
    number,
    wants_json,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@act
def invite(request: HttpRequest, key: str) -> HttpResponse:
    """``do``: link, person (``handle``) or revoke (``invitation``)."""
    conversation = my_conversation(request, key)
    user = person(request)
    hours = number(request.POST.get("hours"), HOURS)
    made: Invitation | None = None
    match request.POST.get("do", ""):
        case "link":
            made = services.invite_by_link(
                conversation=conversation, person=user, hours=hours
            )
        case "person":
            made = services.invite_person(
                conversation=conversation,
                person=user,
                handle=request.POST.get("handle", ""),
                hours=hours,
            )
        case "revoke":
            services.revoke_invitation(
                invitation=get_object_or_404(
                    conversation.invitations.select_related("conversation__owner"),
                    key=request.POST.get("invitation", ""),
                ),
                person=user,
            )
    if made is not None and made.guest and not wants_json(request):
        messages.success(request, f"@{made.guest.username} is asked.")
    return done(
        request,
        f"{conversation.get_absolute_url()}#people",
        invitation=made.key if made else "",
    )


@act
def people(request: HttpRequest, key: str) -> HttpResponse:
    """``do``: leave, send-away (``seat``), or share (``shares`` 1 or 0)."""
    conversation = my_conversation(request, key)
    user = person(request)
    back = conversation.get_absolute_url()
    match request.POST.get("do", ""):
        case "leave":
            services.leave(conversation=conversation, person=user)
            return done(request, "/chats/", go="/chats/")
        case "send-away":
            seat = get_object_or_404(
                Participant.objects.people().select_related("conversation__owner"),
                conversation=conversation,
                pk=number(request.POST.get("seat")),
            )
            services.send_away(participant=seat, person=user)
        case "share":
            services.set_sharing(
                conversation=conversation,
                person=user,
                shares=request.POST.get("shares") == "1",
            )
    return done(request, back)


def _invitation(request: HttpRequest, key: str) -> Invitation:
    """By its secret; one by name exists for that person alone."""
    found = get_object_or_404(
        Invitation.objects.select_related("conversation__owner"),
        not_apart(person(request), "conversation__owner"),
        key=key,
    )
    if found.guest_id is not None:
        mine = Invitation.objects.filter(guest=person(request).pk)
        get_object_or_404(mine, pk=found.pk)
    return found


@for_adults
@require_safe
def invited(request: HttpRequest, key: str) -> HttpResponse:
    """Who asks, who is there, and what it means; nothing of what was said."""
    invitation = _invitation(request, key)
    conversation = invitation.conversation
    there = selectors.present_in(selectors.participants_of(conversation))
    user = person(request)
    shown = selectors.may_show(there, user, host=conversation.owner_id)
    return render(
        request,
        "chat/invited.html",
        {
            "invitation": invitation,
            "conversation": conversation,
            "people": selectors.people_in(there),
            "inside": any(one.person_id == user.pk for one in there),
            "characters": [
                one.character
                for one in there
                if one.character and one.character_id in shown
            ],
        },
        status=200 if invitation.is_open else 410,
    )


@act
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """``come=1`` or ``0``."""
    invitation = _invitation(request, key)
    user = person(request)
    if request.POST.get("come") != "1":
        services.decline_invitation(invitation=invitation, person=user)
        return done(request, "/chats/")
    seat = services.accept_invitation(invitation=invitation, person=user)
    there = seat.conversation.get_absolute_url()
    return done(request, there, go=there)
