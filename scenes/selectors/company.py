"""A company as its people see it: who is there, what can be chosen, how votes stand."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Prefetch
from django.utils import timezone

from scenes.machine import positions
from scenes.models import Company, CompanySeat, Play
from scenes.selectors import plays
from scenes.selectors.machines import machine_of
from socialapp.accounts.circle import not_apart

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from socialapp.accounts.models import User

AWAY = timedelta(seconds=50)
"""A page says every twenty seconds that it is there."""


class Person(TypedDict):
    handle: str
    name: str
    host: bool
    here: bool
    """Their page is open."""

    voted: bool


class Standing(TypedDict):
    """Of the votes."""

    at: int
    """Events in the log: what a vote names."""

    tally: dict[str, int]
    """Votes by choice, of all that are open."""

    closes_in: float | None
    """Seconds; None: nobody has voted yet."""

    voted: list[str]
    """Handles; what they voted for is nobody's business."""


def companies() -> QuerySet[Company]:
    """With everything that is told of one."""
    seats = CompanySeat.objects.filter(left=None).select_related("person", "vote")
    return Company.objects.select_related("host").prefetch_related(
        Prefetch("seats", seats.order_by("joined", "pk")),
        Prefetch("play", plays.full(Play.objects.all())),
    )


def company_of(person: User, key: str) -> Company:
    """One in which this person sits. Company.DoesNotExist for all others."""
    mine = CompanySeat.objects.filter(person=person, left=None)
    return companies().get(key=key, open=True, seats__in=mine)


def company_to_join(person: User, key: str) -> Company:
    """Company.DoesNotExist for those whose host keeps apart from this person."""
    there = companies().filter(not_apart(person, "host"))
    return there.get(key=key, open=True)


def sits_with_others_apart(company: Company, person: User) -> bool:
    """Whether somebody is there from whom this person keeps apart."""
    seats = CompanySeat.objects.filter(company=company, left=None)
    return seats.exclude(not_apart(person, "person")).exists()


def people_in(company: Company) -> list[Person]:
    at = place_of(company.play)
    return [
        {
            "handle": seat.person.username,
            "name": seat.person.name,
            "host": seat.person_id == company.host_id,
            "here": is_here(seat),
            "voted": has_voted(seat, at),
        }
        for seat in company.seats.all()
    ]


def standing_of(company: Company) -> Standing:
    at = place_of(company.play)
    voted = [seat for seat in company.seats.all() if has_voted(seat, at)]
    votes = Counter(seat.vote.choice for seat in voted)
    closes = None
    if company.closes is not None:
        left = (company.closes - timezone.now()).total_seconds()
        closes = round(max(0.0, left), 1)
    return {
        "at": at,
        "tally": {choice: votes[choice] for choice in open_choices(company.play)},
        "closes_in": closes,
        "voted": [seat.person.username for seat in voted],
    }


def vote_of(company: Company, person: User) -> str | None:
    at = place_of(company.play)
    for seat in company.seats.all():
        if seat.person_id == person.pk and has_voted(seat, at):
            return seat.vote.choice
    return None


def place_of(play: Play) -> int:
    """How many events its log has."""
    return len(play.snapshot["events"])


def open_choices(play: Play) -> list[str]:
    """Ids of what can be chosen where the play stands, in their order."""
    machine = machine_of(play.version)
    position = positions.from_json(machine, play.snapshot["position"])
    if machine.ended(position):
        return []
    return [choice.id for choice in machine.open(position)]


def is_here(seat: CompanySeat) -> bool:
    return seat.seen is not None and seat.seen > timezone.now() - AWAY


def has_voted(seat: CompanySeat, at: int) -> bool:
    return hasattr(seat, "vote") and seat.vote.at == at
