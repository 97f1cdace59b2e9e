"""What sockets, pages and the API read of streams."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.contrib.sessions.models import Session
from django.db.models import Case, Count, Max, Q, Sum, When
from django.db.models.functions import Now

from socialapp.accounts.models import User
from socialapp.lib import blobs
from streams.models import (
    ChatMessage,
    Direction,
    Presence,
    ReactionCount,
    Stream,
    StreamEvent,
    StreamQuerySet,
    StreamReminder,
    Topic,
    Wish,
)
from streams.protocol import VERSION, from_json
from streams.protocol.events import (
    AudioChunk,
    Line,
    LineCut,
    LineRemoved,
    Logged,
    Message,
    Seat,
    StreamEnded,
    Topics,
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


_SHUT = Case(
    When(
        Q(visibility=Stream.Visibility.PRIVATE)
        | Q(removed__isnull=False)
        | ~Q(withheld=""),
        then=True,
    ),
    default=False,
)
"""Whether only its host may watch, if anybody."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream's log ends."""

    seq: int
    message: int
    """Id of the audience's latest message; 0 before the first."""

    clock: float
    over: bool
    shut: bool = False
    """Only its host may watch now."""


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
        .annotate(now=Now(), newest=Max("messages__id"), shut=_SHUT)
        .values_list("pk", "last_seq", "newest", "state", "started", "now", "shut")
    )
    return {
        pk: Head(
            seq,
            newest or 0,
            _clock(started, now),
            over=state == Stream.State.ENDED,
            shut=shut,
        )
        for pk, seq, newest, state, started, now, shut in rows
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


def vote_closes(stream_id: int) -> float:
    """When the votes are counted, on the stream's clock; 0: no moment is set."""
    found = Direction.objects.filter(stream_id=stream_id)
    return found.values_list("vote_closes", flat=True).first() or 0.0


def direction_of(stream_id: int) -> Direction | None:
    """None before its first line."""
    return Direction.objects.filter(stream_id=stream_id).first()


def topics_event(stream_id: int) -> Topics:
    return Topics(tallies(stream_id), vote_closes(stream_id))


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
        vote_closes=vote_closes(stream_id),
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


@dataclass(frozen=True, slots=True)
class Cue:
    """All that a director looks at, several times a second."""

    stream: Stream
    direction: Direction
    clock: float
    unwatched: float
    """Seconds since somebody was seen to watch."""

    wishes: tuple[Wish, ...]
    """That wait, the oldest first."""

    news: tuple[tuple[int, str, float, int | None], ...]
    """Number, kind, moment and line of what was logged after the director looked."""


def cue(stream_id: int, after: int) -> Cue | None:
    """What happened in a show since event `after`; None: there is no such stream."""
    stream = Stream.objects.annotate(now=Now()).filter(pk=stream_id).first()
    if stream is None:
        return None
    now: dt.datetime = cast("Any", stream).now
    direction = Direction.objects.filter(stream_id=stream_id).first()
    if direction is None:
        direction = Direction(stream=stream, watched=stream.started or now)
    rows = StreamEvent.objects.filter(stream_id=stream_id, seq__gt=after)
    happened = rows.exclude(kind=AudioChunk.kind).order_by("seq")
    return Cue(
        stream,
        direction,
        round(_clock(stream.started, now), 6),
        max(0.0, (now - direction.watched).total_seconds()),
        tuple(Wish.objects.filter(stream_id=stream_id, line__isnull=True)),
        tuple(happened.values_list("seq", "kind", "at", "line")[:MOST_EVENTS]),
    )


def last_lines(stream_id: int, most: int) -> list[StreamEvent]:
    """The newest lines that may be known, oldest first; their moment and length too."""
    lines = StreamEvent.objects.filter(
        stream_id=stream_id, kind=Line.kind, withheld=""
    ).order_by("-seq")
    return list(lines[:most])[::-1]


def playing_until(stream_id: int) -> float:
    """When the last line ends, on the stream's clock; 0 before the first. What was cut
    or removed ended then."""
    line = (
        StreamEvent.objects.filter(stream_id=stream_id, kind=Line.kind)
        .order_by("-seq")
        .first()
    )
    if line is None:
        return 0.0
    until = float(line.at + line.data["performance"]["seconds"])
    stops = StreamEvent.objects.filter(
        stream_id=stream_id, line=line.line, kind__in=(LineCut.kind, LineRemoved.kind)
    )
    stopped = stops.order_by("seq").values_list("at", flat=True).first()
    return until if stopped is None else min(until, stopped)


def undirected(*, waited: float = 0.0) -> list[str]:
    """Who holds each stream on air, ``""`` for those that nobody does; cheap, for it is
    asked all the time. Streams that never had a director are left out until they have
    waited for so many seconds."""
    on_air = Stream.objects.on_air().annotate(now=Now())
    asked_for = on_air.filter(
        Q(fence__gt=0) | Q(started__lt=Now() - timedelta(seconds=waited))
    )
    return [
        "" if until is None or until < now else director
        for director, until, now in asked_for.values_list(
            "director", "leased_until", "now"
        )
    ]


def minutes_on_air(host_id: int) -> float:
    """Of one host within the last 24 hours."""
    day = Now() - timedelta(hours=24)
    recent = Stream.objects.annotate(now=Now()).filter(host_id=host_id)
    found = recent.filter(
        Q(ended__gt=day) | Q(ended__isnull=True), started__isnull=False
    )
    seconds = 0.0
    for started, ended, now in found.values_list("started", "ended", "now"):
        if started is not None:
            begun = max(started, now - timedelta(hours=24))
            seconds += max(0.0, ((ended or now) - begun).total_seconds())
    return seconds / 60.0


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
