"""Playing together: coming, voting, counting, leaving.

The play is its host's and stays so: what the company chose is saved there, and everybody
follows. A vote names the place in the log where it was given; once the play has moved, it
counts for nothing. Votes are counted when the host says so, when everybody who is there
has voted, or when the time after the first vote is over, whoever notices it first.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from scenes.machine import PlayError
from scenes.models import Company, CompanySeat, CompanyVote, Play
from scenes.selectors import company as selectors
from scenes.selectors import plays
from scenes.services import company_news as news
from scenes.services.play_errors import PlayingError
from scenes.services.saving import require_open, store, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.models import ImprovTurn
    from socialapp.accounts.models import User

LEAST_SECONDS, MOST_SECONDS = 5, 300
MOST_EVENTS = 200
"""New events that are told; who needs more reads the whole log."""

IDLE = timedelta(hours=6)
"""A company in which nobody was seen for so long is over."""

By = Literal["host", "all", "time"]


def open_company(*, play: Play, seconds: int | None = None) -> Company:
    """Let others come along; the one that is open already, if there is. PlayingError for
    a copy, an ending, and a scene that does not go on."""
    require_open(play)
    if play.slot or play.ending:
        raise PlayingError(
            "Only a play that goes on can be played together. Begin a new one.",
            code="over",
        )
    wait = _seconds(seconds)
    with transaction.atomic():
        company, made = Company.objects.get_or_create(
            play=play, open=True, defaults={"host": play.person, "seconds": wait}
        )
        CompanySeat.objects.get_or_create(company=company, person=play.person)
        if not made and seconds is not None:
            Company.objects.filter(pk=company.pk).update(seconds=wait)
    return company


def join(*, company: Company, person: User) -> Company:
    """Take a seat, or take it again. PlayingError when it is over, full, or the scene is
    not for this person."""
    if why := plays.why_closed(company.play, person):
        raise PlayingError(why, code="closed")
    if not plays.is_on_stage(company.play.scene, person):
        raise PlayingError("This scene is not on stage now.", code="closed")
    if selectors.sits_with_others_apart(company, person):
        raise PlayingError("This company is not open to you.", code="closed")
    with transaction.atomic():
        row = _locked(company)
        seat = CompanySeat.objects.filter(company=row, person=person).first()
        if seat is not None and seat.barred:
            raise PlayingError("The host sent you away from here.", code="barred")
        if seat is None or seat.left is not None:
            taken = CompanySeat.objects.filter(company=row, left=None).count()
            if taken >= settings.COMPANY_SEATS:
                raise PlayingError(
                    f"{taken} people play here, and no more fit.", code="full"
                )
            CompanySeat.objects.update_or_create(
                company=row,
                person=person,
                defaults={"left": None, "joined": timezone.now()},
            )
            _tell_people(row)
    return company


def leave(*, company: Company, person: User) -> None:
    """The seat and its vote are empty; when the host leaves, it is over for all."""
    if person.pk == company.host_id:
        end(company=company, why="The host has left, so the company is over.")
        return
    _empty(company, person, barred=False)


def send_away(*, company: Company, host: User, handle: str) -> None:
    """For the host: this person leaves and does not come back."""
    _require_host(company, host, "send somebody away")
    seat = company.seats.filter(person__username=handle).select_related("person")
    found = seat.first()
    if found is None or found.person_id == host.pk:
        raise PlayingError("Nobody of that name sits here.", code="nobody")
    _empty(company, found.person, barred=True)


@transaction.atomic
def end(*, company: Company, why: str = "The company is over.") -> None:
    closed = Company.objects.filter(pk=company.pk, open=True)
    if closed.update(open=False, closes=None):
        CompanyVote.objects.filter(seat__company=company).delete()
        news.tell_soon(company.key, "closed", why=why)


def end_as_host(*, company: Company, host: User) -> None:
    _require_host(company, host, "end it")
    end(company=company, why="The host has ended it.")


@transaction.atomic
def see(*, company_id: int, person_id: int, here: bool = True) -> bool:
    """A page of this person is open, or was closed; False: they have no seat any more."""
    seats = CompanySeat.objects.select_related("company").filter(
        company_id=company_id, person_id=person_id, left=None, company__open=True
    )
    seat = seats.first()
    if seat is None:
        return False
    was = selectors.is_here(seat)
    seat.seen = timezone.now() if here else None
    seat.save(update_fields=["seen"])
    if was != here:
        _tell_people(seat.company)
    return True


def vote(*, company: Company, person: User, at: int, choice: str) -> None:
    """For one of the open choices; a second vote takes the place of the first.

    `at`: events in the log where it is given; PlayingError ``moved`` when the play is
    elsewhere by now.
    """
    with transaction.atomic():
        row = _locked(company)
        play = _play(row)
        seat = CompanySeat.objects.filter(company=row, person=person, left=None).first()
        if seat is None:
            raise PlayingError("You have no seat here.", code="nobody")
        if at != selectors.place_of(play):
            raise PlayingError(
                "The play has moved on since. Choose among what is open now.",
                code="moved",
                extra={"at": selectors.place_of(play)},
            )
        if choice not in selectors.open_choices(play):
            raise PlayingError(
                "That cannot be chosen here.", code="no-choice", field="choice"
            )
        CompanyVote.objects.update_or_create(
            seat=seat, defaults={"at": at, "choice": choice}
        )
        if row.closes is None:
            row.closes = timezone.now() + timedelta(seconds=row.seconds)
            row.save(update_fields=["closes"])
        if _everybody_voted(row, at):
            _count(row, play, "all")
        else:
            _tell_votes(row)


def count_now(*, company: Company, host: User) -> None:
    """For the host: count what is there, and go on."""
    _require_host(company, host, "end a vote")
    with transaction.atomic():
        row = _locked(company)
        _count(row, _play(row), "host")


def count_due(*, key: str) -> bool:
    """Count a vote whose time is over; False when there is none. Whoever notices calls
    it: the first one counts."""
    with transaction.atomic():
        row = Company.objects.select_for_update().filter(key=key, open=True).first()
        if row is None or row.closes is None or row.closes > timezone.now():
            return False
        _count(row, _play(row), "time")
    return True


@transaction.atomic
def follow(*, play: Play, events: Sequence[Any]) -> None:
    """The play was saved: its company stands there too, and votes begin anew.

    `events`: the last ones of its log; those before them are as they were.
    """
    company = Company.objects.filter(play=play, open=True).first()
    if company is None:
        return
    at = selectors.place_of(play)
    votes = CompanyVote.objects.filter(seat__company=company)
    votes.exclude(at=at).delete()
    if not votes.exists():
        Company.objects.filter(pk=company.pk).update(closes=None)
    told = list(events) if len(events) <= MOST_EVENTS else None
    news.tell_soon(
        company.key,
        "moved",
        rev=play.rev,
        at=at,
        since=at - len(events),
        events=told,
        state=play.snapshot["position"]["state"],
        ending=play.ending,
    )


def overheard(*, play: Play, turn: ImprovTurn) -> None:
    """What was improvised is heard by the company, as text."""
    company = Company.objects.filter(play=play, open=True).first()
    if company is not None:
        news.tell_soon(
            company.key,
            "improvised",
            at=turn.at,
            state=turn.state,
            beat=turn.beat,
            heard=turn.heard,
            text=turn.said,
            emotion=turn.emotion,
            done=turn.last,
        )


@transaction.atomic
def part(*, person: User, whom: User) -> None:
    """Neither sits in a company that the other hosts."""
    for host, guest in ((person, whom), (whom, person)):
        for seat in CompanySeat.objects.filter(
            person=guest, left=None, company__host=host, company__open=True
        ).select_related("company"):
            _empty(seat.company, guest, barred=False)


@transaction.atomic
def forget_person(*, person: User) -> None:
    """A leaving person's companies end, and their seats elsewhere are empty."""
    for company in Company.objects.filter(host=person, open=True):
        end(company=company, why="The host has left, so the company is over.")
    Company.objects.filter(host=person).delete()
    for seat in CompanySeat.objects.filter(person=person).select_related("company"):
        news.tell_soon(seat.company.key, "people", gone=person.pk)
        seat.delete()


