"""Cases are emptied when nobody can do anything about them any more, and not before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.utils import timezone

from feed.tests.rows import post_by
from moderation.approvals import services as approvals
from moderation.approvals.facets import Facet
from moderation.approvals.tests.words import DOUBT
from moderation.models import (
    Appeal,
    AppealMessage,
    Approval,
    Case,
    LogEntry,
    Report,
    Statement,
)
from moderation.selectors import transparency
from moderation.services import appeals, retention
from moderation.tests.rows import FACTS, decided, moderator

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def statement(alice: User, bob: User) -> Statement:
    made = decided(post_by(alice, "Fog"), bob, moderator("quillon"))
    Report.objects.update(contact={"email": "x@example.com"}, source="digest", note="!")
    return made


def later(**span: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(**span)


def test_while_somebody_may_appeal_everything_is_there(statement: Statement) -> None:
    assert statement.appeal_until + dt.timedelta(days=28) < later(days=215)
    assert retention.sweep(now=later(days=214)) == 0
    assert Case.objects.get().snapshot["Caption"] == "Fog"


def test_after_that_words_and_contacts_go_and_counts_stay(
    statement: Statement,
) -> None:
    year = transparency.Period.year(timezone.now().year)
    before = transparency.rows(year)
    assert retention.sweep(now=later(days=216)) == 1
    assert retention.sweep(now=later(days=217)) == 0
    case, report = Case.objects.get(), Report.objects.get()
    assert (case.snapshot, case.media, case.title) == ({}, [], "post, long ago")
    assert (report.snapshot, report.contact, report.source, report.note) == (
        {},
        {},
        retention.STRANGER,
        "",
    )
    statement.refresh_from_db()
    assert statement.decision_facts == FACTS
    assert transparency.rows(year) == before
    assert LogEntry.objects.filter(action="case.empty").count() == 1


def test_an_appeal_that_waits_keeps_all_of_it(
    statement: Statement, alice: User
) -> None:
    appeals.appeal_decision(statement=statement, appellant=alice, text="No.")
    assert retention.sweep(now=later(days=900)) == 0
    assert Appeal.objects.get().undecided
    assert AppealMessage.objects.count() == 1


def test_it_is_done_once_an_hour(statement: Statement) -> None:
    cache.delete("moderation.retention")
    Case.objects.update(state_changed=timezone.now() - dt.timedelta(days=300))
    assert retention.sweep_hourly() == {"emptied": 1}
    Case.objects.update(snapshot={"Caption": "again"})
    assert retention.sweep_hourly() == {"emptied": 0}


@pytest.mark.parametrize(("days", "left"), [(214, True), (216, False)])
def test_refused_words_go_as_late_as_the_case_about_them(
    alice: User, days: int, left: bool
) -> None:
    facet = Facet("script", {"script": DOUBT}, ("script",))
    row = approvals.ask(kind="play", key="one", facet=facet, owner=alice)
    approvals.decide(approval=row, moderator=moderator("quillon"), approve=False)
    retention.sweep(now=later(days=days))
    row.refresh_from_db()
    assert bool(row.content) is left
    assert row.state == Approval.State.REFUSED
