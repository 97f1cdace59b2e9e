"""What is kept for how long, and what stays."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from moderation import log, services
from moderation.models import Appeal, Case, Exposure, LogEntry, Report, Statement
from moderation.services.housekeeping import keep_house
from socialapp.lib import withheld

if TYPE_CHECKING:
    from moderation.tests.conftest import Card
    from socialapp.accounts.models import User

WHY: dict[str, Any] = {"rule": "4.2", "reason": "It threatens a person by name."}
FILE = "cards/one.png"


def later(**span: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(**span)


@pytest.fixture
def statement(card: Card, alice: User, mod: User) -> Statement:
    """Of the removal of Mallory's card, which had a file."""
    default_storage.save(FILE, ContentFile(b"pixels"))
    case = services.report_subject(
        kind="card", key="one", reporter=alice, category="harassment", note="He did."
    ).case
    return services.decide_case(
        case=case, moderator=mod, measure="remove", **WHY
    ).statement


@pytest.mark.django_db
def test_removed_files_stay_as_long_as_an_appeal_can_win(statement: Statement) -> None:
    assert keep_house(now=later(days=170))["files deleted"] == 0
    assert default_storage.exists(FILE)
    assert keep_house(now=later(days=190))["files deleted"] == 1
    assert not default_storage.exists(FILE)
    assert withheld.is_removed(FILE)
    assert keep_house(now=later(days=191))["files deleted"] == 0


@pytest.mark.django_db
def test_an_open_appeal_keeps_the_files(statement: Statement, mallory: User) -> None:
    services.appeal_decision(
        statement=statement, appellant=mallory, text="It is a quote."
    )
    assert keep_house(now=later(days=400))["files deleted"] == 0


@pytest.mark.django_db
def test_words_go_when_no_appeal_can_come_and_the_decision_stays(
    statement: Statement,
) -> None:
    keep_house(now=later(days=210))
    assert Case.objects.get().snapshot
    keep_house(now=later(days=220))
    case = Case.objects.get()
    assert (case.snapshot, case.media) == ({}, [])
    assert Report.objects.get().note == ""
    assert case.decisions.get().statement == statement


@pytest.mark.django_db
def test_waiting_cases_keep_everything(card: Card, alice: User) -> None:
    services.report_subject(
        kind="card", key="one", reporter=alice, category="spam", note="Again."
    )
    keep_house(now=later(days=4000))
    assert Case.objects.get().snapshot
    assert Report.objects.get().note == "Again."


@pytest.mark.django_db
def test_contacts_of_strangers_go_after_three_months(card: Card, mod: User) -> None:
    contact = {"name": "Nell", "email": "nell@example.com", "where": "/cards/one/"}
    case = services.open_ncii_case(
        kind="card", key="one", contact=contact, good_faith=True, source="net"
    )
    services.decide_case(
        case=case, moderator=mod, measure="remove", **WHY | {"rule": "1.2"}
    )
    keep_house(now=later(days=80))
    assert Report.objects.get().contact["name"] == "Nell"
    keep_house(now=later(days=100))
    report = Report.objects.get()
    assert (report.contact, report.source) == ({}, "")


@pytest.mark.django_db
def test_a_question_that_nobody_answers_does_not_stop_the_appeal(
    statement: Statement, mallory: User, second: User
) -> None:
    appeal = services.appeal_decision(
        statement=statement, appellant=mallory, text="It is a quote."
    )
    services.ask_appellant(appeal=appeal, moderator=second, text="Which one?")
    assert keep_house(now=later(days=6))["questions ended"] == 0
    assert keep_house(now=later(days=8))["questions ended"] == 1
    appeal.refresh_from_db()
    assert appeal.state == Appeal.State.OPEN


@pytest.mark.django_db
def test_the_command_says_what_it_did_and_the_log_keeps_it(
    card: Card, mod: User
) -> None:
    Exposure.objects.create(moderator=mod, day=timezone.localdate().replace(year=2020))
    out = io.StringIO()
    call_command("retention", stdout=out)
    assert json.loads(out.getvalue())["counts erased"] == 1
    entry = LogEntry.objects.get(action="retention.run")
    assert entry.data["counts erased"] == 1
    call_command("retention", stdout=io.StringIO())
    assert LogEntry.objects.filter(action="retention.run").count() == 1
    assert log.verify() is None
