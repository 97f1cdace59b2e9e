"""Shows in lists: on air, coming, to be watched again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Now

from streams.models import Stream, StreamQuerySet, StreamReminder
from streams.selectors.audience import viewers_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

    Viewer = User | AnonymousUser


MOST_ON_AIR = 20
"""Of which a list chooses."""


def on_air_for(
    viewer: Viewer,
    *,
    host: User | None = None,
    character: Character | None = None,
    most: int = 3,
) -> list[Stream]:
    """What everybody may watch now, the most watched first, with ``watching`` on each.
    One query while nothing is on air; four at most."""
    found = _of(Stream.objects.listed().of_company(viewer).on_air(), host, character)
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
    found = Stream.objects.listed().of_company(viewer)
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
