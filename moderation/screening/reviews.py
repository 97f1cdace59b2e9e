"""Asking a person to look at a refused text, and what that person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from moderation.models import Screening
from moderation.screening.rules import of_category
from moderation.screening.signals import review_asked

if TYPE_CHECKING:
    from socialapp.accounts.models import User


class ReviewError(Exception):
    """A refusal; its text is for the person who asked."""


@transaction.atomic
def ask_for_review(*, screening: int, person: User) -> Screening:
    """Note that its author wants a person to look; asking twice changes nothing.

    Sends ``review_asked`` when the transaction commits: a case is opened from there.
    The row holds the text and the findings. ReviewError for a text of somebody else, one
    that was not refused, one whose words are erased, and one whose rule knows no
    exception.
    """
    row = (
        Screening.objects.select_for_update()
        .filter(pk=screening, person=person)
        .first()
    )
    if row is None or row.action not in {
        Screening.Action.BLOCK,
        Screening.Action.REPLACE,
    }:
        raise ReviewError("There is no refused text of yours to look at.")
    if not row.text:
        raise ReviewError(
            f"Its words were erased after {settings.SCREENING_TEXTS_DAYS} days. Send the"
            " text again; if it is refused again, ask then."
        )
    deciding = [f for f in row.findings if f["action"] == row.action]
    if not all(of_category(f["category"]).appeal for f in deciding):
        raise ReviewError(
            "Nobody can let this through: the rule knows no exception. Change the text."
        )
    if row.review_asked is None:
        row.review_asked = timezone.now()
        row.save(update_fields=["review_asked"])
        transaction.on_commit(
            lambda: review_asked.send_robust(sender=Screening, screening=row),
            robust=True,
        )
    return row


@transaction.atomic
def clear_text(*, screening: Screening, moderator: User) -> Screening:
    """Let exactly this text of its author through from now on. ReviewError for what no
    person may let through."""
    deciding = [f for f in screening.findings if f["action"] == screening.action]
    if not all(of_category(f["category"]).appeal for f in deciding):
        raise ReviewError("The rule of this text knows no exception.")
    screening.cleared = timezone.now()
    screening.cleared_by = moderator
    screening.save(update_fields=["cleared", "cleared_by"])
    return screening
