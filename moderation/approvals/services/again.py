"""Looking again: at what nothing could look at, and at what was left half done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from moderation.approvals.facets import Facet
from moderation.approvals.messages import doubt_about
from moderation.approvals.services import asking
from moderation.models import Approval, ApprovalState, Case
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError
from socialapp.jobs.queue import enqueue

if TYPE_CHECKING:
    from moderation.screening.verdicts import Finding

JOB = "moderation.jobs.check_words_again"

FIRST_PAUSE = timedelta(seconds=30)
"""Before a second try; doubled before each further one, up to LONGEST_PAUSE."""

LONGEST_PAUSE = timedelta(minutes=10)
SETTLING = timedelta(minutes=1)
"""After which a decision that nobody heard of is told again."""

MOST_AT_ONCE = 20


def recheck(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """Ask for another look at what nothing could look at, and finish what a worker or a
    page left half done: cases, decisions, news."""
    now = timezone.now()
    due = Approval.objects.waiting().filter(unchecked=True, next_try__lte=now)
    asked = 0
    for row in due.order_by("next_try")[:MOST_AT_ONCE]:
        pause = min(FIRST_PAUSE * 2 ** min(row.tries, 8), LONGEST_PAUSE)
        # Whoever moves the time asks: two reconcilers do not ask twice.
        asked += Approval.objects.filter(pk=row.pk, next_try=row.next_try).update(
            next_try=now + pause, tries=min(row.tries + 1, 100)
        )
        enqueue(JOB, row.pk)
    return {"words": asked, "words settled": _finish(now)}


def check_again(approval_id: int) -> None:
    """Screen once more what waited because nothing could look."""
    row = Approval.objects.select_related("owner").filter(pk=approval_id).first()
    if row is None or not row.pending or not row.unchecked:
        return
    facet = Facet.from_json(row.facet, row.content)
    try:
        verdicts = asking.screened(row.kind, row.subject_key, facet, row.owner)
    except ScreeningUnavailableError:
        return
    except TextRefusedError as refused:
        _after_look(row, ApprovalState.REFUSED, why=refused.message)
        return
    doubts = [f for _, v in verdicts if v.action == "review" for f in v.deciding]
    version = verdicts[0][1].version if verdicts else ""
    if held := asking.waiting(doubts):
        _after_look(
            row,
            ApprovalState.PENDING,
            why=doubt_about(held[0].category),
            findings=doubts,
            version=version,
        )
        return
    _after_look(row, ApprovalState.APPROVED, findings=doubts, version=version)


def _after_look(
    row: Approval,
    state: str,
    *,
    why: str = "",
    findings: list[Finding] | None = None,
    version: str = "",
) -> None:
    with transaction.atomic():
        fresh = Approval.objects.select_for_update().get(pk=row.pk)
        if not fresh.pending or not fresh.unchecked:
            return
        fresh.findings = [found.to_json() for found in findings or []]
        fresh.version = version[:120] or fresh.version
        asking.settle(fresh, state, why=why)
        if fresh.findings:
            asking.queue(fresh)


def _finish(now: Any) -> int:
    """Tell again, open cases that are missing, carry out decisions that got lost."""
    done = 0
    old = now - SETTLING
    for pk in Approval.objects.filter(
        Q(decided__lt=old) | Q(decided__isnull=True), told=False
    ).values_list("pk", flat=True)[:MOST_AT_ONCE]:
        asking.tell(pk)
        done += 1
    cases = Case.objects.filter(kind=asking.KIND, subject_key=OuterRef("key"))
    undecided = Exists(cases.filter(state__in=Case.UNDECIDED))
    stuck = Approval.objects.waiting().filter(~undecided, unchecked=False)
    for row in stuck.filter(asked__lt=old).exclude(findings=[])[:MOST_AT_ONCE]:
        done += _pick_up(row)
    undone = Approval.objects.filter(
        undecided, decided__lt=old, decided_by__isnull=False
    )
    for row in undone[:MOST_AT_ONCE]:
        asking.reopen(approval=row)
        done += 1
    return done


def _pick_up(row: Approval) -> int:
    """Words that wait without an open case: it was decided, or never opened."""
    case = (
        Case.objects.of_subject(asking.KIND, row.key).order_by("-opened", "-pk").first()
    )
    decision = case and case.decisions.standing().order_by("-created", "-pk").first()
    if case and decision:
        asking.apply_case(case=case, decision=decision)
        return 1
    if case is None:
        asking.queue(row)
        return 1
    return 0
