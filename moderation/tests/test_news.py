"""What moderation does is told in the notices too, to whom it concerns alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation import services
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from moderation.tests.conftest import Card
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def told(whose: User) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(person=whose).order_by("pk")
    return [(one.kind, one.lead) for one in rows]


def test_a_decision_is_told_to_its_author_and_to_who_reported_it(
    card: Card, alice: User, mallory: User, mod: User, second: User
) -> None:
    case = services.report_subject(
        kind="card", key="one", reporter=alice, category="harassment"
    ).case
    decision = services.decide_case(
        case=case,
        moderator=mod,
        measure="hide",
        rule="4.2",
        reason="It threatens a person by name.",
    )
    ((kind, lead),) = told(mallory)
    assert kind == "case-decided"
    assert lead.startswith("We hid it from others: “")
    notice = Notice.objects.get(person=mallory)
    assert notice.url == decision.statement.get_absolute_url()
    assert "appeal until" in notice.words
    ((kind, lead),) = told(alice)
    assert kind == "report-decided"
    assert "was decided" in lead
    everything = " ".join(
        f"{one.lead} {one.words}" for one in Notice.objects.filter(person=mallory)
    )
    assert "alice" not in everything, "nobody learns who reported it"
    assert told(mod) == []


def test_an_appeal_that_is_answered_is_news(
    card: Card, alice: User, mallory: User, mod: User, second: User
) -> None:
    case = services.report_subject(
        kind="card", key="one", reporter=alice, category="harassment"
    ).case
    decision = services.decide_case(
        case=case, moderator=mod, measure="hide", rule="4.2", reason="It threatens."
    )
    appeal = services.appeal_decision(
        statement=decision.statement, appellant=mallory, text="It is a quote."
    )
    services.decide_appeal(
        appeal=appeal, moderator=second, outcome="upheld", reason="It is a quote."
    )
    kind, lead = told(mallory)[-1]
    assert kind == "appeal-answered"
    assert lead.endswith("has a reply.")
    assert "You were right" in Notice.objects.filter(kind=kind).get().words
