"""What moderation does when something happens below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation import lookalikes
from moderation.models import Case, Measure
from moderation.services.forgetting import forget_person
from moderation.signals import case_decided
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from moderation.models import Decision
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="moderation.forget_with_person")
def forget_with_person(*, user: User, **_: Any) -> None:
    forget_person(user=user)


@receiver(case_decided, dispatch_uid="moderation.keep_copies_away")
def keep_copies_away(*, case: Case, decision: Decision, **_: Any) -> None:
    """What was taken down for good may not come back; what was not may."""
    if case.lane == Case.Lane.NCII:
        lookalikes.block(
            case.kind,
            case.subject_key,
            blocked=decision.measure == Measure.REMOVE,
        )