def sweep(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """End companies in which nobody was seen for hours, and whose play was deleted."""
    since = timezone.now() - IDLE
    idle = Company.objects.filter(open=True, created__lt=since).exclude(
        seats__seen__gte=since
    )
    gone = Company.objects.filter(open=True, play__removed__isnull=False)
    ended = {*idle, *gone}
    for company in ended:
        end(company=company)
    return {"companies ended": len(ended)}


def _count(row: Company, play: Play, by: By) -> None:
    """Choose for the company, in its own transaction; its row is locked."""
    at = selectors.place_of(play)
    votes = list(
        CompanyVote.objects.filter(seat__company=row, seat__left=None, at=at)
        .select_related("seat")
        .order_by("pk")
    )
    order = selectors.open_choices(play)
    able = [vote for vote in votes if vote.choice in order]
    if not able:
        Company.objects.filter(pk=row.pk).update(closes=None)
        if by == "host":
            raise PlayingError(
                "Nobody has voted yet, so there is nothing to count.", code="no-votes"
            )
        return
    if why := plays.why_closed(play):
        end(company=row, why=why)
        return
    tally = Counter(vote.choice for vote in able)
    hosts = {vote.choice for vote in able if vote.seat.person_id == row.host_id}
    # The most votes; of as many, the host's own, then what is shown first.
    chosen = max(order, key=lambda one: (tally[one], one in hosts, -order.index(one)))
    # Their place is left either way.
    CompanyVote.objects.filter(seat__company=row).delete()
    Company.objects.filter(pk=row.pk).update(closes=None)
    try:
        played = stored(play).choose(chosen)
    except PlayError as error:
        # The scene goes round in circles there: the host has to lead on.
        news.tell_soon(row.key, "stuck", why=f"This choice leads nowhere: {error}.")
        return
    news.tell_soon(row.key, "counted", at=at, choice=chosen, votes=dict(tally), by=by)
    store(play=play, played=played)


def _everybody_voted(row: Company, at: int) -> bool:
    seats = CompanySeat.objects.filter(company=row, left=None).select_related("vote")
    there = [seat for seat in seats if selectors.is_here(seat)]
    return bool(there) and all(selectors.has_voted(seat, at) for seat in there)


def _empty(company: Company, person: User, *, barred: bool) -> None:
    with transaction.atomic():
        row = _locked(company)
        seats = CompanySeat.objects.filter(company=row, person=person)
        CompanyVote.objects.filter(seat__in=seats).delete()
        seats.update(left=timezone.now(), seen=None, barred=barred)
        _tell_people(row, gone=person.pk)
        _tell_votes(row)


def _locked(company: Company) -> Company:
    row = Company.objects.select_for_update().filter(pk=company.pk, open=True).first()
    if row is None:
        raise PlayingError("This company is over.", code="over")
    return row


def _play(row: Company) -> Play:
    """As it is now, and as long as this transaction runs."""
    locked = Play.objects.select_for_update(of=("self",))
    return locked.select_related(
        "person", "scene__owner", "scene__version", "version"
    ).get(pk=row.play_id)


def _require_host(company: Company, person: User, what: str) -> None:
    if company.host_id != person.pk:
        raise PlayingError(f"Only the host can {what}.", code="not-host")


def _seconds(seconds: int | None) -> int:
    if seconds is None:
        return Company._meta.get_field("seconds").get_default()  # type: ignore[no-any-return]
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise PlayingError(
            f"A vote takes {LEAST_SECONDS} to {MOST_SECONDS} seconds.",
            code="seconds",
            field="seconds",
        )
    return seconds


def _tell_people(row: Company, gone: int | None = None) -> None:
    fresh = selectors.companies().get(pk=row.pk)
    news.tell_soon(row.key, "people", gone=gone, people=selectors.people_in(fresh))


def _tell_votes(row: Company) -> None:
    fresh = selectors.companies().get(pk=row.pk)
    news.tell_soon(row.key, "votes", **selectors.standing_of(fresh))
