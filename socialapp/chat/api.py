"""Conversations over HTTP. What is said streams on ``/ws/chats/<key>/`` as well."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from moderation.abuse.services import AbuseError
from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.acting import ScriptError
from socialapp.characters.models import Character
from socialapp.chat import selectors, services
from socialapp.chat.errors import ChatClosedError, ChatError, NotNowError
from socialapp.chat.models import Conversation, Fact, Message, Participant, Persona
from socialapp.lib.api.fields import valid
from socialapp.lib.api.pages import Pages
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


@refusal(ChatError)
def _chat_refused(error: ChatError) -> Problem:
    return Problem(400, "chat_refused", error.message)


@refusal(ChatClosedError)
def _chat_closed(error: ChatClosedError) -> Problem:
    return Problem(403, "chat_closed", error.message)


@refusal(NotNowError)
def _not_now(error: NotNowError) -> Problem:
    return Problem(409, "not_now", error.message, headers={"Retry-After": "5"})


def _counted(error: AbuseError) -> Problem:
    headers = {"Retry-After": str(error.wait)} if error.wait else {}
    return Problem(429, "too_much", error.message, headers=headers)


refusal(AbuseError)(_counted)


class SpokenCharacter(serializers.SlugRelatedField[Character]):
    """One that whoever asks may talk to, by its key; others do not exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="key",
            queryset=Character.objects.none(),
            error_messages={"does_not_exist": "There is no such character."},
            **kwargs,
        )

    def get_queryset(self) -> QuerySet[Character]:
        return Character.objects.visible_to(me(self.context["request"])).full()


class MyPersona(serializers.SlugRelatedField[Persona]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="key",
            queryset=Persona.objects.none(),
            error_messages={"does_not_exist": "You have no such persona."},
            **kwargs,
        )

    def get_queryset(self) -> QuerySet[Persona]:
        return selectors.personas_of(me(self.context["request"]))


class PersonaRead(serializers.ModelSerializer[Persona]):
    class Meta:
        model = Persona
        fields = ("key", "name", "about", "created")


class PersonaWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    about = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class PersonaEdit(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False)
    about = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class ParticipantRead(serializers.ModelSerializer[Participant]):
    character = serializers.SlugRelatedField[Character](
        slug_field="key", read_only=True, help_text="Null for people."
    )

    class Meta:
        model = Participant
        fields = ("id", "role", "name", "character", "joined", "left")


class MessageRead(serializers.ModelSerializer[Message]):
    follows = serializers.SlugRelatedField[Message](
        source="parent",
        slug_field="key",
        read_only=True,
        help_text="The message before it on its path.",
    )
    author = serializers.IntegerField(
        source="author_id", read_only=True, help_text="Id of a participant."
    )
    name = serializers.CharField(source="author.name", read_only=True)
    text = serializers.SerializerMethodField(
        help_text="Empty when a moderator took it down."
    )
    ai_generated = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = (
            "key",
            "follows",
            "author",
            "name",
            "text",
            "state",
            "ai_generated",
            "provider",
            "expression",
            "gesture",
            "pinned",
            "created",
            "edited",
        )

    def get_text(self, message: Message) -> str:
        return "" if message.withheld else message.text

    def get_ai_generated(self, message: Message) -> bool:
        return not message.author.is_person


class FactRead(serializers.ModelSerializer[Fact]):
    message = serializers.SlugRelatedField[Message](
        slug_field="key", read_only=True, help_text="Where it was said, if it was."
    )

    class Meta:
        model = Fact
        fields = ("key", "text", "message", "created", "edited")


class ConversationRead(serializers.ModelSerializer[Conversation]):
    persona = serializers.SlugRelatedField[Persona](slug_field="key", read_only=True)
    head = serializers.SlugRelatedField[Message](
        slug_field="key", read_only=True, help_text="The last message of the path."
    )
    participants = ParticipantRead(many=True, read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Conversation
        fields = (
            "key",
            "title",
            "kind",
            "state",
            "persona",
            "head",
            "participants",
            "created",
            "changed",
            "url",
        )


class ConversationWrite(serializers.Serializer[Any]):
    characters = SpokenCharacter(
        many=True, help_text="Keys: one, or two to four for a group."
    )
    persona = MyPersona(required=False, allow_null=True)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ConversationEdit(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    archived = serializers.BooleanField(required=False)
    persona = MyPersona(required=False, allow_null=True)


class MessageWrite(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000, trim_whitespace=False)


class MessageEdit(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=5000,
        required=False,
        trim_whitespace=False,
        help_text="Of one's own message: a new version and a new answer.",
    )
    pinned = serializers.BooleanField(required=False)


class SaidRead(serializers.Serializer[Any]):
    message = MessageRead(allow_null=True)
    replies = MessageRead(many=True)


class FactWrite(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=1000)


class SentenceWrite(serializers.Serializer[Any]):
    n = serializers.IntegerField(
        min_value=0, max_value=999, default=0, help_text="Which sentence, from 0."
    )


class SpokenRead(serializers.Serializer[Any]):
    performance = serializers.DictField(help_text="See docs/performance.md.")
    sound = serializers.CharField(help_text="A WAV in base64; empty: silent.")


def _said(message: Message | None, replies: list[Message]) -> dict[str, Any]:
    return dict(SaidRead({"message": message, "replies": replies}).data)


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
        return Response(ConversationRead(found).data, status=code)

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
        services.change_conversation(conversation=self.get_object(), **data)
        return self._read(key)

    @extend_schema(summary="Delete a conversation for good", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_conversation(conversation=self.get_object())
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
            " by one. The header `Idempotency-Key` makes a repeated call safe: it gives"
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
            path = selectors.path_of(conversation)
            return Response(MessageRead(path, many=True).data)
        data = valid(MessageWrite(data=request.data))
        message = services.send_message(
            conversation=conversation,
            text=data["text"],
            once=request.headers.get("Idempotency-Key", "")[:64],
            address=address_of(request),
        )
        replies = services.answer(message=message)
        return Response(_said(message, replies), status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="What is remembered here",
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
            found = selectors.facts_of(conversation)
            return Response(FactRead(found, many=True).data)
        data = valid(FactWrite(data=request.data))
        fact = services.remember(conversation=conversation, text=data["text"])
        return Response(FactRead(fact).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="All of it: every branch, and who heard what",
        responses=OpenApiTypes.OBJECT,
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(selectors.as_archive(self.get_object()))


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
                message=message, text=data["text"], address=address_of(request)
            )
            replies = services.answer(message=message)
        return Response(_said(message, replies))

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
            beside = selectors.alternatives_of(message)
            return Response(MessageRead(beside, many=True).data)
        said = services.another(message=message)
        replies = [said] if said else []
        return Response(_said(None, replies), status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Show this alternative and what followed it",
        request=None,
        responses=MessageRead,
    )
    @action(detail=True, methods=["post"])
    def choose(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(MessageRead(services.choose(message=self.get_object())).data)

    @extend_schema(
        summary="Go on from this message; later ones stay as a branch",
        request=None,
        responses=MessageRead,
    )
    @action(detail=True, methods=["post"])
    def rewind(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return Response(MessageRead(services.rewind(message=self.get_object())).data)

    @extend_schema(
        summary="A conversation of its own with all that led here",
        request=None,
        responses={201: ConversationRead},
    )
    @action(detail=True, methods=["post"])
    def branch(self, request: Request, key: str) -> Response:  # noqa: ARG002
        new = services.branch(message=self.get_object())
        return Response(ConversationRead(new).data, status=status.HTTP_201_CREATED)

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
        return mine.select_related("conversation__owner", "message")

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
