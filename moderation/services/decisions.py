"""Deciding, one case or many at a stroke, and taking a decision back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from moderation import log, lookalikes, roles, rules
from moderation.errors import ModerationError, NotNowError, NotThereError
from moderation.models import RESTRICTING, Appeal, Case, Decision, Measure
from moderation.services import (
    claims,
    holds,
    keeping,
    measures,
    notices,
    reports,
)
from moderation.services.statements import write_statement
from moderation.signals import case_decided
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from moderation.lookalikes import Copy
    from socialapp.accounts.models import User

REASON_LENGTH = 2000
SHORTEST_REASON = 10
"""Characters: "spam" tells an author nothing that the rule does not."""


@dataclass(slots=True)
class Batch:
    """What became of several cases decided at one stroke."""

    key: str
    decisions: list[Decision] = field(default_factory=list)
    refused: list[tuple[Case, str]] = field(default_factory=list)
    """Each with the reason; the others went through."""


def decide_case(
    *,
    case: Case,
    moderator: User | None,
    measure: str,
    rule: str = "",
    reason: str = "",
    template: str = "",
    label: str = "",
    until: dt.datetime | None = None,
    batch: str = "",
) -> Decision:
    """Decide an open case, and do what was decided in the same transaction.

    `moderator` None: the system decided, which the statement says. A restricting measure
    needs `rule` and `reason`; a label its words; `until` ends a suspension. Raises
    NotAllowedError, TakenError, NotNowError, or ModerationError with what is missing.
    """
    _check(measure, rule, reason, label)
    if moderator:
        _check_rights(case, moderator, measure)
    with transaction.atomic():
        fresh = Case.objects.select_for_update().get(pk=case.pk)
        if fresh.state not in Case.UNDECIDED:
            raise NotNowError(
                "This case is decided already. Undo that decision first, or decide its"
                " appeal."
            )
        if moderator:
            claims.must_be_free(fresh, moderator)
        decision = carry_out(
            case=fresh,
            moderator=moderator,
            measure=measure,
            rule=rule,
            reason=reason,
            template=template,
            label=label,
            until=until,
            batch=batch,
        )
        holds.release(cause=f"case:{fresh.key}")
        now = timezone.now()
        fresh.move(
            Case.State.DECIDED if decision.restricting else Case.State.CLOSED,
            held=False,
            decided=fresh.decided or now,
            claimed_by=None,
            claimed_until=None,
        )
        notices.decided(decision)
    case.refresh_from_db()
    return decision


def carry_out(
    *,
    case: Case,
    moderator: User | None,
    measure: str,
    rule: str = "",
    reason: str = "",
    template: str = "",
    label: str = "",
    until: dt.datetime | None = None,
    batch: str = "",
    answers: Appeal | None = None,
) -> Decision:
    """Write a decision, its statement and its row in the log, and let it take effect.

    For `decide_case` and for appeals, inside their transactions. NotNowError when the
    measure is not possible here.
    """
    if problem := measures.possible(case, measure):
        raise NotNowError(problem)
    decision = Decision.objects.create(
        case=case,
        moderator=moderator,
        measure=measure,
        rule=rule,
        rules_version=rules.VERSION,
        reason=reason.strip()[:REASON_LENGTH],
        template=template,
        label=label.strip(),
        until=until,
        automated=moderator is None,
        batch=batch,
        answers=answers,
    )
    if measure in RESTRICTING:
        write_statement(decision)
    measures.take_effect(decision)
    if keeping.is_about_content(decision) or answers is not None:
        # What was taken down for good may not come back; what was not may.
        keeping.keep_away(kind=case.kind, key=case.subject_key)
    log.record(
        moderator,
        "case.decide",
        reports.case_subject(case),
        {
            "case": case.key,
            "decision": decision.key,
            "measure": str(measure),
            "rule": rule,
            "batch": batch,
        },
    )
    transaction.on_commit(
        lambda: case_decided.send_robust(sender=Case, case=case, decision=decision),
        robust=True,
    )
    return decision


def undo_decision(*, decision: Decision, moderator: User) -> Case:
    """Take a decision back as if it had not been made; its case is open again.

    Everybody may undo their own; others' need the right. NotNowError when it was undone
    or appealed against: then the appeal decides.
    """
    subject = reports.case_subject(decision.case)
    own = decision.moderator_id == moderator.pk
    roles.require(moderator, roles.WORK if own else roles.UNDO, subject)
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=decision.case_id)
        fresh = Decision.objects.select_for_update().get(pk=decision.pk)
        if fresh.undone:
            raise NotNowError("This decision was undone already.")
        if (
            fresh.answers_id
            or Appeal.objects.filter(statement__decision=fresh).exists()
        ):
            raise NotNowError(
                "There is an appeal about this decision. Decide that instead."
            )
        lift(fresh, moderator)
        log.record(
            moderator,
            "case.undo",
            subject,
            {"case": case.key, "decision": fresh.key},
        )
        _reopen(case)
        keeping.keep_away(kind=case.kind, key=case.subject_key)
        notices.undone(fresh)
    decision.refresh_from_db()
    return case


def lift(decision: Decision, moderator: User | None) -> None:
    """Mark a decision as undone and take its effects back."""
    decision.undone = timezone.now()
    decision.undone_by = moderator
    decision.save(update_fields=["undone", "undone_by"])
    measures.take_back(decision)


def decide_batch(*, cases: Iterable[Case], moderator: User, **decision: Any) -> Batch:
    """Decide many cases alike. What cannot be decided so is left, with the reason.

    `decision`: the fields of `decide_case`.
    """
    batch = Batch(new_key())
    for case in cases:
        try:
            _decide_in(batch, case, moderator, decision)
        except ModerationError as error:
            batch.refused.append((case, str(error)))
    return batch


def decide_together(
    *, case: Case, copies: Iterable[str], moderator: User, **decision: Any
) -> Batch:
    """Decide a case and copies of its thing at one stroke.

    `copies`: ``kind:key`` of what a finder holds for the same; one without a case gets
    one. `decision`: the fields of `decide_case`. Raises what that raises for the case
    itself, and NotNowError when something chosen is no copy; then nothing is decided.
    """
    known = {
        f"{one.kind}:{one.key}": one
        for one in lookalikes.copies_of(case.kind, case.subject_key)
    }
    chosen = [known.get(mark) for mark in dict.fromkeys(copies)]
    batch = Batch(new_key())
    if None in chosen:
        raise NotNowError("One of these is no copy of it any more. Look again.")
    _decide_in(batch, case, moderator, decision)
    for copy in filter(None, chosen):
        try:
            _decide_in(batch, _case_of_copy(copy, case), moderator, decision)
        except NotThereError:
            continue  # Deleted in this moment: that is as good as decided.
        except ModerationError as error:
            batch.refused.append((case, f"{copy.kind} {copy.key}: {error}"))
    return batch


def _decide_in(
    batch: Batch, case: Case, moderator: User, decision: Mapping[str, Any]
) -> None:
    made = decide_case(case=case, moderator=moderator, batch=batch.key, **decision)
    batch.decisions.append(made)


def _case_of_copy(copy: Copy, case: Case) -> Case:
    waiting = Case.objects.of_subject(copy.kind, copy.key).filter(
        state__in=Case.UNDECIDED
    )
    return waiting.first() or reports.open_case(
        kind=copy.kind,
        key=copy.key,
        category=case.category,
        detection={
            "name": "look-alike",
            "like": reports.case_subject(case),
            "how": copy.how,
            "exact": copy.exact,
        },
        hold=False,
        lane=case.lane,
    )


def undo_batch(*, batch: str, moderator: User) -> Batch:
    """Undo what one stroke decided, as far as nobody changed it since."""
    result = Batch(batch)
    for decision in Decision.objects.standing().filter(batch=batch).order_by("pk"):
        try:
            undo_decision(decision=decision, moderator=moderator)
            result.decisions.append(decision)
        except ModerationError as error:
            result.refused.append((decision.case, str(error)))
    return result


def _reopen(case: Case) -> None:
    """Back into the queue, held if it would be held today; unless a newer case of the
    same thing is there already."""
    newer = Case.objects.of_subject(case.kind, case.subject_key).filter(
        state__in=Case.UNDECIDED
    )
    if newer.exclude(pk=case.pk).exists():
        if case.state != Case.State.CLOSED:
            case.move(Case.State.CLOSED)
        return
    case.move(Case.State.OPEN)
    if case.lane == Case.Lane.NCII:
        reports.hold_case(case=case, level=holds.REMOVED)
    else:
        reports.hold_if_needed(case=case)


def _check(measure: str, rule: str, reason: str, label: str) -> None:
    if measure not in Measure.values:
        raise ModerationError(
            f"There is no measure {measure!r}. Use one of {', '.join(Measure.values)}."
        )
    if measure in RESTRICTING | {Measure.WARN}:
        if rule not in rules.BY_ID:
            raise ModerationError("Say which rule was broken.")
        if len(reason.strip()) < SHORTEST_REASON:
            raise ModerationError(
                "Tell the author the facts: what is where, and why that breaks the rule."
            )
    if measure == Measure.LABEL and not label.strip():
        raise ModerationError("Write what the label says.")


def _check_rights(case: Case, moderator: User, measure: str) -> None:
    subject = reports.case_subject(case)
    roles.require(moderator, roles.WORK, subject)
    if measure == Measure.LABEL:
        roles.require(moderator, roles.LABEL, subject)
    if measure in measures.SANCTIONING:
        roles.require(moderator, roles.SANCTION, subject)
    if case.author_id == moderator.pk:
        roles.refuse(
            moderator,
            subject,
            "This is yours, so somebody else decides it.",
            case=case.key,
        )
