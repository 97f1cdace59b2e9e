"""What may not come back: worked out from what stands, whatever happened before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from moderation import lookalikes, rules
from moderation.models import Blocked, Case, Decision, Measure

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEPT_AWAY = (Measure.REMOVE, Measure.HIDE, Measure.BAN)
"""Measures after which a thing is out of sight."""

MOST_AT_ONCE = 50
"""In one round of `reconcile`."""


def is_about_content(decision: Decision) -> bool:
    """Whether the picture itself is forbidden, in anybody's hands: what an intimate
    picture shows, and what `rules.CONTENT` names. Else its author's use of it was."""
    ncii = decision.case.lane == Case.Lane.NCII
    return ncii or decision.rule in rules.CONTENT


def must_stay_away(kind: str, key: str) -> bool:
    """Whether copies of this thing are refused: as long as a request about an intimate
    picture is undecided, and as long as such a decision stands."""
    cases = Case.objects.of_subject(kind, key)
    waiting = cases.filter(lane=Case.Lane.NCII, held=True, state__in=Case.UNDECIDED)
    return waiting.exists() or _standing(cases).exists()


def keep_away(*, kind: str, key: str) -> None:
    """Bring the block lists to what stands, once this transaction is committed.

    That it is due is written with the decision, so that a process that dies, or a file
    that cannot be read just then, delays it and does not undo it.
    """
    due, _ = Blocked.objects.get_or_create(kind=kind, subject_key=key)
    Blocked.objects.filter(pk=due.pk).update(due=True)
    transaction.on_commit(partial(_bring, kind, key), robust=True)


def bring_due(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """What ``manage.py reconcile`` calls: what is due still."""
    due = Blocked.objects.filter(due=True).order_by("pk")[:MOST_AT_ONCE]
    for row in due:
        _bring(row.kind, row.subject_key)
    return {"blocked": len(due)}


def _bring(kind: str, key: str) -> None:
    if not lookalikes.block(kind, key, blocked=must_stay_away(kind, key)):
        return
    # Those who know the thing have written what they know it by, or taken it away; what
    # nobody knows by its looks needs no row.
    rest = Blocked.objects.filter(kind=kind, subject_key=key, due=True)
    rest.filter(pictures=b"", frames=b"", sound=b"", payloads=[]).delete()
    rest.update(due=False)


def _standing(cases: QuerySet[Case]) -> QuerySet[Decision]:
    about = Q(case__lane=Case.Lane.NCII) | Q(rule__in=rules.CONTENT)
    return Decision.objects.standing().filter(
        about, case__in=cases, measure__in=KEPT_AWAY
    )
