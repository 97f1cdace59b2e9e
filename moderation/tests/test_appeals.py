"""Appeals: by whom it concerns, decided by somebody else, restored in full when won."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from moderation import log, services
from moderation.errors import (
    AppealError,
    ModerationError,
    NotAllowedError,
    NotNowError,
)
from moderation.models import Appeal, Case, Decision, LogEntry, Statement
from socialapp.lib.models import Withheld

if TYPE_CHECKING:
    from moderation.tests.conftest import Card, Table
    from socialapp.accounts.models import User

WHY: dict[str, Any] = {"rule": "4.2", "reason": "It threatens a person by name."}
BECAUSE = "The line is a quote from the play."


@pytest.fixture
def decision(card: Card, alice: User, mod: User) -> Decision:
    """Mallory's card, hidden by the first moderator."""
    case = services.report_subject(
        kind="card", key="one", reporter=alice, category="harassment"
    ).case
    return services.decide_case(case=case, moderator=mod, measure="hide", **WHY)


@pytest.fixture
def appeal(decision: Decision, mallory: User) -> Appeal:
    return services.appeal_decision(
        statement=decision.statement, appellant=mallory, text=BECAUSE
    )


@pytest.mark.django_db
def test_an_appeal_puts_the_case_back_into_the_queue(
    appeal: Appeal, decision: Decision, mod: User
) -> None:
    case = Case.objects.open().get()
    assert case.state == Case.State.APPEALED
    assert appeal.first_moderator == mod
    assert appeal.messages.get().text == BECAUSE


@pytest.mark.django_db
def test_the_first_moderator_can_neither_claim_nor_decide(
    appeal: Appeal, mod: User, second: User
) -> None:
    case = Case.objects.get()
    with pytest.raises(NotAllowedError, match="somebody else decides"):
        services.claim_case(case=case, moderator=mod)
    with pytest.raises(NotAllowedError, match="somebody else decides"):
        services.decide_appeal(
            appeal=appeal, moderator=mod, outcome="rejected", reason="I said so."
        )
    with pytest.raises(NotAllowedError, match="somebody else decides"):
        services.ask_appellant(appeal=appeal, moderator=mod, text="Why?")
    assert LogEntry.objects.filter(action="role.refuse").count() == 3
    services.claim_case(case=case, moderator=second)


@pytest.mark.database
@pytest.mark.django_db
def test_the_database_itself_refuses_the_first_moderator(
    appeal: Appeal, mod: User
) -> None:
    with (
        pytest.raises(IntegrityError, match="appeal_second_moderator"),
        transaction.atomic(),
    ):
        Appeal.objects.filter(pk=appeal.pk).update(decided_by=mod)


@pytest.mark.django_db
def test_a_won_appeal_restores_everything(
    appeal: Appeal, card: Card, second: User, decision: Decision
) -> None:
    assert Withheld.objects.count() == 1
    services.decide_appeal(
        appeal=appeal, moderator=second, outcome="upheld", reason="It is a quote."
    )
    decision.refresh_from_db()
    assert card.shown == "yes"
    assert Withheld.objects.count() == 0
    assert decision.undone_by == second
    assert appeal.state == Appeal.State.UPHELD
    assert appeal.outcomes.get().measure == "restore"
    assert Case.objects.get().state == Case.State.DECIDED


@pytest.mark.django_db
def test_remixes_come_back_too_and_what_their_authors_did_stays(
    table: Table, mallory: User, alice: User, mod: User, second: User
) -> None:
    parent = table.lay("parent", mallory)
    remix = table.lay("remix", alice)
    parent.made_of_it = [remix]
    case = services.open_case(kind="card", key="parent", category="harassment")
    made = services.decide_case(case=case, moderator=mod, measure="remove", **WHY)
    assert (parent.shown, remix.shown) == ("removed", "removed")
    remix.words = "Edited meanwhile"
    appeal = services.appeal_decision(
        statement=made.statement, appellant=mallory, text=BECAUSE
    )
    services.decide_appeal(
        appeal=appeal, moderator=second, outcome="upheld", reason="It is a quote."
    )
    assert (parent.shown, remix.shown) == ("yes", "yes")
    assert remix.words == "Edited meanwhile"


@pytest.mark.django_db
def test_a_partly_won_appeal_puts_a_milder_measure_in_its_place(
    appeal: Appeal, card: Card, senior: User, mallory: User
) -> None:
    services.decide_appeal(
        appeal=appeal,
        moderator=senior,
        outcome="partly",
        reason="It is a quote, and still a hard one.",
        measure="label",
        label="A threat within a play",
    )
    assert (card.shown, card.label) == ("yes", "A threat within a play")
    milder = appeal.outcomes.get()
    assert milder.statement.decision_visibility == [
        "DECISION_VISIBILITY_CONTENT_LABELLED"
    ]
    with pytest.raises(AppealError, match="answered an appeal already"):
        services.appeal_decision(
            statement=milder.statement, appellant=mallory, text="Again."
        )


@pytest.mark.django_db
def test_labels_need_their_right_in_appeals_too(appeal: Appeal, second: User) -> None:
    with pytest.raises(NotAllowedError, match="set labels"):
        services.decide_appeal(
            appeal=appeal,
            moderator=second,
            outcome="partly",
            reason="A label is enough.",
            measure="label",
            label="Harsh",
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"outcome": "rejected", "reason": "no"}, "why you decide so"),
        ({"outcome": "maybe", "reason": BECAUSE}, "Grant the appeal"),
        ({"outcome": "partly", "reason": BECAUSE}, "milder measure"),
        ({"outcome": "partly", "reason": BECAUSE, "measure": "hide"}, "milder measure"),
        ({"outcome": "partly", "reason": BECAUSE, "measure": "label"}, "label says"),
    ],
)
def test_an_answer_to_an_appeal_must_be_whole(
    appeal: Appeal, senior: User, fields: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ModerationError, match=complaint):
        services.decide_appeal(appeal=appeal, moderator=senior, **fields)


