"""What may not come back: worked out from what stands, whatever happened before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from moderation import lookalikes, rules
from moderation.models import Case, Decision, Measure

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEPT_AWAY = (Measure.REMOVE, Measure.HIDE, Measure.BAN)
"""Measures after which a thing is out of sight."""


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
    """Bring the block lists to what stands, once this transaction is committed."""
    transaction.on_commit(partial(_bring, kind, key), robust=True)


def _bring(kind: str, key: str) -> None:
    lookalikes.block(kind, key, blocked=must_stay_away(kind, key))


def _standing(cases: QuerySet[Case]) -> QuerySet[Decision]:
    about = Q(case__lane=Case.Lane.NCII) | Q(rule__in=rules.CONTENT)
    return Decision.objects.standing().filter(
        about, case__in=cases, measure__in=KEPT_AWAY
    )
