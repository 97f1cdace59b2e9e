"""Streams: the show and its log, the audience beside it, and what comes of it."""

from streams.models.afterwards import StreamCut, StreamReminder
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
    "StreamCut",
    "StreamEvent",
    "StreamQuerySet",
    "StreamReminder",
    "StreamSeat",
    "StreamTicket",
    "Topic",
    "TopicVote",
    "Wish",
]
