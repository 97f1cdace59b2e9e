"""Streams, their lines and what the audience writes, as things to be reported and
withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation import subjects
from streams import services
from streams.models import ChatMessage, Stream, StreamCut, StreamEvent
from streams.protocol.events import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character, Portrait

    Viewer = User | AnonymousUser


def register() -> None:
    subjects.register(
        "stream",
        title="Stream",
        find=lambda key: Stream.objects.full().filter(key=key).first(),
        describe=lambda stream: stream.title,
        snapshot=_stream_snapshot,
        author=lambda stream: stream.host,
        url=lambda stream: stream.get_absolute_url(),
        visible=_stream_visible,
        hide=lambda stream: _withhold(stream, Stream.Level.HIDDEN),
        remove=lambda stream: _withhold(stream, Stream.Level.REMOVED),
        restore=lambda stream: _withhold(stream, ""),
        content_types=("CONTENT_TYPE_SYNTHETIC_MEDIA",),
        reach=lambda stream: stream.most_viewers,
        of_author=lambda user: Stream.objects.full().filter(
            host=user, removed__isnull=True
        ),
    )
    subjects.register(
        "stream-line",
        title="Stream line",
        find=_find_line,
        describe=lambda line: line.text[:120] or f"Line {line.line}",
        snapshot=_line_snapshot,
        author=lambda line: line.stream.host,
        url=lambda line: line.stream.get_absolute_url(),
        visible=lambda line, viewer: (
            line.withheld == "" and _stream_visible(line.stream, viewer)
        ),
        hide=lambda line: _take_line(line, StreamEvent.Level.HIDDEN),
        remove=lambda line: _take_line(line, StreamEvent.Level.REMOVED),
        restore=lambda line: services.restore_line(event=line),
        content_types=("CONTENT_TYPE_SYNTHETIC_MEDIA", "CONTENT_TYPE_AUDIO"),
    )
    subjects.register(
        "stream-message",
        title="Stream message",
        find=lambda key: (
            ChatMessage.objects.select_related("person", "stream__host")
            .filter(key=key)
            .first()
        ),
        describe=lambda message: message.text[:120],
        snapshot=lambda message: {
            "Message": message.text,
            "In": message.stream.title,
        },
        author=lambda message: message.person,
        url=lambda message: message.stream.get_absolute_url(),
        visible=lambda message, viewer: (
            message.withheld == "" and _stream_visible(message.stream, viewer)
        ),
        hide=lambda message: _take_message(message, ChatMessage.Level.HIDDEN),
        remove=lambda message: _take_message(message, ChatMessage.Level.REMOVED),
        restore=lambda message: services.restore_message(message=message),
        of_author=lambda user: ChatMessage.objects.select_related("stream").filter(
            person=user
        ),
    )
    subjects.add_descendants("character", _with_character)
    subjects.add_descendants("portrait", _with_portrait)
    subjects.add_descendants("stream", _cut_out_of)
    subjects.add_descendants("stream-line", _cut_with)


def _withhold(stream: Stream, level: str) -> None:
    services.set_withheld(stream=stream, level=level)


def _take_line(line: StreamEvent, level: str) -> None:
    services.remove_line(event=line, level=level)


def _take_message(message: ChatMessage, level: str) -> None:
    services.remove_message(message=message, level=level)


def _stream_visible(stream: Stream, viewer: Viewer) -> bool:
    return Stream.objects.visible_to(viewer).filter(pk=stream.pk).exists()


def _stream_snapshot(stream: Stream) -> dict[str, str]:
    return {
        "Title": stream.title,
        "Topics": "\n".join(topic.text for topic in stream.topics.all()),
        "On stage": ", ".join(seat.character.name for seat in stream.seats.all()),
    }


def _find_line(key: str) -> StreamEvent | None:
    """By the stream's key, a hyphen and the number of the line."""
    stream, _, line = key.rpartition("-")
    if not (line.isascii() and line.isdigit() and len(line) < 10):
        return None
    lines = StreamEvent.objects.select_related("stream__host")
    return lines.filter(stream__key=stream, line=int(line), kind=Line.kind).first()


def _line_snapshot(line: StreamEvent) -> dict[str, str]:
    seats = line.stream.seats.select_related("character")
    speaker = seats.filter(seat=line.data["seat"]).first()
    return {
        "Said by": speaker.character.name if speaker else line.data["seat"],
        "Line": line.text,
        "In": line.stream.title,
    }


def _with_character(character: Character) -> Iterator[tuple[str, Any]]:
    made = Stream.objects.filter(seats__character=character).distinct()
    return (("stream", stream) for stream in made)


def _with_portrait(portrait: Portrait) -> Iterator[tuple[str, Any]]:
    made = Stream.objects.filter(seats__portrait=portrait).distinct()
    return (("stream", stream) for stream in made)


def _cut_out_of(stream: Stream) -> Iterator[tuple[str, Any]]:
    """What was taken off the stage is not shown as a clip either."""
    cuts = StreamCut.objects.filter(stream=stream).select_related("clip__owner")
    return (("clip", cut.clip) for cut in cuts)


def _cut_with(line: StreamEvent) -> Iterator[tuple[str, Any]]:
    """The clips in which this line is heard, or a part of it."""
    until = line.at + line.data["performance"]["seconds"]
    cuts = StreamCut.objects.filter(
        stream=line.stream_id, start__lt=until, end__gt=line.at
    )
    return (("clip", cut.clip) for cut in cuts.select_related("clip__owner"))
