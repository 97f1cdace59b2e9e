"""What is read and written of streams."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from avatarfx.api.speech import UsableCharacter
from socialapp.accounts.api import PersonRead
from socialapp.characters.models import Character
from socialapp.lib.api.fields import BlobUrl
from socialapp.performance.timeline import SHAPES
from streams import selectors
from streams.models import Stream, StreamSeat
from streams.protocol.events import REACTIONS
from streams.protocol.requests import MAX_TEXT
from streams.services.staging import (
    MAX_DELAY,
    MAX_SLOW,
    MAX_TITLE,
    MAX_TOPIC,
    MAX_TOPICS,
    SEATS,
)


class StreamCharacterRead(serializers.ModelSerializer[Character]):
    thumb = BlobUrl(source="portrait.thumb")

    class Meta:
        model = Character
        fields = ("key", "name", "tagline", "thumb")


class SeatRead(serializers.ModelSerializer[StreamSeat]):
    character = StreamCharacterRead(read_only=True)

    class Meta:
        model = StreamSeat
        fields = ("seat", "character")


class TopicRead(serializers.Serializer[Any]):
    topic = serializers.IntegerField(help_text="Its number.")
    text = serializers.CharField()
    votes = serializers.IntegerField()


class StreamRead(serializers.ModelSerializer[Stream]):
    host = PersonRead(read_only=True)
    seats = SeatRead(many=True, read_only=True)
    mine = serializers.SerializerMethodField()
    viewers = serializers.SerializerMethodField(help_text="Now.")
    ai_generated = serializers.SerializerMethodField(help_text="Always true here.")
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Stream
        fields = (
            "key",
            "title",
            "host",
            "seats",
            "state",
            "visibility",
            "shape",
            "background",
            "chat_open",
            "slow_seconds",
            "delay_seconds",
            "scheduled_for",
            "started",
            "ended",
            "end_reason",
            "viewers",
            "most_viewers",
            "mine",
            "ai_generated",
            "url",
        )

    def get_mine(self, stream: Stream) -> bool:
        return bool(stream.host_id == self.context["request"].user.pk)

    def get_viewers(self, stream: Stream) -> int:
        watching: dict[int, int] = self.context["watching"]
        return watching.get(stream.pk, 0)

    def get_ai_generated(self, stream: Stream) -> bool:  # noqa: ARG002
        return True


class StreamDetailRead(StreamRead):
    topic = serializers.SerializerMethodField(help_text="What is talked about now.")
    topics = serializers.SerializerMethodField(help_text="What can be voted for.")
    reactions = serializers.SerializerMethodField()
    clock = serializers.SerializerMethodField(
        help_text="Now, in seconds since it began."
    )
    last_seq = serializers.IntegerField(
        read_only=True, help_text="Number of the newest event."
    )

    class Meta(StreamRead.Meta):
        fields: tuple[str, ...] = (  # type: ignore[assignment]  # more of them
            *StreamRead.Meta.fields,
            "topic",
            "topics",
            "reactions",
            "clock",
            "last_seq",
        )

    def get_topic(self, stream: Stream) -> str:
        return selectors.topic_of(stream.pk)

    @extend_schema_field(TopicRead(many=True))
    def get_topics(self, stream: Stream) -> Any:
        return TopicRead(selectors.tallies(stream.pk), many=True).data

    @extend_schema_field(
        {"type": "object", "additionalProperties": {"type": "integer"}}
    )
    def get_reactions(self, stream: Stream) -> dict[str, int]:
        return selectors.reactions_of(stream.pk)

    def get_clock(self, stream: Stream) -> float:
        return round(selectors.heads([stream.pk])[stream.pk].clock, 6)


class StreamEdit(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=2 * MAX_TITLE, required=False)
    visibility = serializers.ChoiceField(
        choices=Stream.Visibility.choices, required=False
    )
    shape = serializers.ChoiceField(choices=[(s, s) for s in SHAPES], required=False)
    background = serializers.CharField(max_length=80, required=False, allow_blank=True)
    delay_seconds = serializers.FloatField(
        min_value=0,
        max_value=MAX_DELAY,
        required=False,
        help_text="How far ahead of its moment a line is sent: what a stop still keeps"
        " from being heard.",
    )
    chat_open = serializers.BooleanField(required=False)
    slow_seconds = serializers.IntegerField(
        min_value=0,
        max_value=MAX_SLOW,
        required=False,
        help_text="A person waits this long between two messages.",
    )
    scheduled_for = serializers.DateTimeField(required=False, allow_null=True)


class TopicsWrite(serializers.Serializer[Any]):
    topics = serializers.ListField(
        child=serializers.CharField(max_length=2 * MAX_TOPIC), max_length=MAX_TOPICS
    )


class StreamWrite(StreamEdit):
    title = serializers.CharField(max_length=2 * MAX_TITLE)
    cast = serializers.ListField(
        child=UsableCharacter(),
        min_length=1,
        max_length=len(SEATS),
        help_text="Keys of characters of yours or of the starter cast, seat by seat.",
    )
    topics = serializers.ListField(
        child=serializers.CharField(max_length=2 * MAX_TOPIC),
        max_length=MAX_TOPICS,
        required=False,
    )


class TopicWrite(serializers.Serializer[Any]):
    topic = serializers.IntegerField(
        min_value=1,
        max_value=10_000,
        required=False,
        help_text="Left out: the one with the most votes.",
    )


class VoteWrite(serializers.Serializer[Any]):
    topic = serializers.IntegerField(min_value=1, max_value=10_000)


class TicketRead(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    seconds = serializers.IntegerField(help_text="How long it is good.")
    path = serializers.CharField(help_text="Of the socket it opens, once.")


class EventsRead(serializers.Serializer[Any]):
    events = serializers.ListField(
        child=serializers.DictField(), help_text="As docs/protocol.md says."
    )
    after = serializers.IntegerField(help_text="Ask again with this.")
    state = serializers.ChoiceField(choices=Stream.State.choices)
    clock = serializers.FloatField()


class CutRead(serializers.Serializer[Any]):
    lines = serializers.ListField(
        child=serializers.IntegerField(), help_text="That are not played any further."
    )


class AudienceMessageRead(serializers.Serializer[Any]):
    message = serializers.CharField(help_text="Its key; reports take it.")
    person = serializers.CharField(help_text="Handle.")
    name = serializers.CharField()
    text = serializers.CharField()
    sent = serializers.FloatField(help_text="Unix time.")


class AudienceMessageWrite(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2 * MAX_TEXT)


class ReactionWrite(serializers.Serializer[Any]):
    reaction = serializers.ChoiceField(choices=[(r, r) for r in REACTIONS])


class ReactionsRead(serializers.Serializer[Any]):
    counts = serializers.DictField(child=serializers.IntegerField())
