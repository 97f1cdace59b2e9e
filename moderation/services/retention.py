"""What cases keep, and for how long: as long as somebody may still appeal, and a month."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from moderation import log
from moderation.models import AppealMessage, Approval, Case, Note, Report, Statement
from moderation.services.reports import case_subject

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

KEPT = timedelta(days=215)
"""After the last decision: six months for an appeal, and a month for what is late."""

STRANGER = "erased"
"""Instead of a network's digest: that there was one is counted."""

HOUR = 3600
MOST = 200
"""Cases in one round; the next round takes more."""


def sweep_hourly(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001 - see reconcile
    """`sweep`, however often it is asked for, once an hour."""
    if not cache.add("moderation.retention", True, HOUR):
        return {"emptied": 0}
    return {"emptied": sweep()}


def sweep(*, now: dt.datetime | None = None) -> int:
    """Empty cases that nobody can do anything about any more; how many those were.

    Words, pictures' names, notes, messages and the contacts of strangers go. What was
    decided, by which rule and when stays countable, and so does the log, which says of
    each case that it was emptied. Words that were refused as long ago go as well.
    """
    now = now or timezone.now()
    over = list(_over(now)[:MOST])
    for case in over:
        _empty(case)
    refused = Approval.objects.filter(
        state=Approval.State.REFUSED, decided__lt=now - KEPT
    )
    refused.exclude(content={}).update(content={})
    return len(over)


def _over(now: dt.datetime) -> QuerySet[Case]:
    resting = Case.objects.filter(
        state__in=[Case.State.DECIDED, Case.State.CLOSED],
        state_changed__lt=now - KEPT,
    )
    return resting.exclude(snapshot={}, media=[]).order_by("pk")


@transaction.atomic
def _empty(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(
        title=f"{case.kind}, long ago", snapshot={}, media=[], detection={}
    )
    reports = Report.objects.filter(case=case)
    reports.exclude(source="").update(source=STRANGER)
    reports.update(note="", snapshot={}, media=[], contact={})
    Note.objects.filter(case=case).delete()
    statements = Statement.objects.filter(decision__case=case)
    AppealMessage.objects.filter(appeal__statement__in=statements).delete()
    log.record(None, "case.empty", case_subject(case), {"case": case.key})
