"""What a person may know of the cases that are about them, or that they began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.models import Appeal, Case, Report, Statement

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from socialapp.accounts.models import User


def statements_of(user: User) -> QuerySet[Statement]:
    """Decisions about this person, the newest first, with what each page shows."""
    return (
        Statement.objects.filter(recipient=user)
        .select_related("decision__case", "appeal")
        .order_by("-created", "-pk")
    )


def statement_for(user: User, puid: str) -> Statement:
    """Statement.DoesNotExist for everybody but the person concerned."""
    return statements_of(user).get(puid=puid)


def held_of(user: User) -> QuerySet[Case]:
    """What of theirs is hidden while somebody looks at it: nothing is decided yet."""
    return Case.objects.filter(author=user, held=True, state__in=Case.UNDECIDED)


def reports_of(user: User) -> QuerySet[Report]:
    """What this person reported, the newest first."""
    return (
        Report.objects.filter(reporter=user)
        .select_related("case")
        .order_by("-created", "-pk")
    )


def why_not_erased(user: User) -> str:
    """What about this person still has to be decided; empty: nothing."""
    undecided = [*Case.UNDECIDED, Case.State.APPEALED]
    if Case.objects.filter(author=user, state__in=undecided).exists():
        return "Something of theirs is being reviewed."
    if Appeal.objects.filter(appellant=user, state__in=Appeal.UNDECIDED).exists():
        return "An appeal of theirs is open."
    if Report.objects.filter(reporter=user, case__state__in=undecided).exists():
        return "Something that they reported is being reviewed."
    return ""


def appeal_of(statement: Statement) -> Appeal | None:
    """Each decision is appealed once."""
    return getattr(statement, "appeal", None)


def may_appeal(statement: Statement, *, now: dt.datetime) -> bool:
    """Whether the form is shown; the service decides."""
    decision = statement.decision
    return (
        appeal_of(statement) is None
        and decision.answers_id is None
        and decision.undone is None
        and statement.open_at(now)
    )
