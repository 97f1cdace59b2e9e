"""Who keeps apart from whom, as conditions for the queries of every app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from socialapp.accounts.models import Block, Mute, User

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    Viewer = User | AnonymousUser


def not_apart(viewer: Viewer, whose: str) -> Q:
    """Rows of people who neither blocked this viewer nor are blocked by them.

    `whose` is the lookup of the person a row belongs to, ``author`` or
    ``clip__owner``; a row that belongs to nobody stays.
    """
    if not viewer.is_authenticated:
        return Q()
    blocked = Block.objects.filter(person=viewer.pk).values("whom")
    blocking = Block.objects.filter(whom=viewer.pk).values("person")
    return ~Q(**{f"{whose}__in": blocked}) & ~Q(**{f"{whose}__in": blocking})


def heard(viewer: Viewer, whose: str) -> Q:
    """The same, without those whom this viewer muted: for what comes unasked, such as
    a feed, a thread or news. What they open by its address they still see."""
    if not viewer.is_authenticated:
        return Q()
    return not_apart(viewer, whose) & unmuted(viewer, whose)


def unmuted(viewer: Viewer, whose: str) -> Q:
    """Rows of people whom this viewer did not mute; for queries that ask for
    `not_apart` anyway."""
    if not viewer.is_authenticated:
        return Q()
    muted = Mute.objects.filter(person=viewer.pk).values("whom")
    return ~Q(**{f"{whose}__in": muted})


def are_apart(one: Viewer, other: Viewer) -> bool:
    """Whether either of them blocked the other."""
    if not (one.is_authenticated and other.is_authenticated):
        return False
    return Block.objects.between(one.pk, other.pk).exists()


def hears(person: User, whom: Viewer) -> bool:
    """Whether news of `whom` may reach `person`."""
    if not whom.is_authenticated:
        return True
    muted = Mute.objects.filter(person=person, whom=whom.pk).exists()
    return not muted and not are_apart(person, whom)


def folded(viewer: Viewer) -> frozenset[int]:
    """Ids of those whose words this viewer, in a room that they share with others, reads
    only when they ask for it: whom they blocked or muted. One query."""
    if not viewer.is_authenticated:
        return frozenset()
    blocked = Block.objects.filter(person=viewer.pk).values_list("whom")
    muted = Mute.objects.filter(person=viewer.pk).values_list("whom")
    return frozenset(pk for (pk,) in blocked.union(muted))


def people_for(viewer: Viewer) -> QuerySet[User]:
    """Those who are here, and there for this viewer: without who blocked them. Whom they
    blocked themself they still find, to undo it."""
    here = User.objects.filter(is_active=True, leaves__isnull=True)
    if not viewer.is_authenticated:
        return here
    return here.exclude(pk__in=Block.objects.filter(whom=viewer.pk).values("person"))


def blocks_of(viewer: Viewer, whom: User) -> bool:
    """Whether this viewer blocked them."""
    if not viewer.is_authenticated:
        return False
    return Block.objects.filter(person=viewer.pk, whom=whom).exists()


def mutes_of(viewer: Viewer, whom: User) -> bool:
    """Whether this viewer muted them."""
    if not viewer.is_authenticated:
        return False
    return Mute.objects.filter(person=viewer.pk, whom=whom).exists()


@dataclass(frozen=True, slots=True)
class Circle:
    """Of somebody who listens for a while, to be held in memory."""

    apart: frozenset[int] = frozenset()
    """Ids of whom they blocked or were blocked by."""

    unheard: frozenset[str] = frozenset()
    """Handles of those, and of whom they muted."""


def circles_of(people: Collection[int]) -> dict[int, Circle]:
    """Of many people at once, in two queries."""
    apart: dict[int, set[int]] = {pk: set() for pk in people}
    unheard: dict[int, set[str]] = {pk: set() for pk in people}
    blocks = Block.objects.filter(Q(person__in=people) | Q(whom__in=people))
    for one, other, by, of in blocks.values_list(
        "person", "whom", "person__username", "whom__username"
    ):
        for pk, theirs, handle in ((one, other, of), (other, one, by)):
            if pk in apart:
                apart[pk].add(theirs)
                unheard[pk].add(handle)
    mutes = Mute.objects.filter(person__in=people)
    for pk, handle in mutes.values_list("person", "whom__username"):
        unheard[pk].add(handle)
    return {pk: Circle(frozenset(apart[pk]), frozenset(unheard[pk])) for pk in apart}
