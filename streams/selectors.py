"""What sockets, pages and the API read of streams."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.contrib.sessions.models import Session
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Now

from socialapp.accounts.models import User
from socialapp.lib import blobs
from streams.models import (
    ChatMessage,
    Presence,
    ReactionCount,
    Stream,
    StreamEvent,
    StreamQuerySet,
    StreamReminder,
    Topic,
)
from streams.protocol import VERSION, from_json
from streams.protocol.events import (
    AudioChunk,
    Line,
    Logged,
    Message,
    Seat,
    StreamEnded,
    TopicTally,
    Welcome,
    Withheld,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from django.contrib.auth.models import AnonymousUser

    from socialapp.characters.models import Character

    Viewer = User | AnonymousUser


@dataclass(frozen=True, slots=True)
class Pass:
    """With what a person came in, to be looked at again while they stay."""

    person: int
    session: str = ""
    """Key of the browser's session; empty: a ticket, which was looked at once."""

    proof: str = ""
    """The session's hash of the password."""


LATEST_MESSAGES = 50
"""That a new viewer is shown."""

MOST_EVENTS = 500
"""Read from the log at once."""

MOST_ON_AIR = 20
"""Of which a list chooses."""

PRESENT = timedelta(seconds=15)
"""A process that has not renewed its count for this long has no viewers."""

LOOK_BACK_SECONDS = 120.0
"""The longest line: one that still plays began after this."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream's log ends."""

    seq: int
    message: int
    """Id of the audience's latest message; 0 before the first."""

    clock: float
    over: bool


def stream_for(*, viewer: Viewer, key: str) -> Stream:
    """Stream.DoesNotExist for what this viewer may not open."""
    return Stream.objects.visible_to(viewer).full().get(key=key)


def stream_at_the_door(*, viewer: Viewer, key: str) -> Stream:
    """The same without its cast, in one query: hundreds may come at once."""
    return Stream.objects.visible_to(viewer).get(key=key)


def events_since(
    stream_id: int, after: int, *, most: int = MOST_EVENTS
) -> list[Logged]:
    """The log from `after` + 1 on, in order, without a gap."""
    rows = StreamEvent.objects.filter(stream_id=stream_id, seq__gt=after)
    return [event_of(row) for row in rows.order_by("seq")[:most]]


def event_of(row: StreamEvent) -> Logged:
    """The event of a row; of a withheld one no more than its number."""
    if row.withheld:
        return Withheld(row.seq, row.at)
    told = {"kind": row.kind, "seq": row.seq, "at": row.at}
    if row.kind == AudioChunk.kind:
        data = {k: v for k, v in row.data.items() if k not in {"ref", "size"}}
        begin = data["offset"]
        try:
            sound = _sound(row.data["ref"])[begin : begin + row.data["size"]]
        except FileNotFoundError:
            return Withheld(row.seq, row.at)
        return AudioChunk(row.seq, row.at, **data, data=sound)
    return cast("Logged", from_json({**told, **row.data}))


@lru_cache(maxsize=64)
def _sound(ref: str) -> bytes:
    """Those that come late ask for the same few lines."""
    return blobs.get(ref)


def heads(stream_ids: Collection[int]) -> dict[int, Head]:
    """Where each log ends, in one query for all streams of a process."""
    rows = (
        Stream.objects.filter(pk__in=stream_ids)
        .annotate(now=Now(), newest=Max("messages__id"))
        .values_list("pk", "last_seq", "newest", "state", "started", "now")
    )
    return {
        pk: Head(seq, newest or 0, _clock(started, now), state == Stream.State.ENDED)
        for pk, seq, newest, state, started, now in rows
    }


def _clock(started: dt.datetime | None, now: dt.datetime) -> float:
    return max(0.0, (now - started).total_seconds()) if started else 0.0


def playing_from(stream_id: int, head: Head) -> int:
    """The number before the first line that still plays or is to come: where somebody
    who comes late begins."""
    lines = StreamEvent.objects.filter(
        stream_id=stream_id,
        kind=Line.kind,
        seq__lte=head.seq,
        at__gt=head.clock - LOOK_BACK_SECONDS,
    )
    after = head.seq
    for seq, at, data in lines.values_list("seq", "at", "data"):
        if at + data["performance"]["seconds"] > head.clock:
            after = min(after, seq - 1)
    if head.over:
        ended = StreamEvent.objects.filter(stream_id=stream_id, kind=StreamEnded.kind)
        # Whoever opens a stream that is over is told so, and asks for the replay.
        after = ended.values_list("seq", flat=True).get() - 1
    return after


def messages_since(stream_id: int, after: int) -> list[tuple[int, Message]]:
    """Of the audience, by id, oldest first."""
    shown = _shown(stream_id).filter(pk__gt=after).order_by("pk")[:LATEST_MESSAGES]
    return [(message.pk, message_event(message)) for message in shown]


def latest_messages(stream_id: int) -> list[ChatMessage]:
    """Oldest first."""
    return list(_shown(stream_id).order_by("-pk")[:LATEST_MESSAGES])[::-1]


def _shown(stream_id: int) -> Any:
    messages = ChatMessage.objects.filter(stream_id=stream_id, withheld="")
    return messages.filter(person__leaves__isnull=True).select_related("person")


def message_event(message: ChatMessage) -> Message:
    return Message(
        message.key,
        message.person.username,
        message.person.name,
        message.text,
        message.created.timestamp(),
    )


