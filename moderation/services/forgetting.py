"""What moderation keeps of somebody who left: that it happened, and nothing they said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from moderation.models import (
    AppealMessage,
    Case,
    Decision,
    Note,
    Report,
    Standing,
    Statement,
)

if TYPE_CHECKING:
    from socialapp.accounts.models import User

GONE = "Erased with the account."


@transaction.atomic
def forget_person(*, user: User) -> None:
    """Take words and pictures of a person out of their cases.

    Counts, rules, dates and the audit log stay, and name a row without a name.
    """
    theirs = Case.objects.filter(author=user)
    Decision.objects.filter(case__in=theirs).exclude(reason="").update(reason=GONE)
    Note.objects.filter(case__in=theirs).update(text=GONE)
    Report.objects.filter(case__in=theirs).update(snapshot={}, media=[])
    theirs.update(title=GONE, snapshot={}, media=[], detection={})
    statements = Statement.objects.filter(recipient=user)
    statements.update(
        decision_facts=GONE, url="", decision_visibility_other="", source=""
    )
    for field in ("illegal_content_explanation", "incompatible_content_explanation"):
        statements.exclude(**{field: ""}).update(**{field: GONE})
    in_appeals = Q(appeal__appellant=user) | Q(writer=user)
    AppealMessage.objects.filter(in_appeals).update(text=GONE)
    user.appeals.exclude(reason="").update(reason=GONE)
    Report.objects.filter(reporter=user).update(reporter=None, note="", contact={})
    Standing.objects.filter(user=user).update(kept={})
