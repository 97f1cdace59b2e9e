"""Who follows whom, as far as this viewer may know, and whom one could follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from feed.models import Follow, Hidden, Post
from socialapp.accounts.circle import heard, not_apart
from socialapp.accounts.models import User
from socialapp.accounts.young import birthdays
from socialapp.characters.models import Character
from socialapp.characters.selectors import starter_cast

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    Viewer = User | AnonymousUser

RECENT = 200
"""Newest posts whose makers are suggested."""


def _adult(of: str) -> Q:
    latest = birthdays.latest_of_adults(timezone.now().date())
    return Q(**{f"{of}__birth_date__isnull": True}) | Q(
        **{f"{of}__birth_date__lte": latest}
    )


def followers_of(person: User, viewer: Viewer) -> QuerySet[Follow]:
    """Those whose names this viewer may read, the newest first: to the person followed
    all who are adults, to others those who show whom they follow."""
    found = Follow.objects.filter(
        _adult("person"),
        not_apart(viewer, "person"),
        creator=person,
        person__is_active=True,
        person__leaves__isnull=True,
    )
    if viewer.pk != person.pk:
        shown = Q(person__shows_follows=True)
        if viewer.is_authenticated:
            shown |= Q(person=viewer.pk)
        found = found.filter(shown)
    return found.select_related("person").order_by("-pk")


def following_of(person: User, viewer: Viewer) -> QuerySet[Follow] | None:
    """People and characters, the newest first. None: this viewer may not know."""
    if viewer.pk != person.pk and not person.follows_are_shown:
        return None
    people = Q(
        not_apart(viewer, "creator"),
        creator__is_active=True,
        creator__leaves__isnull=True,
    )
    cast = Q(character__in=Character.objects.visible_to(viewer))
    found = Follow.objects.filter(people | cast, person=person)
    return found.select_related(
        "creator", "character__owner", "character__portrait"
    ).order_by("-pk")


@dataclass(frozen=True, slots=True)
class Counts:
    followers: int
    following: int | None
    """None: this viewer may not know."""


def counts_of(person: User, viewer: Viewer) -> Counts:
    """Two queries at most; they count everybody, named or not."""
    shown = viewer.pk == person.pk or person.follows_are_shown
    return Counts(
        followers_count(creator=person),
        Follow.objects.filter(person=person).count() if shown else None,
    )


def followers_count(
    *, creator: User | None = None, character: Character | None = None
) -> int:
    there = Follow.objects.filter(person__leaves__isnull=True)
    return there.filter(creator=creator, character=character).count()


@dataclass(frozen=True, slots=True)
class Suggestions:
    cast: list[Character]
    people: list[User]


def suggestions_for(viewer: Viewer, *, most: int = 6) -> Suggestions:
    """For whoever follows nobody who plays: the house's own, and who published last."""
    mine = Follow.objects.filter(person=viewer.pk)
    away = Hidden.objects.filter(person=viewer.pk)
    cast = starter_cast().exclude(
        pk__in=mine.filter(character__isnull=False).values("character")
    )
    newest = (
        Post.objects.listed()
        .fit_for(viewer)
        .filter(demoted=False)
        .order_by("-published", "-pk")
        .values("author")[:RECENT]
    )
    people = (
        User.objects.filter(heard(viewer, "pk"), pk__in=newest, is_active=True)
        .exclude(pk=viewer.pk or 0)
        .exclude(pk__in=mine.filter(creator__isnull=False).values("creator"))
    )
    return Suggestions(
        list(cast.exclude(pk__in=away.values("character"))[:most]),
        list(people.order_by("-date_joined")[:most]),
    )
