"""Who is told what, by mail at commit and in their notices. Nobody's identity is told to
the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from moderation import receipts, rules
from moderation.models import Measure
from socialapp.lib import mail
from socialapp.notices import services as news
from socialapp.notices.models import Notice

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


CAME_OF_IT = {
    "upheld": "You were right: everything is as it was before the decision.",
    "partly": "You were partly right: a milder decision replaces the first one.",
    "rejected": "The decision stands.",
}
"""State of an appeal to what its author reads."""

LONGEST_TITLE = 80
"""In a notice, whose first sentence has 160 characters."""


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
    _tell_author(
        case,
        about=f"case:{case.key}:held",
        lead=f"“{_short(case.title)}” waits until a person has looked.",
        words="Others do not see it until then. You are told what comes of it.",
    )


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
        _tell_decision(decision)
    elif case.lane == case.Lane.SCREENING:
        _to_author(case.author, "cleared", case=case)
        _tell_author(
            case,
            about=f"case:{case.key}:cleared:{decision.pk}",
            lead=f"“{_short(case.title)}” was looked at and stays.",
            words="Nothing else happens.",
        )
    for report in case.reports.filter(told__isnull=True).select_related("reporter"):
        limited = decision.measure != Measure.NONE
        _to_reporter(report, limited=limited)
        _tell_reporter(report, limited=limited)
    case.reports.filter(told__isnull=True).update(told=timezone.now())


def undone(decision: Decision) -> None:
    if decision.restricting:
        _to_author(decision.case.author, "undone", case=decision.case)
        _tell_author(
            decision.case,
            about=f"decision:{decision.pk}:undone",
            lead=f"The decision about “{_short(decision.case.title)}” was undone.",
            words="Everything is as it was before it.",
        )


def appeal_opened(appeal: Appeal) -> None:
    _about_appeal(appeal, "appeal-received")


def question(appeal: Appeal) -> None:
    _about_appeal(appeal, "appeal-question")
    words = "Whoever reads it asks you something."
    if appeal.answer_by:
        words += f" Please answer by {appeal.answer_by:%-d %B %Y}."
    asked = appeal.messages.count()
    _tell_appeal(appeal, about=f"question:{asked}", words=words, action="Answer")


def appeal_decided(appeal: Appeal) -> None:
    _about_appeal(appeal, "appeal-decided")
    _tell_appeal(
        appeal,
        about="decided",
        words=CAME_OF_IT.get(appeal.state, "It is decided."),
        action="Read",
    )


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


def _tell_reporter(report: Report, *, limited: bool) -> None:
    """Who reported it reads what came of it, and nothing of the other side."""
    if report.reporter is None:
        return
    news.notify(
        people=[report.reporter],
        kind=Notice.Kind.REPORT_DECIDED,
        about=f"report:{report.key}",
        lead=f"Your report of “{_short(report.case.title)}” was decided.",
        words=(
            "We limited what you reported. Thank you for telling us."
            if limited
            else "It does not break our rules, so it stays. You can hide its creator."
        ),
        url=reverse("cases"),
        action="Look",
    )


def _tell_decision(decision: Decision) -> None:
    statement = getattr(decision, "statement", None)
    _tell_author(
        decision.case,
        about=f"decision:{decision.pk}",
        lead=f"{DONE[Measure(decision.measure)]}: “{_short(decision.case.title)}”.",
        words=(
            f"You can appeal until {statement.appeal_until:%-d %B %Y}, at no cost."
            if statement
            else ""
        ),
        url=statement.get_absolute_url() if statement else "",
    )


def _tell_author(
    case: Case, *, about: str, lead: str, words: str, url: str = ""
) -> None:
    if case.author is not None:
        news.notify(
            people=[case.author],
            kind=Notice.Kind.CASE_DECIDED,
            about=about,
            lead=lead,
            words=words,
            url=url or reverse("cases"),
            action="Read why" if url else "Look",
        )


def _tell_appeal(appeal: Appeal, *, about: str, words: str, action: str) -> None:
    if appeal.appellant is not None:
        title = _short(appeal.statement.decision.case.title)
        news.notify(
            people=[appeal.appellant],
            kind=Notice.Kind.APPEAL_ANSWERED,
            about=f"appeal:{appeal.pk}:{about}",
            lead=f"Your appeal about “{title}” has a reply.",
            words=words,
            url=appeal.statement.get_absolute_url(),
            action=action,
        )


def _short(title: str) -> str:
    if len(title) <= LONGEST_TITLE:
        return title
    return f"{title[: LONGEST_TITLE - 1]}…"


def _to_author(author: User | None, template: str, **context: object) -> None:
    """People who closed their account have no address any more."""
    if author and author.is_active:
        mail.send(to=author.email, template=template, **context)
