"""Who may come in, and what they are told there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from socialapp.accounts.circle import Circle, circles_of
from socialapp.accounts.models import User
from streams.models import Stream, StreamQuerySet
from streams.protocol import VERSION
from streams.protocol.events import Seat, Welcome
from streams.selectors.audience import (
    latest_messages,
    message_event,
    reactions_of,
    tallies,
    topic_of,
    viewers_of,
    vote_closes,
)
from streams.selectors.log import Head, heads, playing_from

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AnonymousUser

    Viewer = User | AnonymousUser


@dataclass(frozen=True, slots=True)
class Pass:
    """With what a person came in, to be looked at again while they stay."""

    person: int
    session: str = ""
    """Key of the browser's session; empty: a ticket, which was looked at once."""

    proof: str = ""
    """The session's hash of the password."""


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


def kept_apart(
    streams: Collection[int], people: Collection[int]
) -> tuple[dict[int, int], dict[int, Circle]]:
    """Ids of the hosts by stream, and of each of these people whom they do not hear. In
    three queries."""
    hosts = Stream.objects.filter(pk__in=streams).values_list("pk", "host_id")
    return dict(hosts), circles_of(people)


def stream_for(*, viewer: Viewer, key: str) -> Stream:
    """Stream.DoesNotExist for what this viewer may not open."""
    return Stream.objects.visible_to(viewer).full().get(key=key)


def stream_at_the_door(*, viewer: Viewer, key: str) -> Stream:
    """The same without its cast, in one query: hundreds may come at once."""
    return Stream.objects.visible_to(viewer).get(key=key)


def shown_to(viewer: Viewer) -> StreamQuerySet:
    """For lists: what is public, and what is theirs."""
    found = Stream.objects.listed().of_company(viewer)
    if viewer.is_authenticated:
        found |= Stream.objects.visible_to(viewer).filter(host=viewer)
    return found.full()


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
