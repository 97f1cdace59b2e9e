"""What a decision does to its object or its author, and how that is taken back.

Nothing here remembers "how it was before": each state is worked out from the decisions
that stand, so undoing them in any order ends where it would have without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from moderation import subjects
from moderation.errors import NotNowError
from moderation.models import Decision, Measure, Standing
from moderation.services import holds, keeping

if TYPE_CHECKING:
    from moderation.models import Case
    from socialapp.accounts.models import User

WITHHOLDING = {Measure.HIDE: holds.HIDDEN, Measure.REMOVE: holds.REMOVED}
MARKING = frozenset({Measure.LABEL, Measure.AGE_LIMIT, Measure.DEMOTE})
SANCTIONING = frozenset({Measure.SUSPEND, Measure.BAN})


def cause_of(decision: Decision) -> str:
    return f"decision:{decision.key}"


def possible(case: Case, measure: str) -> str:
    """Why this measure cannot be taken here; empty: it can."""
    subject = subjects.get(case.kind)
    can_mark: dict[str, object] = {
        Measure.LABEL: subject.label,
        Measure.AGE_LIMIT: subject.age_limit,
        Measure.DEMOTE: subject.demote,
    }
    if measure in can_mark and can_mark[measure] is None:
        name = Measure(measure).label.lower()
        return f"“{name}” does not exist for this: {subject.title.lower()}."
    gone = subject.find(case.subject_key) is None
    if gone and (measure in WITHHOLDING or measure in can_mark):
        return "It is gone already. Choose a measure for the account, or leave it."
    if measure in SANCTIONING | {Measure.WARN} and case.author is None:
        return "Nobody is behind this any more, so there is nobody to sanction."
    return ""


@transaction.atomic
def take_effect(decision: Decision) -> None:
    """Do what the decision says; `possible` was asked before."""
    case = decision.case
    if decision.measure in WITHHOLDING:
        holds.withhold(
            kind=case.kind,
            thing=_thing(case),
            level=WITHHOLDING[Measure(decision.measure)],
            cause=cause_of(decision),
            content=keeping.is_about_content(decision),
        )
    elif decision.measure in MARKING:
        _set_marks(case)
    elif decision.measure in SANCTIONING and case.author:
        set_standing(case.author)
        if decision.measure == Measure.BAN:
            _hide_all(case.author, cause_of(decision))


@transaction.atomic
def take_back(decision: Decision) -> None:
    """Lift what the decision did; it must be marked as undone already."""
    holds.release(cause=cause_of(decision))
    if decision.measure in MARKING and subjects.find(
        decision.case.kind, decision.case.subject_key
    ):
        _set_marks(decision.case)
    if decision.measure in SANCTIONING and decision.case.author:
        set_standing(decision.case.author)


def set_standing(user: User) -> None:
    """Bring a person's standing to what the decisions about them say."""
    standing = Decision.objects.standing().filter(case__author=user)
    longest = (
        standing.filter(measure=Measure.SUSPEND, until__gt=timezone.now())
        .order_by("-until")
        .values_list("until", flat=True)
        .first()
    )
    Standing.objects.update_or_create(
        user=user,
        defaults={
            "suspended_until": longest,
            "banned": standing.filter(measure=Measure.BAN).exists(),
        },
    )


def _set_marks(case: Case) -> None:
    subject = subjects.get(case.kind)
    thing = _thing(case)
    standing = Decision.objects.standing().filter(
        case__kind=case.kind, case__subject_key=case.subject_key
    )
    if subject.label:
        newest = standing.filter(measure=Measure.LABEL).order_by("-created", "-pk")
        subject.label(thing, newest.values_list("label", flat=True).first() or "")
    if subject.age_limit:
        subject.age_limit(thing, standing.filter(measure=Measure.AGE_LIMIT).exists())
    if subject.demote:
        subject.demote(thing, standing.filter(measure=Measure.DEMOTE).exists())


def _hide_all(user: User, cause: str) -> None:
    for subject in subjects.kinds():
        for thing in subject.of_author(user) if subject.of_author else ():
            holds.withhold(
                kind=subject.kind, thing=thing, level=holds.HIDDEN, cause=cause
            )


def _thing(case: Case) -> Any:
    thing = subjects.find(case.kind, case.subject_key)
    if thing is None:
        raise NotNowError("It is gone already.")
    return thing
