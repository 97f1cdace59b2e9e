"""What a statement of reasons says is what the EC's database takes."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from moderation import dsa
from moderation.models import Measure
from moderation.models.decisions import RESTRICTING
from moderation.rules import RULES
from moderation.selectors.telling import as_submitted
from moderation.services import decide_case, open_case

if TYPE_CHECKING:
    from socialapp.accounts.models import User


def test_every_rule_has_a_category_of_the_database() -> None:
    assert {rule.dsa for rule in RULES} <= dsa.CATEGORIES
    assert len(dsa.CATEGORIES) == 16


def test_every_restriction_says_what_was_restricted() -> None:
    """One of visibility, provision and account is mandatory."""
    said = {*dsa.VISIBILITY, *dsa.PROVISION, *dsa.ACCOUNT}
    assert {Measure(measure) for measure in RESTRICTING} == said


def test_the_area_is_named_as_the_database_knows_it() -> None:
    """Thirty countries in the order of their codes, or it is shown as a list."""
    assert sorted(dsa.EEA) == dsa.EEA
    assert len(dsa.EEA) == 30
    assert {"IS", "LI", "NO"} < set(dsa.EEA)
    assert re.fullmatch(r"[A-Z]{2}", dsa.LANGUAGE)


@pytest.mark.django_db
def test_a_restriction_that_ends_says_so_in_the_field_of_its_kind(bob: User) -> None:
    case = open_case(kind="profile", key=bob.username, category="spam", hold=False)
    until = timezone.now() + dt.timedelta(days=7)
    decision = decide_case(
        case=case,
        moderator=None,
        measure="suspend",
        rule="5.1",
        reason="The same advertisement in forty places.",
        until=until,
    )
    told = as_submitted(decision.statement)
    assert told["end_date_account_restriction"] == f"{until:%Y-%m-%d}"
    assert told["end_date_service_restriction"] == f"{until:%Y-%m-%d}"
    assert "end_date" not in told
    assert "end_date_visibility_restriction" not in told
    assert told["content_language"] == "EN"
