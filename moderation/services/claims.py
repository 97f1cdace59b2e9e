"""Who works on a case: claims are short, and end by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from moderation import log, roles
from moderation.errors import NotNowError, TakenError
from moderation.models import Appeal, Case
from moderation.services.reports import case_subject

if TYPE_CHECKING:
    import datetime as dt

    from socialapp.accounts.models import User

CLAIM = timedelta(minutes=20)
"""Long enough to look and decide; whoever goes home blocks nobody for long."""


def claim_case(*, case: Case, moderator: User) -> Case:
    """Take the case for `CLAIM`, or take it for longer. TakenError names who has it;
    NotAllowedError for the first moderator of an appealed case."""
    roles.require(moderator, roles.WORK, case_subject(case))
    must_be_second(case, moderator)
    now = timezone.now()
    free = (
        Q(claimed_by__isnull=True) | Q(claimed_by=moderator) | Q(claimed_until__lte=now)
    )
    with transaction.atomic():
        fresh = Case.objects.select_for_update().get(pk=case.pk)
        mine = Case.objects.open().filter(free, pk=case.pk)
        new = fresh.claimed_by_id != moderator.pk
        state = Case.State.CLAIMED if fresh.state == Case.State.OPEN else fresh.state
        if not mine.update(
            claimed_by=moderator,
            claimed_until=now + CLAIM,
            state=state,
            state_changed=now,
        ):
            raise _refusal(fresh, now)
        if new:
            log.record(moderator, "case.claim", case_subject(case), {"case": case.key})
    case.refresh_from_db()
    return case


def release_case(*, case: Case, moderator: User) -> Case:
    """Give the case back to the queue; nothing happens to somebody else's."""
    with transaction.atomic():
        mine = Case.objects.filter(pk=case.pk, claimed_by=moderator)
        if mine.update(claimed_by=None, claimed_until=None):
            Case.objects.filter(pk=case.pk, state=Case.State.CLAIMED).update(
                state=Case.State.OPEN, state_changed=timezone.now()
            )
            log.record(
                moderator, "case.release", case_subject(case), {"case": case.key}
            )
    case.refresh_from_db()
    return case


@transaction.atomic
def release_expired(*, now: dt.datetime | None = None) -> int:
    """Put claims that ran out back into the queue; how many there were."""
    moment = now or timezone.now()
    over = Case.objects.filter(claimed_until__lte=moment)
    Case.objects.filter(claimed_until__lte=moment, state=Case.State.CLAIMED).update(
        state=Case.State.OPEN, state_changed=moment
    )
    return over.update(claimed_by=None, claimed_until=None)


def must_be_free(case: Case, moderator: User) -> None:
    """TakenError when somebody else's claim holds."""
    now = timezone.now()
    if case.claimed_at(now) and case.claimed_by_id != moderator.pk:
        raise _refusal(case, now)


def must_be_second(case: Case, moderator: User) -> None:
    """NotAllowedError when an open appeal is against this moderator's own decision."""
    if case.state != Case.State.APPEALED:
        return
    own = Appeal.objects.filter(
        statement__decision__case=case,
        state__in=Appeal.UNDECIDED,
        first_moderator=moderator,
    )
    if own.exists():
        roles.refuse(
            moderator,
            case_subject(case),
            "You decided this case, so somebody else decides the appeal.",
            case=case.key,
        )


def _refusal(case: Case, now: dt.datetime) -> TakenError | NotNowError:
    if case.claimed_at(now) and case.claimed_by and case.claimed_until:
        return TakenError(
            f"{case.claimed_by} has this case until {case.claimed_until:%H:%M} UTC."
            " Take another one, or wait."
        )
    return NotNowError("This case is decided already.")
