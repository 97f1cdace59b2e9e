"""What is read and written of streams."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from avatarfx.api.speech import UsableCharacter
from socialapp.accounts.api import PersonRead
from socialapp.characters.models import Character
from socialapp.content import library
from socialapp.lib.api.fields import BlobUrl
from socialapp.performance.timeline import SHAPES
from streams import selectors
from streams.models import Stream, StreamSeat, Wish
from streams.protocol.events import REACTIONS
from streams.protocol.requests import MAX_TEXT
from streams.services.checks import (
    MAX_DELAY,
    MAX_SLOW,
    MAX_TITLE,
    MAX_TOPIC,
    MAX_TOPICS,
    SEATS,
)
from streams.services.directing import MAX_WISH

ENGINES = ("endpoint", "local", "authored")


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
            "duet",
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


class DirectionRead(serializers.Serializer[Any]):
    engine = serializers.ChoiceField(
        choices=ENGINES,
        allow_blank=True,
        help_text="Who worded the newest line; empty before the first.",
    )
    note = serializers.CharField(
        help_text="Why it was not a better one, or why nobody speaks; else empty."
    )


class StreamDetailRead(StreamRead):
    topic = serializers.SerializerMethodField(help_text="What is talked about now.")
    topics = serializers.SerializerMethodField(help_text="What can be voted for.")
    reactions = serializers.SerializerMethodField()
    clock = serializers.SerializerMethodField(
        help_text="Now, in seconds since it began."
    )
    vote_closes = serializers.SerializerMethodField(
        help_text="When the votes are counted, on the same clock; 0: no moment is set."
    )
    direction = serializers.SerializerMethodField(
        help_text="For its host alone; null for others, and before the first line."
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
            "vote_closes",
            "direction",
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

    def get_vote_closes(self, stream: Stream) -> float:
        return selectors.vote_closes(stream.pk)

    @extend_schema_field(DirectionRead(allow_null=True))
    def get_direction(self, stream: Stream) -> Any:
        found = selectors.direction_of(stream.pk) if self.get_mine(stream) else None
        return DirectionRead(found).data if found else None


class StreamEdit(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=2 * MAX_TITLE, required=False)
    visibility = serializers.ChoiceField(
        choices=Stream.Visibility.choices, required=False
    )
    shape = serializers.ChoiceField(choices=[(s, s) for s in SHAPES], required=False)
    background = serializers.CharField(max_length=80, required=False, allow_blank=True)
    duet = serializers.ChoiceField(
        choices=library.duet_ids(),
        required=False,
        allow_blank=True,
        help_text="One that is written; it is played first, by its own two.",
    )
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
        required=False,
        help_text="Keys of characters of yours or of the starter cast, seat by seat;"
        " left out for a duet: its two of the starter cast.",
    )
    topics = serializers.ListField(
        child=serializers.CharField(max_length=2 * MAX_TOPIC),
        max_length=MAX_TOPICS,
        required=False,
    )


class WishWrite(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=2 * MAX_WISH,
        help_text="A whole sentence is said as it is, anything else is what they do.",
    )
    speaker = serializers.CharField(
        max_length=8,
        required=False,
        allow_blank=True,
        help_text="A seat; left out: whoever's turn it is.",
    )


class WishRead(serializers.ModelSerializer[Wish]):
    speaker = serializers.CharField(source="seat")

    class Meta:
        model = Wish
        fields = ("text", "speaker", "created")


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
