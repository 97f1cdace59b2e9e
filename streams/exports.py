"""Streams and what was written in them, for a person's own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.exports import as_json
from streams.models import (
    ChatMessage,
    Stream,
    StreamEvent,
    StreamReminder,
    StreamTicket,
    TopicVote,
)
from streams.protocol.events import Line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def streams(user: User) -> Iterator[File]:
    mine = Stream.objects.filter(host=user).order_by("created")
    yield as_json("streams.json", [_told(stream) for stream in mine.full()])
    said = ChatMessage.objects.filter(person=user).order_by("created")
    votes = TopicVote.objects.filter(person=user).order_by("pk")
    tickets = StreamTicket.objects.filter(person=user).order_by("expires")
    reminders = StreamReminder.objects.filter(person=user).order_by("created")
    yield as_json(
        "audience.json",
        {
            "messages": list(said.values("stream__key", "text", "created", "withheld")),
            "votes": list(votes.values("stream__key", "topic__text")),
            "tickets": list(tickets.values("stream__key", "expires", "used")),
            "reminders": list(reminders.values("stream__key", "created")),
        },
    )


def _told(stream: Stream) -> dict[str, object]:
    lines = StreamEvent.objects.filter(stream=stream, kind=Line.kind, withheld="")
    return {
        "key": stream.key,
        "title": stream.title,
        "state": stream.state,
        "visibility": stream.visibility,
        "cast": {seat.seat: seat.character.name for seat in stream.seats.all()},
        "topics": [topic.text for topic in stream.topics.all()],
        "duet": stream.duet,
        "wishes": [wish.text for wish in stream.wishes.all()],
        "scheduled_for": stream.scheduled_for,
        "started": stream.started,
        "ended": stream.ended,
        "most_viewers": stream.most_viewers,
        "lines": [
            {"at": line.at, "seat": line.data["seat"], "text": line.text}
            for line in lines.order_by("seq")
        ],
    }


def week(user: User, since: dt.datetime) -> Iterator[tuple[str, int]]:
    """What a guardian is told: how many, never which."""
    hosted = Stream.objects.filter(host=user, started__gte=since)
    yield "Streams hosted", hosted.count()
