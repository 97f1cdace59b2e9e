"""Who is told what, by mail, at commit. Nobody's identity is told to the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from moderation import receipts, rules
from moderation.models import Measure
from socialapp.lib import mail

if TYPE_CHECKING:
    from moderation.models import Appeal, Case, Decision, Report
    from socialapp.accounts.models import User

DONE = {
    Measure.LABEL: "We put a label on it",
    Measure.AGE_LIMIT: "We show it to adults only",
    Measure.DEMOTE: "We show it less",
    Measure.HIDE: "We hid it from others",
    Measure.REMOVE: "We removed it",
    Measure.WARN: "We leave it, and warn you",
    Measure.SUSPEND: "Your account rests",
    Measure.BAN: "Your account is closed to others and may change nothing",
    Measure.RESTORE: "We put it back",
    Measure.NONE: "We left it as it was",
}
"""Measure to what the author reads."""


def report_received(report: Report) -> None:
    address = report.reporter.email if report.reporter else report.contact.get("email")
    if address:
        mail.send(
            to=address,
            template="report-received",
            title=report.case.title,
            rule=rules.BY_CATEGORY[report.category],
            number=report.key,
        )


def held(case: Case) -> None:
    _to_author(case.author, "held", case=case)


def decided(decision: Decision) -> None:
    """The author learns why and how to appeal, the reporters what came of it."""
    case = decision.case
    if decision.restricting or decision.measure == Measure.WARN:
        _to_author(
            case.author,
            "decided",
            case=case,
            decision=decision,
            done=DONE[Measure(decision.measure)],
            rule=rules.rule_of(decision.rule),
            statement=getattr(decision, "statement", None),
        )
    elif case.lane == case.Lane.SCREENING:
        _to_author(case.author, "cleared", case=case)
    for report in case.reports.filter(told__isnull=True).select_related("reporter"):
        _to_reporter(report, limited=decision.measure != Measure.NONE)
    case.reports.filter(told__isnull=True).update(told=timezone.now())


def undone(decision: Decision) -> None:
    if decision.restricting:
        _to_author(decision.case.author, "undone", case=decision.case)


def appeal_opened(appeal: Appeal) -> None:
    _about_appeal(appeal, "appeal-received")


def question(appeal: Appeal) -> None:
    _about_appeal(appeal, "appeal-question")


def appeal_decided(appeal: Appeal) -> None:
    _about_appeal(appeal, "appeal-decided")


def ncii_received(case: Case, address: str) -> None:
    mail.send(
        to=address,
        template="ncii-received",
        number=case.key,
        due=case.due,
        receipt=receipts.path_of([case]),
    )


def _about_appeal(appeal: Appeal, template: str) -> None:
    _to_author(
        appeal.appellant,
        template,
        appeal=appeal,
        statement=appeal.statement,
        case=appeal.statement.decision.case,
    )


def _to_reporter(report: Report, *, limited: bool) -> None:
    address = report.reporter.email if report.reporter else report.contact.get("email")
    if address:
        mail.send(
            to=address,
            template="report-decided",
            title=report.case.title,
            number=report.key,
            limited=limited,
        )


def _to_author(author: User | None, template: str, **context: object) -> None:
    """People who closed their account have no address any more."""
    if author and author.is_active:
        mail.send(to=author.email, template=template, **context)
