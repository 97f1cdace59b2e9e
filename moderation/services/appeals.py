"""Appeals: opened by who was limited, decided by somebody who did not decide first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from moderation import log, roles, rules
from moderation.errors import AppealError, ModerationError, NotNowError
from moderation.models import (
    RESTRICTING,
    Appeal,
    AppealMessage,
    Case,
    Measure,
)
from moderation.services import claims, notices
from moderation.services.decisions import SHORTEST_REASON, carry_out, lift
from moderation.services.reports import case_subject

if TYPE_CHECKING:
    from moderation.models import Statement
    from socialapp.accounts.models import User

MESSAGE_LENGTH = 2000
ANSWER_DAYS = 7
"""How long a moderator's question waits; the appeal is decided without an answer too."""


def appeal_decision(*, statement: Statement, appellant: User, text: str) -> Appeal:
    """Open the appeal against a decision. AppealError says why there can be none."""
    words = _words(text)
    if statement.recipient_id != appellant.pk:
        raise AppealError("Only the person whom a decision limits can appeal it.")
    if statement.decision.answers_id:
        raise AppealError(
            "This decision answered an appeal already: two people looked at it, and"
            " here it ends. You can still go to an out-of-court body or to a court."
        )
    if statement.decision.undone:
        raise AppealError("This decision was taken back, so nothing is left to appeal.")
    if not statement.open_at(timezone.now()):
        raise AppealError(
            f"Appeals were open until {statement.appeal_until:%d %B %Y}. You can still"
            " go to an out-of-court body or to a court."
        )
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=statement.decision.case_id)
        try:
            with transaction.atomic():
                appeal = Appeal.objects.create(
                    statement=statement,
                    appellant=appellant,
                    first_moderator=statement.decision.moderator,
                )
        except IntegrityError:
            raise AppealError(
                "You appealed this decision already. Its page shows where that stands."
            ) from None
        _say(appeal, AppealMessage.Side.PERSON, appellant, words)
        if case.state in {Case.State.DECIDED, Case.State.CLOSED}:
            case.move(Case.State.APPEALED, claimed_by=None, claimed_until=None)
        _log(appellant, "appeal.open", appeal)
        notices.appeal_opened(appeal)
    return appeal


def ask_appellant(*, appeal: Appeal, moderator: User, text: str) -> Appeal:
    """Put a question to the appellant, who has a week to answer."""
    words = _words(text)
    _check_second(appeal, moderator)
    with transaction.atomic():
        fresh = _undecided(appeal)
        _say(fresh, AppealMessage.Side.MODERATOR, moderator, words)
        fresh.state = Appeal.State.ASKED
        fresh.answer_by = timezone.now() + timedelta(days=ANSWER_DAYS)
        fresh.save(update_fields=["state", "answer_by"])
        _log(moderator, "appeal.ask", fresh)
        notices.question(fresh)
    return fresh


def answer_appeal(*, appeal: Appeal, appellant: User, text: str) -> Appeal:
    """What the appellant answers, or adds, while nobody decided yet."""
    words = _words(text)
    with transaction.atomic():
        fresh = _undecided(appeal)
        if fresh.appellant_id != appellant.pk:
            raise AppealError("Only the person who appealed can answer here.")
        _say(fresh, AppealMessage.Side.PERSON, appellant, words)
        fresh.state = Appeal.State.OPEN
        fresh.answer_by = None
        fresh.save(update_fields=["state", "answer_by"])
        _log(appellant, "appeal.answer", fresh)
    return fresh


def withdraw_appeal(*, appeal: Appeal, appellant: User) -> Appeal:
    """The decision stands, and the appeal is over."""
    with transaction.atomic():
        fresh = _undecided(appeal)
        if fresh.appellant_id != appellant.pk:
            raise AppealError("Only the person who appealed can withdraw it.")
        fresh.state = Appeal.State.WITHDRAWN
        fresh.decided = timezone.now()
        fresh.save(update_fields=["state", "decided"])
        _log(appellant, "appeal.withdraw", fresh)
        _back_to_decided(fresh)
    return fresh


