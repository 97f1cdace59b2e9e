"""Messages, what is remembered, and personas over HTTP."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.acting import ScriptError
from socialapp.chat import selectors, services
from socialapp.chat.api.shapes import (
    ConversationRead,
    FactRead,
    FactWrite,
    MessageEdit,
    MessageRead,
    PersonaEdit,
    PersonaRead,
    PersonaWrite,
    SaidRead,
    SentenceWrite,
    SpokenRead,
    said,
)
from socialapp.chat.models import Fact, Message, Persona
from socialapp.lib.api.fields import valid
from socialapp.lib.api.pages import Pages
from socialapp.lib.api.problems import Problem

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


@extend_schema(tags=["chats"])
class ChatMessageViewSet(viewsets.GenericViewSet[Message]):
    serializer_class = MessageRead
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"
    queryset = Message.objects.none()
    pagination_class = None
    throttle_scope: str | None = "chat"

    def get_queryset(self) -> QuerySet[Message]:
        return Message.objects.of(self.request.user).full()

    @extend_schema(
        summary="Pin a message, or say one's own differently",
        request=MessageEdit,
        responses=SaidRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:  # noqa: ARG002
        message = self.get_object()
        data = valid(MessageEdit(data=request.data))
        replies: list[Message] = []
        if "pinned" in data:
            services.pin_message(message=message, pinned=data["pinned"])
        if "text" in data:
            message = services.edit_message(
                message=message,
                person=me(request),
                text=data["text"],
                address=address_of(request),
            )
            replies = services.answer(message=message)
        return Response(said(message, replies))

    @extend_schema(
        summary="The alternatives of a message, oldest first",
        responses=MessageRead(many=True),
        methods=["GET"],
    )
    @extend_schema(
        summary="Another reply beside this one",
        request=None,
        responses={201: SaidRead},
        methods=["POST"],
    )
    @action(detail=True, methods=["get", "post"])
    def alternatives(self, request: Request, key: str) -> Response:  # noqa: ARG002
        message = self.get_object()
        if request.method == "GET":
            beside = selectors.alternatives_of(message, request.user)
            return Response(MessageRead(beside, many=True).data)
        reply = services.another(message=message, person=me(request))
        replies = [reply] if reply else []
        return Response(said(None, replies), status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Show this alternative and what followed it: the owner's to choose",
        request=None,
        responses=MessageRead,
    )
    @action(detail=True, methods=["post"])
    def choose(self, request: Request, key: str) -> Response:  # noqa: ARG002
        shown = services.choose(message=self.get_object(), person=me(request))
        return Response(MessageRead(shown).data)

    @extend_schema(
        summary="Go on from this message, as its owner; later ones stay as a branch",
        request=None,
        responses=MessageRead,
    )
    @action(detail=True, methods=["post"])
    def rewind(self, request: Request, key: str) -> Response:  # noqa: ARG002
        shown = services.rewind(message=self.get_object(), person=me(request))
        return Response(MessageRead(shown).data)

    @extend_schema(
        summary="A conversation of its own with all that led here",
        request=None,
        responses={201: ConversationRead},
    )
    @action(detail=True, methods=["post"])
    def branch(self, request: Request, key: str) -> Response:  # noqa: ARG002
        new = services.branch(message=self.get_object(), person=me(request))
        context = self.get_serializer_context()
        data = ConversationRead(new, context=context).data
        return Response(data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Hear one sentence of a reply performed",
        request=SentenceWrite,
        responses=SpokenRead,
    )
    @action(detail=True, methods=["post"])
    def speech(self, request: Request, key: str) -> Response:  # noqa: ARG002
        number = valid(SentenceWrite(data=request.data))["n"]
        try:
            performance, sound = services.perform_message(
                message=self.get_object(), number=number
            )
        except ScriptError as error:
            raise Problem(422, "not_speakable", str(error)) from error
        return Response(
            {
                "performance": performance.to_json(),
                "sound": base64.b64encode(sound).decode("ascii"),
            }
        )


@extend_schema(tags=["chats"])
class FactViewSet(viewsets.GenericViewSet[Fact]):
    serializer_class = FactRead
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"
    queryset = Fact.objects.none()

    def get_queryset(self) -> QuerySet[Fact]:
        mine = Fact.objects.of(self.request.user).kept()
        return mine.select_related("about__person", "message")

    @extend_schema(
        summary="Change what is remembered, from the next turn on",
        request=FactWrite,
        responses=FactRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:  # noqa: ARG002
        data = valid(FactWrite(data=request.data))
        fact = services.edit_fact(fact=self.get_object(), text=data["text"])
        return Response(FactRead(fact).data)

    @extend_schema(summary="Have it forgotten", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.forget_fact(fact=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["chats"])
class PersonaViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Persona]):
    serializer_class = PersonaRead
    pagination_class = Pages
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"
    queryset = Persona.objects.none()

    def get_queryset(self) -> QuerySet[Persona]:
        user = self.request.user
        if not user.is_authenticated:
            raise Http404
        return selectors.personas_of(user)

    @extend_schema(summary="My personas")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Make a persona", request=PersonaWrite, responses={201: PersonaRead}
    )
    def create(self, request: Request) -> Response:
        data = valid(PersonaWrite(data=request.data))
        made = services.create_persona(person=me(request), **data)
        return Response(PersonaRead(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a persona", request=PersonaEdit, responses=PersonaRead
    )
    def partial_update(self, request: Request, key: str) -> Response:  # noqa: ARG002
        data = valid(PersonaEdit(data=request.data))
        changed = services.change_persona(persona=self.get_object(), **data)
        return Response(PersonaRead(changed).data)

    @extend_schema(summary="Delete a persona", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_persona(persona=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