@pytest.mark.django_db
def test_a_rejected_appeal_changes_nothing_and_is_the_end(
    appeal: Appeal, card: Card, second: User, mallory: User, decision: Decision
) -> None:
    services.decide_appeal(
        appeal=appeal, moderator=second, outcome="rejected", reason="It is a threat."
    )
    decision.refresh_from_db()
    assert (card.shown, decision.undone) == ("hidden", None)
    with pytest.raises(AppealError, match="appealed this decision already"):
        services.appeal_decision(
            statement=decision.statement, appellant=mallory, text="Again."
        )
    with pytest.raises(NotNowError, match="decided already"):
        services.answer_appeal(appeal=appeal, appellant=mallory, text="But")
    with pytest.raises(NotNowError):
        services.decide_appeal(
            appeal=appeal, moderator=second, outcome="upheld", reason="Well, perhaps."
        )


@pytest.mark.django_db
def test_only_whom_it_concerns_can_appeal(
    decision: Decision, alice: User, mallory: User
) -> None:
    with pytest.raises(AppealError, match="Only the person"):
        services.appeal_decision(
            statement=decision.statement, appellant=alice, text=BECAUSE
        )
    with pytest.raises(ModerationError, match="Write a few words"):
        services.appeal_decision(
            statement=decision.statement, appellant=mallory, text="  "
        )
    with pytest.raises(ModerationError, match="2000 fit"):
        services.appeal_decision(
            statement=decision.statement, appellant=mallory, text="x" * 2001
        )


@pytest.mark.django_db
def test_after_six_months_it_is_too_late(decision: Decision, mallory: User) -> None:
    Statement.objects.update(appeal_until=timezone.now() - dt.timedelta(minutes=1))
    decision.statement.refresh_from_db()
    with pytest.raises(AppealError, match="Appeals were open until"):
        services.appeal_decision(
            statement=decision.statement, appellant=mallory, text=BECAUSE
        )


@pytest.mark.django_db
def test_what_was_taken_back_needs_no_appeal(
    decision: Decision, mallory: User, mod: User
) -> None:
    services.undo_decision(decision=decision, moderator=mod)
    statement = Statement.objects.get()
    with pytest.raises(AppealError, match="taken back"):
        services.appeal_decision(statement=statement, appellant=mallory, text=BECAUSE)


@pytest.mark.django_db
def test_an_appealed_decision_is_not_undone_behind_the_appeal(
    appeal: Appeal, decision: Decision, senior: User
) -> None:
    with pytest.raises(NotNowError, match="Decide that instead"):
        services.undo_decision(decision=decision, moderator=senior)


@pytest.mark.django_db
def test_a_question_and_its_answer_go_both_ways(
    appeal: Appeal, mallory: User, alice: User, second: User
) -> None:
    asked = services.ask_appellant(
        appeal=appeal, moderator=second, text="Which play is it?"
    )
    assert asked.state == Appeal.State.ASKED
    assert asked.answer_by is not None
    with pytest.raises(AppealError, match="Only the person"):
        services.answer_appeal(appeal=appeal, appellant=alice, text="Hamlet")
    answered = services.answer_appeal(appeal=appeal, appellant=mallory, text="Hamlet")
    assert answered.state == Appeal.State.OPEN
    assert list(appeal.messages.values_list("side", "text")) == [
        ("person", BECAUSE),
        ("moderator", "Which play is it?"),
        ("person", "Hamlet"),
    ]


@pytest.mark.django_db
def test_a_withdrawn_appeal_leaves_the_decision(
    appeal: Appeal, mallory: User, card: Card
) -> None:
    services.withdraw_appeal(appeal=appeal, appellant=mallory)
    assert card.shown == "hidden"
    assert Case.objects.get().state == Case.State.DECIDED


@pytest.mark.django_db
def test_a_machines_decision_is_appealed_to_any_moderator(
    card: Card, mallory: User, mod: User
) -> None:
    case = services.open_case(kind="card", key="one", category="hate")
    made = services.decide_case(case=case, moderator=None, measure="hide", **WHY)
    appeal = services.appeal_decision(
        statement=made.statement, appellant=mallory, text=BECAUSE
    )
    services.decide_appeal(
        appeal=appeal, moderator=mod, outcome="upheld", reason="No person looked."
    )
    assert card.shown == "yes"


@pytest.mark.django_db(transaction=True)
def test_the_appellant_is_told_each_step_and_no_names(
    appeal: Appeal, second: User
) -> None:
    services.ask_appellant(appeal=appeal, moderator=second, text="Which play is it?")
    services.decide_appeal(
        appeal=appeal, moderator=second, outcome="upheld", reason="It is a quote."
    )
    told = [m for m in mail.outbox if m.to == ["mallory@example.com"]][1:]
    assert [m.subject.partition(" about")[0] for m in told] == [
        "We have your appeal",
        "A question",
        "Your appeal",
    ]
    assert "You were right" in told[-1].body
    for message in told:
        assert "sam.second" not in message.body
    actions = list(LogEntry.objects.values_list("action", flat=True))
    assert actions == [
        "case.open",
        "report.make",
        "case.decide",
        "appeal.open",
        "appeal.ask",
        "case.decide",
        "appeal.decide",
    ]
    assert log.verify() is None
