"""What moderators leave on the desk: notes for each other, and how much they saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from moderation import log, roles, rules
from moderation.errors import ModerationError
from moderation.models import Exposure, Note
from moderation.services.reports import case_subject

if TYPE_CHECKING:
    from moderation.models import Case
    from socialapp.accounts.models import User

SEVERE = 4
"""Severity from which a look counts as a hard one."""


def add_note(*, case: Case, moderator: User, text: str) -> Note:
    """A note for other moderators."""
    roles.require(moderator, roles.WORK, case_subject(case))
    words = text.strip()
    if not words:
        raise ModerationError("Write a few words first.")
    with transaction.atomic():
        note = Note.objects.create(case=case, moderator=moderator, text=words[:2000])
        log.record(moderator, "case.note", case_subject(case), {"case": case.key})
    return note


@transaction.atomic
def note_exposure(*, case: Case, moderator: User, revealed: bool) -> Exposure:
    """Count a case page opened, or something on it unblurred; today's count so far."""
    severe = bool(case.category and rules.BY_CATEGORY[case.category].severity >= SEVERE)
    today, _ = Exposure.objects.get_or_create(
        moderator=moderator, day=timezone.localdate()
    )
    more = (
        {"revealed": F("revealed") + 1, "severe": F("severe") + int(severe)}
        if revealed
        else {"cases": F("cases") + 1}
    )
    Exposure.objects.filter(pk=today.pk).update(**more)
    today.refresh_from_db()
    return today
