"""The published counts are those of the database, in three shapes, and name nobody."""

from __future__ import annotations

import csv
import datetime as dt
import io
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from feed.tests.rows import post_by
from moderation.models import Appeal, Case, Decision, Report, Statement
from moderation.rules import RULES
from moderation.selectors import transparency
from moderation.services import appeals
from moderation.services.decisions import decide_case
from moderation.services.reports import report_subject
from moderation.services.takedown import request_takedown
from moderation.tests.rows import decided, moderator

if TYPE_CHECKING:
    from django.test import Client

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def busy(alice: User, bob: User, mallory: User) -> int:
    """A year with something in every row; the year."""
    first, second = moderator("quillon"), moderator("secunda")
    hidden = decided(post_by(alice, "Fog"), bob, first)
    removed = decided(post_by(alice), mallory, first, measure="remove")
    decided(post_by(alice), bob, first, measure="demote")
    fine = report_subject(
        kind="post", key=post_by(alice).key, reporter=bob, category="spam"
    )
    decide_case(case=fine.case, moderator=first, measure="none")
    machine = report_subject(
        kind="post", key=post_by(alice).key, reporter=bob, category="hate"
    )
    decide_case(
        case=machine.case,
        moderator=None,
        measure="hide",
        rule="4.1",
        reason="The text is on the list of slurs.",
    )
    for statement, outcome in ((hidden, "upheld"), (removed, "rejected")):
        appeal = appeals.appeal_decision(
            statement=statement, appellant=alice, text="No, it is not."
        )
        appeals.decide_appeal(
            appeal=appeal, moderator=second, outcome=outcome, reason="Looked at again."
        )
    request_takedown(
        where=post_by(bob).key, name="Ada", email="ada@example.com", good_faith=True
    )
    # So that the middle of the times is known.
    start = timezone.now() - dt.timedelta(hours=10)
    Case.objects.filter(decided__isnull=False).update(opened=start)
    return timezone.now().year


def values(year: int) -> dict[tuple[str, str], float | None]:
    rows = transparency.rows(transparency.Period.year(year))
    found = {(row.section, row.name): row.value for row in rows}
    assert len(found) == len(rows), "no line twice"
    return found


def test_the_counts_are_those_of_the_database(busy: int) -> None:
    found = values(busy)
    assert found["reports", "All reports"] == Report.objects.count() == 6
    assert found["reports", "Requests about intimate pictures"] == 1
    assert found["decisions", "All decisions"] == Decision.objects.count() == 6
    assert found["decisions", "Statements of reasons"] == Statement.objects.count() == 4
    assert found["decisions", "Decided by a machine alone"] == 1
    assert found["decisions", "Share decided by a machine"] == 16.7
    assert found["appeals", "Opened"] == Appeal.objects.count() == 2
    assert found["appeals", "Overturned, fully or partly"] == 1
    assert found["appeals", "Share overturned"] == 50.0


def test_the_parts_of_each_sum_are_the_whole(busy: int) -> None:
    found = values(busy)

    def total(section: str) -> float:
        return sum(
            value or 0 for (where, _), value in found.items() if where == section
        )

    assert total("reports-by-reason") == found["reports", "All reports"]
    assert total("decisions-by-measure") == found["decisions", "All decisions"]
    statements = found["decisions", "Statements of reasons"]
    assert total("restrictions-by-ground") == statements
    assert total("restrictions-by-category") == statements
    assert {name for where, name in found if where == "reports-by-reason"} == {
        rule.ask for rule in RULES
    }


def test_the_middle_of_the_times_is_in_hours(busy: int) -> None:
    found = values(busy)
    assert found["times", "From the first report to the decision, median"] == 10.0
    assert found["times", "Intimate pictures, median"] is None


def test_another_year_does_not_count(busy: int) -> None:
    found = values(busy - 1)
    assert found["reports", "All reports"] == 0
    assert found["decisions", "Share decided by a machine"] is None


def test_the_last_moment_of_a_year_belongs_to_it(busy: int) -> None:
    last = dt.datetime(busy, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)
    Report.objects.update(created=last)
    assert values(busy)["reports", "All reports"] == 6
    Report.objects.update(created=last + dt.timedelta(microseconds=1))
    assert values(busy)["reports", "All reports"] == 0
    assert values(busy + 1)["reports", "All reports"] == 6


def test_page_table_and_json_say_the_same(busy: int, client: Client) -> None:
    rows = transparency.rows(transparency.Period.year(busy))
    data: Any = client.get(f"/transparency/{busy}.json").json()
    assert [(row["name"], row["value"]) for row in data["rows"]] == [
        (row.name, row.value) for row in rows
    ]
    sent = client.get(f"/transparency/{busy}.csv")
    table = list(csv.DictReader(io.StringIO(sent.content.decode())))
    assert [(line["section"], line["name"], line["value"]) for line in table] == [
        (row.section, row.name, "" if row.value is None else str(row.value))
        for row in rows
    ]
    page = unescape(client.get("/transparency/").content.decode())
    for row in rows:
        assert f">{row.name}</th>" in page


def test_nobody_can_be_found_in_it(busy: int, client: Client) -> None:
    for path in (
        "/transparency/",
        *(f"/transparency/{busy}.{x}" for x in ("csv", "json")),
    ):
        text = client.get(path).content.decode()
        for name in ("alice", "bob", "mallory", "quillon", "secunda", "Ada", "Fog"):
            assert name not in text


def test_an_empty_house_has_nothing_to_hide(client: Client) -> None:
    assert client.get("/transparency/").status_code == 200
    assert client.get("/transparency/1999/").status_code == 404
    assert client.get("/transparency/1999.csv").status_code == 404
