"""What is on air, for staff: the list, the line log, and the switch that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.utils import timezone

from socialapp.lib.admin import Record, RecordInline, audio, link, table
from streams import selectors, services
from streams.models import (
    ChatMessage,
    Direction,
    ReactionCount,
    Stream,
    StreamCut,
    StreamEvent,
    StreamReminder,
    StreamSeat,
    StreamTicket,
    Topic,
    Wish,
)
from streams.protocol.events import AudioChunk, Line

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

LOGGED_LINES = 200
"""Shown on a stream's page, the newest first."""


class SeatInline(RecordInline[StreamSeat, Stream]):
    model = StreamSeat
    fields = ("seat", "character", "portrait")
    readonly_fields = fields


class DirectionInline(RecordInline[Direction, Stream]):
    model = Direction
    fields = ("engine", "note", "hour_lines", "topic", "vote_closes", "watched")
    readonly_fields = fields


class WishInline(RecordInline[Wish, Stream]):
    model = Wish
    fields = ("text", "seat", "created", "line")
    readonly_fields = fields


class TopicInline(RecordInline[Topic, Stream]):
    model = Topic
    fields = ("number", "text", "chosen")
    readonly_fields = fields


@admin.register(Stream)
class StreamAdmin(Record[Stream]):
    list_display = (
        "name",
        "person",
        "state",
        "watching",
        "lines",
        "started",
        "directed_by",
        "visibility",
    )
    list_filter = ("state", "visibility", "withheld", "end_reason", "started")
    search_fields = ("key", "title", "host__username", "seats__character__name")
    date_hierarchy = "created"
    list_select_related = ("host",)
    inlines = (DirectionInline, SeatInline, TopicInline, WishInline)
    fields = (
        "key",
        "title",
        "person",
        "state",
        "visibility",
        "withheld",
        "delay_seconds",
        "chat_open",
        "slow_seconds",
        "watching",
        "most_viewers",
        "given",
        "scheduled_for",
        "started",
        "ended",
        "end_reason",
        "duet",
        "directed_by",
        "line_log",
    )
    actions = ("stop", "pause", "resume", "slow_down", "delay_more")

    @admin.display(description="Title", ordering="title")
    def name(self, stream: Stream) -> str:
        return stream.title[:60]

    @admin.display(description="Host", ordering="host__username")
    def person(self, stream: Stream) -> SafeString:
        return link(stream.host)

    @admin.display(description="Watching")
    def watching(self, stream: Stream) -> int:
        if not stream.on_air:
            return 0
        return selectors.viewers_of([stream.pk])[stream.pk]

    @admin.display(description="Lines", ordering="last_line")
    def lines(self, stream: Stream) -> int:
        return stream.last_line

    @admin.display(description="Director")
    def directed_by(self, stream: Stream) -> str:
        if stream.leased_until is None or stream.leased_until < timezone.now():
            return "nobody" if stream.on_air else "–"
        return stream.director

    @admin.display(description="Reactions")
    def given(self, stream: Stream) -> str:
        counts = selectors.reactions_of(stream.pk)
        return ", ".join(f"{count} {name}" for name, count in counts.items()) or "–"

    @admin.display(description="Line log")
    def line_log(self, stream: Stream) -> SafeString:
        names = {
            seat.seat: seat.character.name
            for seat in stream.seats.select_related("character")
        }
        rows = stream.events.exclude(kind=AudioChunk.kind).order_by("-seq")
        return table(
            ("No.", "At", "What", "Who", "Said", "Withheld"),
            [
                (
                    row.seq,
                    f"{row.at:.1f} s",
                    row.kind,
                    names.get(row.data.get("seat", ""), ""),
                    row.text or row.data.get("text") or row.data.get("reason", ""),
                    row.get_withheld_display() or "",
                )
                for row in rows[:LOGGED_LINES]
            ],
        )

    @admin.action(description="Stop now", permissions=["operate"])
    def stop(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        """The kill switch: sockets are told and closed, directors find it over."""
        done = [
            services.end_stream(stream=stream, reason="stopped") for stream in streams
        ]
        messages.success(request, f"{sum(done)} stopped.")

    @admin.action(description="Pause", permissions=["operate"])
    def pause(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        found = list(streams.filter(state=Stream.State.LIVE))
        for stream in found:
            services.pause_stream(stream=stream)
        messages.success(request, f"{len(found)} paused.")

    @admin.action(description="Go on", permissions=["operate"])
    def resume(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        found = list(streams.filter(state=Stream.State.PAUSED))
        for stream in found:
            services.resume_stream(stream=stream)
        messages.success(request, f"{len(found)} go on.")

    @admin.action(
        description="Slow the chat to a message in 60 s", permissions=["operate"]
    )
    def slow_down(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        found = list(streams.exclude(state=Stream.State.ENDED))
        for stream in found:
            services.change_stream(stream=stream, slow_seconds=60)
        messages.success(request, f"{len(found)} slowed.")

    @admin.action(description="Delay lines by 10 s", permissions=["operate"])
    def delay_more(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        found = list(streams.exclude(state=Stream.State.ENDED))
        for stream in found:
            services.set_delay(stream=stream, seconds=10.0)
        messages.success(request, f"{len(found)} delayed, from their next line on.")


@admin.register(StreamEvent)
class StreamEventAdmin(Record[StreamEvent]):
    """The line log across streams."""

    list_display = ("show", "seq", "kind", "at", "said", "withheld", "created")
    list_filter = ("kind", "withheld", "created")
    search_fields = ("stream__key", "stream__title", "data")
    date_hierarchy = "created"
    list_select_related = ("stream",)
    fields = ("show", "seq", "kind", "at", "line", "said", "sound", "withheld")
    actions = ("take_away", "put_back")

    @admin.display(description="Stream")
    def show(self, event: StreamEvent) -> SafeString:
        return link(event.stream)

    @admin.display(description="Said")
    def said(self, event: StreamEvent) -> str:
        return event.text

    @admin.display(description="Sound")
    def sound(self, event: StreamEvent) -> SafeString:
        chunks = StreamEvent.objects.filter(
            stream=event.stream, line=event.line, kind=AudioChunk.kind
        )
        first = chunks.order_by("seq").first() if event.kind == Line.kind else None
        return audio(first.data["ref"] if first else "")

    @admin.action(description="Take away", permissions=["operate"])
    def take_away(self, request: HttpRequest, events: QuerySet[StreamEvent]) -> None:
        found = list(events.filter(kind=Line.kind))
        for event in found:
            services.remove_line(event=event, level=StreamEvent.Level.HIDDEN)
        messages.success(request, f"{len(found)} lines taken away.")

    @admin.action(description="Put back", permissions=["operate"])
    def put_back(self, request: HttpRequest, events: QuerySet[StreamEvent]) -> None:
        found = list(events.filter(kind=Line.kind).exclude(withheld=""))
        for event in found:
            services.restore_line(event=event)
        messages.success(request, f"{len(found)} lines are back.")


@admin.register(ChatMessage)
class ChatMessageAdmin(Record[ChatMessage]):
    list_display = ("text", "author", "show", "created", "withheld")
    list_filter = ("withheld", "created")
    search_fields = ("key", "text", "person__username", "stream__key")
    date_hierarchy = "created"
    list_select_related = ("person", "stream")
    fields = ("key", "text", "author", "show", "created", "withheld")
    actions = ("take_away", "put_back")

    @admin.display(description="By", ordering="person__username")
    def author(self, message: ChatMessage) -> SafeString:
        return link(message.person)

    @admin.display(description="Stream")
    def show(self, message: ChatMessage) -> SafeString:
        return link(message.stream)

    @admin.action(description="Take away", permissions=["operate"])
    def take_away(self, request: HttpRequest, found: QuerySet[ChatMessage]) -> None:
        shown = list(found.filter(withheld=""))
        for message in shown:
            services.remove_message(message=message, level=ChatMessage.Level.HIDDEN)
        messages.success(request, f"{len(shown)} messages taken away.")

    @admin.action(description="Put back", permissions=["operate"])
    def put_back(self, request: HttpRequest, found: QuerySet[ChatMessage]) -> None:
        hidden = list(found.exclude(withheld=""))
        for message in hidden:
            services.restore_message(message=message)
        messages.success(request, f"{len(hidden)} messages are back.")


@admin.register(StreamTicket)
class StreamTicketAdmin(Record[StreamTicket]):
    list_display = ("person", "stream", "expires", "used")
    list_filter = ("used", "expires")
    search_fields = ("person__username", "stream__key")
    list_select_related = ("person", "stream")
    fields = list_display


@admin.register(ReactionCount)
class ReactionCountAdmin(Record[ReactionCount]):
    list_display = ("stream", "reaction", "count")
    list_filter = ("reaction",)
    search_fields = ("stream__key",)
    list_select_related = ("stream",)
    fields = list_display


@admin.register(StreamReminder)
class StreamReminderAdmin(Record[StreamReminder]):
    list_display = ("show", "who", "created")
    list_select_related = ("stream", "person")
    search_fields = ("stream__key", "person__username")
    fields = list_display

    @admin.display(description="Stream")
    def show(self, reminder: StreamReminder) -> SafeString:
        return link(reminder.stream)

    @admin.display(description="Who waits")
    def who(self, reminder: StreamReminder) -> SafeString:
        return link(reminder.person)


@admin.register(StreamCut)
class StreamCutAdmin(Record[StreamCut]):
    list_display = ("film", "show", "start", "end", "created")
    list_select_related = ("clip", "stream")
    search_fields = ("clip__key", "stream__key")
    fields = list_display

    @admin.display(description="Clip")
    def film(self, cut: StreamCut) -> SafeString:
        return link(cut.clip)

    @admin.display(description="Cut from")
    def show(self, cut: StreamCut) -> SafeString | str:
        return link(cut.stream) if cut.stream else "–"
