"""Streams: the show and its log, and the audience beside it."""

from streams.models.audience import (
    ChatMessage,
    Presence,
    ReactionCount,
    StreamTicket,
    Topic,
    TopicVote,
)
from streams.models.direction import Direction, Wish
from streams.models.log import StreamEvent
from streams.models.stream import Stream, StreamQuerySet, StreamSeat

__all__ = [
    "ChatMessage",
    "Direction",
    "Presence",
    "ReactionCount",
    "Stream",
    "StreamEvent",
    "StreamQuerySet",
    "StreamSeat",
    "StreamTicket",
    "Topic",
    "TopicVote",
    "Wish",
]