def decide_appeal(
    *,
    appeal: Appeal,
    moderator: User,
    outcome: str,
    reason: str,
    measure: str = "",
    rule: str = "",
    label: str = "",
) -> Appeal:
    """Decide an appeal: ``upheld`` restores everything, ``rejected`` leaves it, and
    ``partly`` restores it under a milder `measure`.

    NotAllowedError for the first moderator; ModerationError with what is missing.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise ModerationError("Tell the appellant why you decide so.")
    first = appeal.statement.decision
    if outcome == Appeal.State.PARTLY:
        rule = rule or first.rule
        if measure not in RESTRICTING | {Measure.WARN} or measure == first.measure:
            raise ModerationError("Choose the milder measure that takes its place.")
        if measure == Measure.LABEL and not label.strip():
            raise ModerationError("Write what the label says.")
        rules.rule_of(rule)
    elif outcome not in {Appeal.State.UPHELD, Appeal.State.REJECTED}:
        raise ModerationError("Grant the appeal, grant it partly, or reject it.")
    _check_second(appeal, moderator)
    if outcome == Appeal.State.PARTLY and measure == Measure.LABEL:
        roles.require(moderator, roles.LABEL, case_subject(first.case))
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=first.case_id)
        claims.must_be_free(case, moderator)
        fresh = _undecided(appeal)
        fresh.state = outcome
        fresh.decided_by = moderator
        fresh.decided = timezone.now()
        fresh.reason = reason.strip()[:MESSAGE_LENGTH]
        fresh.save(update_fields=["state", "decided_by", "decided", "reason"])
        if outcome != Appeal.State.REJECTED:
            first.refresh_from_db()
            if not first.undone:
                lift(first, moderator)
            carry_out(
                case=case,
                moderator=moderator,
                measure=measure if outcome == Appeal.State.PARTLY else Measure.RESTORE,
                rule=rule if outcome == Appeal.State.PARTLY else "",
                reason=reason,
                label=label,
                answers=fresh,
            )
        _log(moderator, "appeal.decide", fresh, outcome=str(outcome))
        _back_to_decided(fresh)
        notices.appeal_decided(fresh)
    appeal.refresh_from_db()
    return fresh


def _check_second(appeal: Appeal, moderator: User) -> None:
    subject = case_subject(appeal.statement.decision.case)
    roles.require(moderator, roles.APPEALS, subject)
    if appeal.first_moderator_id == moderator.pk:
        roles.refuse(
            moderator,
            subject,
            "You decided this case, so somebody else decides the appeal.",
            appeal=appeal.key,
        )
    if appeal.appellant_id == moderator.pk:
        roles.refuse(
            moderator,
            subject,
            "This appeal is yours, so somebody else decides it.",
            appeal=appeal.key,
        )


def _undecided(appeal: Appeal) -> Appeal:
    """The row, locked; NotNowError once it is decided."""
    fresh = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if not fresh.undecided:
        raise NotNowError("This appeal is decided already.")
    return fresh


def _back_to_decided(appeal: Appeal) -> None:
    """The case rests again once none of its appeals waits."""
    case = Case.objects.get(pk=appeal.statement.decision.case_id)
    waiting = Appeal.objects.filter(
        statement__decision__case=case, state__in=Appeal.UNDECIDED
    )
    if case.state == Case.State.APPEALED and not waiting.exists():
        case.move(Case.State.DECIDED, claimed_by=None, claimed_until=None)


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise ModerationError("Write a few words first.")
    if len(words) > MESSAGE_LENGTH:
        raise ModerationError(
            f"This has {len(words)} characters and {MESSAGE_LENGTH} fit. Shorten it."
        )
    return words


def _say(appeal: Appeal, side: str, writer: User, text: str) -> None:
    AppealMessage.objects.create(appeal=appeal, side=side, writer=writer, text=text)


def _log(actor: User, action: str, appeal: Appeal, **data: str) -> None:
    case = appeal.statement.decision.case
    log.record(
        actor,
        action,
        case_subject(case),
        {"case": case.key, "appeal": appeal.key, **data},
    )