def reactions_of(stream_id: int) -> dict[str, int]:
    rows = ReactionCount.objects.filter(stream_id=stream_id).order_by("reaction")
    return dict(rows.values_list("reaction", "count"))


def tallies(stream_id: int) -> tuple[TopicTally, ...]:
    """What can be voted for, with its votes."""
    rows = (
        Topic.objects.filter(stream_id=stream_id, chosen__isnull=True)
        .annotate(count=Count("votes"))
        .order_by("number")
        .values_list("number", "text", "count")
    )
    return tuple(TopicTally(*row) for row in rows)


def topic_of(stream_id: int) -> str:
    """What is talked about now; empty before the first."""
    chosen = Topic.objects.filter(stream_id=stream_id, chosen__isnull=False)
    text = chosen.order_by("-chosen", "-number").values_list("text", flat=True).first()
    return text or ""


def viewers_of(stream_ids: Collection[int]) -> dict[int, int]:
    """How many watch, through all processes that are alive."""
    fresh = Presence.objects.filter(stream_id__in=stream_ids, seen__gt=Now() - PRESENT)
    counted = fresh.values_list("stream_id").annotate(total=Sum("viewers"))
    return dict.fromkeys(stream_ids, 0) | dict(counted)


@dataclass(frozen=True, slots=True)
class Lobby:
    """What everybody is told who enters a stream now."""

    head: Head
    at: float
    """``time.monotonic()`` when the head was read."""

    after: int
    """Where a newcomer starts: the number before the first line that still plays."""

    welcome: Welcome
    """As a stranger gets it who is new."""

    chat_open: bool


def lobby(stream_id: int) -> Lobby:
    """Stream.DoesNotExist when it is gone."""
    head = heads([stream_id]).get(stream_id)
    if head is None:
        raise Stream.DoesNotExist
    at = time.monotonic()
    stream = Stream.objects.full().get(pk=stream_id)
    after = playing_from(stream_id, head)
    welcome = Welcome(
        version=VERSION,
        stream=stream.key,
        title=stream.title,
        state=stream.state,
        after=after,
        resumed=False,
        clock=head.clock,
        stage=stream.as_stage(),
        seats=tuple(
            Seat(seat.seat, seat.character.key, seat.character.name)
            for seat in stream.seats.all()
        ),
        topic=topic_of(stream_id),
        topics=tallies(stream_id),
        viewers=viewers_of([stream_id])[stream_id],
        reactions=reactions_of(stream_id),
        messages=tuple(map(message_event, latest_messages(stream_id))),
        may_write=False,
        slow_seconds=stream.slow_seconds,
    )
    return Lobby(head, at, after, welcome, stream.chat_open)


def ended(passes: Collection[Pass]) -> set[Pass]:
    """Those that let nobody in any more: signed out, another password, account closed."""
    people = {
        user.pk: user.get_session_auth_hash()
        for user in User.objects.filter(
            pk__in={one.person for one in passes}, is_active=True, leaves__isnull=True
        )
    }
    keys = {one.session for one in passes if one.session}
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=Now())
    sessions = set(alive.values_list("session_key", flat=True))
    return {
        one
        for one in passes
        if one.person not in people
        or (
            one.session
            and (one.session not in sessions or people[one.person] != one.proof)
        )
    }


def on_air_for(
    viewer: Viewer,
    *,
    host: User | None = None,
    character: Character | None = None,
    most: int = 3,
) -> list[Stream]:
    """What everybody may watch now, the most watched first, with ``watching`` on each.
    One query while nothing is on air; four at most."""
    found = _of(Stream.objects.listed().on_air(), host, character)
    if viewer.is_authenticated and host is not None and viewer.pk == host.pk:
        found |= _of(Stream.objects.visible_to(viewer).on_air(), host, character)
    streams = list(found.full().order_by("-started")[:MOST_ON_AIR])
    watching = viewers_of([stream.pk for stream in streams]) if streams else {}
    for stream in streams:
        stream.watching = watching[stream.pk]
    return sorted(streams, key=lambda one: -one.watching)[:most]


def shows_of(
    viewer: Viewer,
    *,
    host: User | None = None,
    character: Character | None = None,
    most: int = 24,
) -> list[Stream]:
    """What can be watched again, the newest first; of plans, those that come. In three
    queries. A stream that never began is no show."""
    found = Stream.objects.listed()
    if viewer.is_authenticated and host is not None and viewer.pk == host.pk:
        found = Stream.objects.visible_to(viewer)
    coming = Q(state=Stream.State.SCHEDULED, scheduled_for__gt=Now())
    over = Q(state=Stream.State.ENDED, started__isnull=False, last_line__gt=0)
    found = _of(found.filter(coming | over), host, character)
    return list(found.full().order_by("-created")[:most])


def _of(
    found: StreamQuerySet, host: User | None, character: Character | None
) -> StreamQuerySet:
    if host is not None:
        found = found.filter(host=host)
    if character is not None:
        found = found.filter(seats__character=character)
    return found


def is_reminded(*, stream: Stream, viewer: Viewer) -> bool:
    """Whether they asked to be told when it begins."""
    asked = StreamReminder.objects.filter(stream=stream, person=viewer.pk)
    return viewer.is_authenticated and asked.exists()


def shown_to(viewer: Viewer) -> StreamQuerySet:
    """For lists: what is public, and what is theirs."""
    found = Stream.objects.listed()
    if viewer.is_authenticated:
        found |= Stream.objects.visible_to(viewer).filter(host=viewer)
    return found.full()
