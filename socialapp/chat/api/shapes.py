"""What conversations look like over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from socialapp.accounts.api import me
from socialapp.characters.models import Character
from socialapp.chat import selectors
from socialapp.chat.models import (
    Conversation,
    Fact,
    Invitation,
    Message,
    Participant,
    Persona,
)
from socialapp.chat.services.people import HOURS, LONGEST_HOURS, SHORTEST_HOURS

if TYPE_CHECKING:
    from django.db.models import QuerySet


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
    handle = serializers.SerializerMethodField(help_text="Null for characters.")
    mine = serializers.SerializerMethodField(help_text="Whether it is you.")
    shares = serializers.BooleanField(
        read_only=True,
        help_text="Whether others may publish what this person says here.",
    )

    class Meta:
        model = Participant
        fields = (
            "id",
            "role",
            "name",
            "character",
            "handle",
            "mine",
            "shares",
            "joined",
            "left",
        )

    def get_handle(self, participant: Participant) -> str | None:
        return participant.person.username if participant.person else None

    def get_mine(self, participant: Participant) -> bool:
        return participant.person_id == me(self.context["request"]).pk


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
    folded = serializers.BooleanField(
        read_only=True,
        default=False,
        help_text="Of somebody whom you blocked or muted: show it when asked to.",
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
            "folded",
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
    persona = serializers.SerializerMethodField(help_text="Null unless it is yours.")
    owner = serializers.CharField(
        source="owner.username",
        read_only=True,
        help_text="The handle of who began it, and alone rewinds, asks in and deletes.",
    )
    head = serializers.SerializerMethodField(
        help_text="The last message of the path, if you heard it."
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
            "owner",
            "persona",
            "head",
            "participants",
            "created",
            "changed",
            "url",
        )

    def _mine(self, conversation: Conversation) -> bool:
        return conversation.owner_id == me(self.context["request"]).pk

    def get_persona(self, conversation: Conversation) -> str | None:
        own = conversation.persona if self._mine(conversation) else None
        return own.key if own else None

    def get_head(self, conversation: Conversation) -> str | None:
        user, head = me(self.context["request"]), conversation.head
        seats = selectors.people_in(list(conversation.participants.all()))
        heard = [one for one in seats if head and one.since < head.pk]
        return (
            head.key if head and user.pk in {one.person_id for one in heard} else None
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


def said(message: Message | None, replies: list[Message]) -> dict[str, Any]:
    return dict(SaidRead({"message": message, "replies": replies}).data)


class InvitationWrite(serializers.Serializer[Any]):
    handle = serializers.CharField(
        max_length=60,
        required=False,
        help_text="Of the person who is asked; without one it is a link for anybody.",
    )
    hours = serializers.IntegerField(
        min_value=SHORTEST_HOURS, max_value=LONGEST_HOURS, default=HOURS
    )


class InvitationRead(serializers.ModelSerializer[Invitation]):
    handle = serializers.CharField(
        source="guest.username", default=None, help_text="Null for a link."
    )
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    sender = serializers.CharField(source="conversation.owner.username", read_only=True)

    class Meta:
        model = Invitation
        fields = ("key", "sender", "handle", "url", "created", "expires")


class SharingWrite(serializers.Serializer[Any]):
    shares = serializers.BooleanField(
        help_text="Whether others may publish what you say here. A no takes your lines"
        " out of what was published."
    )
