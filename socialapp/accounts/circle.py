"""Who keeps apart from whom, as conditions for the queries of every app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from socialapp.accounts.models import Block, Mute

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

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
    muted = Mute.objects.filter(person=viewer.pk).values("whom")
    return not_apart(viewer, whose) & ~Q(**{f"{whose}__in": muted})


def are_apart(one: Viewer, other: Viewer) -> bool:
    """Whether either of them blocked the other."""
    if not (one.is_authenticated and other.is_authenticated):
        return False
    both = Q(person=one.pk, whom=other.pk) | Q(person=other.pk, whom=one.pk)
    return Block.objects.filter(both).exists()


def hears(person: User, whom: Viewer) -> bool:
    """Whether news of `whom` may reach `person`."""
    if not whom.is_authenticated:
        return True
    muted = Mute.objects.filter(person=person, whom=whom.pk).exists()
    return not muted and not are_apart(person, whom)
