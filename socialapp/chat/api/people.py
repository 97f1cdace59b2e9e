"""Asking people into a conversation, coming in and leaving, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.accounts.circle import not_apart
from socialapp.chat import selectors, services
from socialapp.chat.api.shapes import (
    ConversationRead,
    InvitationRead,
    InvitationWrite,
    SharingWrite,
)
from socialapp.chat.models import Conversation, Invitation, Participant
from socialapp.lib.api.fields import valid

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class _OfConversation(viewsets.GenericViewSet[Any]):
    """Things of a conversation in which whoever asks is now."""

    pagination_class = None

    def conversation(self) -> Conversation:
        mine = Conversation.objects.of(self.request.user).full()
        return get_object_or_404(mine, key=self.kwargs["key"])


@extend_schema(tags=["chats"])
class ConversationInvitationsViewSet(_OfConversation):
    serializer_class = InvitationRead
    queryset = Invitation.objects.none()

    @extend_schema(
        summary="Open invitations of a conversation of mine",
        responses=InvitationRead(many=True),
    )
    def list(self, request: Request, key: str) -> Response:  # noqa: ARG002
        conversation = self.conversation()
        mine = conversation.owner_id == me(request).pk
        found = selectors.invitations_of(conversation) if mine else []
        return Response(InvitationRead(found, many=True).data)

    @extend_schema(
        summary="Ask somebody in, by handle or by a link",
        description=(
            "The owner's alone. A new link takes the place of the old one. Whoever comes"
            " in hears what is said from then on."
        ),
        request=InvitationWrite,
        responses={201: InvitationRead},
    )
    def create(self, request: Request, key: str) -> Response:  # noqa: ARG002
        data = valid(InvitationWrite(data=request.data))
        conversation, person = self.conversation(), me(request)
        if handle := data.get("handle", ""):
            made = services.invite_person(
                conversation=conversation,
                person=person,
                handle=handle,
                hours=data["hours"],
            )
        else:
            made = services.invite_by_link(
                conversation=conversation, person=person, hours=data["hours"]
            )
        return Response(InvitationRead(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Take an invitation back", responses={204: None})
    def destroy(self, request: Request, key: str, secret: str) -> Response:  # noqa: ARG002
        found = get_object_or_404(
            self.conversation().invitations.select_related("conversation__owner"),
            key=secret,
        )
        services.revoke_invitation(invitation=found, person=me(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["chats"])
class ConversationPeopleViewSet(_OfConversation):
    serializer_class = ConversationRead
    queryset = Participant.objects.none()

    @extend_schema(
        summary="Leave, or send another person away as the owner",
        responses={204: None},
    )
    def destroy(self, request: Request, key: str, seat: int) -> Response:  # noqa: ARG002
        conversation, person = self.conversation(), me(request)
        people = Participant.objects.people().filter(conversation=conversation)
        found = get_object_or_404(people.select_related("conversation__owner"), pk=seat)
        if found.person_id == person.pk:
            services.leave(conversation=conversation, person=person)
        else:
            services.send_away(participant=found, person=person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Let others publish what I say here, or not",
        request=SharingWrite,
        responses={204: None},
    )
    def share(self, request: Request, key: str) -> Response:  # noqa: ARG002
        shares = valid(SharingWrite(data=request.data))["shares"]
        services.set_sharing(
            conversation=self.conversation(), person=me(request), shares=shares
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["chats"])
class InvitationViewSet(viewsets.GenericViewSet[Invitation]):
    """Those that I got: by name, or by a link whose secret I know."""

    serializer_class = InvitationRead
    lookup_field = "key"
    lookup_value_regex = "[a-f0-9]{32}"
    queryset = Invitation.objects.none()
    pagination_class = None

    def get_queryset(self) -> QuerySet[Invitation]:
        person = me(self.request)
        there = Invitation.objects.filter(not_apart(person, "conversation__owner"))
        rows = there.select_related("conversation__owner", "guest")
        return rows.filter(guest=None) | rows.filter(guest=person)

    @extend_schema(
        summary="Conversations that I am asked into by name",
        responses=InvitationRead(many=True),
    )
    def list(self, request: Request) -> Response:
        found = selectors.invitations_to(request.user)
        return Response(InvitationRead(found, many=True).data)

    @extend_schema(summary="Come in", request=None, responses={201: ConversationRead})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, key: str) -> Response:  # noqa: ARG002
        person = me(request)
        seat = services.accept_invitation(invitation=self.get_object(), person=person)
        found = Conversation.objects.full().get(pk=seat.conversation_id)
        context = self.get_serializer_context()
        data = ConversationRead(found, context=context).data
        return Response(data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Say no", request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.decline_invitation(invitation=self.get_object(), person=me(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
