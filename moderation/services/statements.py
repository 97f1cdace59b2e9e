"""Writes the statement of reasons of a decision (DSA, Article 17)."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from moderation import dsa, rules, subjects
from moderation.models import Measure, Statement
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    import datetime as dt

    from moderation.models import Decision

APPEAL_MONTHS = 6
"""DSA, Article 20(1)."""


def write_statement(decision: Decision) -> Statement:
    """The statement of a restricting decision; its values are those of `dsa`."""
    case = decision.case
    rule = rules.rule_of(decision.rule)
    subject = subjects.get(case.kind)
    thing = subject.find(case.subject_key)
    measure = Measure(decision.measure)
    illegal = bool(rule.illegal)
    ground: dict[str, Any] = (
        {
            "decision_ground": dsa.GROUND_ILLEGAL,
            "illegal_content_legal_ground": rule.illegal,
            "illegal_content_explanation": rule.text,
        }
        if illegal
        else {"decision_ground": dsa.GROUND_RULES}
    )
    reports = case.reports.all()
    source = dsa.SOURCE_NOTICE if reports else dsa.SOURCE_OWN
    if any(report.trusted for report in reports):
        source = dsa.SOURCE_TRUSTED
    now = timezone.now()
    created = getattr(thing, "created", None) or case.opened
    return Statement.objects.create(
        decision=decision,
        puid=f"TR-{now.year}-{new_key()}",
        schema=dsa.VERSION,
        recipient=case.author,
        decision_visibility=[dsa.VISIBILITY[measure]]
        if measure in dsa.VISIBILITY
        else [],
        decision_provision=dsa.PROVISION.get(measure, ""),
        decision_account=dsa.ACCOUNT.get(measure, ""),
        account_type=dsa.ACCOUNT_PRIVATE,
        incompatible_content_ground=f"{rule.id} {rule.title}",
        incompatible_content_explanation=rule.text,
        incompatible_content_illegal=illegal,
        content_type=list(subject.content_types),
        content_date=created.date(),
        content_language=dsa.LANGUAGE,
        category=dsa.CATEGORY_PREFIX + rule.dsa,
        territorial_scope=dsa.EEA,
        application_date=now,
        end_date=decision.until,
        decision_facts=decision.reason,
        source_type=source,
        automated_detection=bool(case.detection),
        automated_decision=dsa.BY_MACHINE if decision.automated else dsa.BY_PERSON,
        url=settings.SITE_URL.rstrip("/") + subject.url(thing) if thing else "",
        appeal_until=six_months_after(now),
        **ground,
    )


def six_months_after(moment: dt.datetime) -> dt.datetime:
    """The same day six months later, or the last of that month."""
    month = moment.month + APPEAL_MONTHS
    year, month = moment.year + (month - 1) // 12, (month - 1) % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)
