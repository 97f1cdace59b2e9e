"""Conversations over HTTP. What is said streams on ``/ws/chats/<key>/`` as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.chat import archives, selectors, services
from socialapp.chat.api import refusals  # noqa: F401  registers them
from socialapp.chat.api.shapes import (
    ConversationEdit,
    ConversationRead,
    ConversationWrite,
    FactRead,
    FactWrite,
    MessageRead,
    MessageWrite,
    SaidRead,
    said,
)
from socialapp.chat.models import Conversation, Participant
from socialapp.lib.api.fields import valid
from socialapp.lib.api.pages import Pages

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


@extend_schema(tags=["chats"])
class ConversationViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Conversation],
):
    serializer_class = ConversationRead
    pagination_class = Pages
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"
    queryset = Conversation.objects.none()
    throttle_scope: str | None = None

    def get_queryset(self) -> QuerySet[Conversation]:
        return (
            Conversation.objects.of(self.request.user)
            .full()
            .prefetch_related("participants__character")
            .order_by("-created", "-pk")
        )

    def _read(self, key: str, code: int = status.HTTP_200_OK) -> Response:
        found = get_object_or_404(self.get_queryset(), key=key)
        context = self.get_serializer_context()
        return Response(ConversationRead(found, context=context).data, status=code)

    def _seat(self, conversation: Conversation) -> Participant:
        return selectors.seat_of(conversation, me(self.request))

    @extend_schema(summary="My conversations")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(summary="One conversation of mine")
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        summary="Begin a conversation with one character or several",
        request=ConversationWrite,
        responses={201: ConversationRead},
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(ConversationWrite(data=request.data, context=context))
        chosen, persona = data["characters"], data.get("persona")
        if len(chosen) == 1:
            made = services.start(
                person=me(request), character=chosen[0], persona=persona
            )
        else:
            made = services.start_group(
                person=me(request),
                characters=chosen,
                persona=persona,
                title=data.get("title", ""),
            )
        return self._read(made.key, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change title or persona, or put it away",
        request=ConversationEdit,
        responses=ConversationRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        context = self.get_serializer_context()
        data = valid(ConversationEdit(data=request.data, context=context))
        services.change_conversation(
            conversation=self.get_object(), person=me(request), **data
        )
        return self._read(key)

    @extend_schema(summary="Delete a conversation for good", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_conversation(conversation=self.get_object(), person=me(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="The messages of the path that is shown, oldest first",
        responses=MessageRead(many=True),
        methods=["GET"],
    )
    @extend_schema(
        summary="Say something, and have it answered",
        description=(
            "Answers when the replies are whole; on the socket their sentences come one"
            " by one. Among several people no reply comes while a character speaks:"
            " what you said stands in the path and is answered afterwards. The header `Idempotency-Key` makes a repeated call safe: it gives"
            " the same message and the same replies. 422 with `care`: help is offered,"
            " nothing is kept and nobody answers in character."
        ),
        request=MessageWrite,
        responses={201: SaidRead},
        methods=["POST"],
    )
    @action(
        detail=True,
        methods=["get", "post"],
        pagination_class=None,
        throttle_scope="chat",
    )
    def messages(self, request: Request, key: str) -> Response:  # noqa: ARG002
        conversation = self.get_object()
        if request.method == "GET":
            path = selectors.path_of(conversation, self._seat(conversation))
            return Response(MessageRead(path, many=True).data)
        data = valid(MessageWrite(data=request.data))
        message = services.send_message(
            conversation=conversation,
            person=me(request),
            text=data["text"],
            once=request.headers.get("Idempotency-Key", "")[:64],
            address=address_of(request),
        )
        replies = services.answer(message=message)
        return Response(said(message, replies), status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="What is remembered of me here",
        responses=FactRead(many=True),
        methods=["GET"],
    )
    @extend_schema(
        summary="Write down something to remember",
        request=FactWrite,
        responses={201: FactRead},
        methods=["POST"],
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def facts(self, request: Request, key: str) -> Response:  # noqa: ARG002
        conversation = self.get_object()
        if request.method == "GET":
            found = selectors.facts_of(conversation, self._seat(conversation))
            return Response(FactRead(found, many=True).data)
        data = valid(FactWrite(data=request.data))
        fact = services.remember(
            conversation=conversation, person=me(request), text=data["text"]
        )
        return Response(FactRead(fact).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="All of it that I heard: every branch, and who else heard it",
        responses=OpenApiTypes.OBJECT,
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, key: str) -> Response:  # noqa: ARG002
        conversation = self.get_object()
        return Response(archives.as_archive(conversation, self._seat(conversation)))
