"""Clocks that run out are told in time to whoever may decide, and to nobody twice."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core import mail

from feed.tests.rows import post_by
from moderation.models import Case
from moderation.services import clocks
from moderation.services.decisions import decide_case
from moderation.services.takedown import request_takedown
from moderation.tests.rows import moderator

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def case(alice: User) -> Case:
    request_takedown(
        where=post_by(alice).key, name="Ada", email="ada@example.com", good_faith=True
    )
    return Case.objects.get()


def due(case: Case) -> dt.datetime:
    assert case.due is not None
    return case.due


def test_whoever_may_decide_is_told_twelve_hours_before_and_when_it_is_over(
    case: Case,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    judge = moderator("quillon", role="Moderators")
    told = []
    for hours in (-40, -13, -11, -10, 0, 1):
        with django_capture_on_commit_callbacks(execute=True):
            done = clocks.watch(now=due(case) + dt.timedelta(hours=hours))
        told.append(done["warned"])
    assert told == [0, 0, 1, 0, 1, 0]
    assert [one.to for one in mail.outbox] == [[judge.email]] * 2
    assert mail.outbox[0].subject.startswith(f"Case {case.key} is due by")
    assert mail.outbox[1].subject == f"Overdue: case {case.key}"
    assert bob.email not in str([one.to for one in mail.outbox])


def test_a_decided_case_has_no_clock_any_more(case: Case) -> None:
    decide_case(case=case, moderator=moderator("quillon"), measure="none")
    late = due(case) + dt.timedelta(days=1)
    assert clocks.watch(now=late) == {"warned": 0}
