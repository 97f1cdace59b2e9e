"""What moderation does when something happens below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation import texts
from moderation.approvals import services as approvals
from moderation.models import Measure
from moderation.pictures import profiles
from moderation.screening.reviews import clear_text
from moderation.screening.signals import review_asked
from moderation.services.forgetting import forget_person
from moderation.services.reports import open_case
from moderation.signals import case_decided
from socialapp.accounts.signals import account_closed, picture_changed

if TYPE_CHECKING:
    from moderation.models import Case, Decision, Screening
    from socialapp.accounts.models import User

LEFT_BE = (Measure.NONE, Measure.RESTORE)
"""Measures after which a thing goes on as it is."""


@receiver(account_closed, dispatch_uid="moderation.forget_with_person")
def forget_with_person(*, user: User, **_: Any) -> None:
    forget_person(user=user)
    approvals.forget_owner(owner=user)


@receiver(picture_changed, dispatch_uid="moderation.fingerprint_profile")
def fingerprint_profile(*, user: User, **_: Any) -> None:
    profiles.ask_for_prints(user.pk)


@receiver(review_asked, dispatch_uid="moderation.open_text_case")
def open_text_case(*, screening: Screening, **_: Any) -> None:
    """A refused text whose author thinks otherwise stands in the queue."""
    open_case(
        kind=texts.KIND,
        key=str(screening.pk),
        category=texts.category_of(screening),
        detection={"version": screening.version, "findings": screening.findings},
        hold=False,
    )


@receiver(case_decided, dispatch_uid="moderation.let_text_through")
def let_text_through(*, case: Case, decision: Decision, **_: Any) -> None:
    row = texts.find(case.subject_key) if case.kind == texts.KIND else None
    if row is not None and decision.moderator and decision.measure in LEFT_BE:
        clear_text(screening=row, moderator=decision.moderator)


@receiver(case_decided, dispatch_uid="moderation.decide_words")
def decide_words(*, case: Case, decision: Decision, **_: Any) -> None:
    if case.kind == approvals.KIND:
        approvals.apply_case(case=case, decision=decision)
