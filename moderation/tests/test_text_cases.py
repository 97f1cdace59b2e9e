"""A refused text whose author asks a person to look becomes a case, and may go through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group

from moderation import services
from moderation.models import Case, Screening
from moderation.screening.refusals import TextRefusedError, check_text
from moderation.screening.reviews import ask_for_review

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

LINE = "I know where you live."


@pytest.fixture
def mod(bob: User) -> User:
    bob.groups.add(Group.objects.get(name="Moderators"))
    bob.is_staff = True
    bob.save()
    return bob


def refused(alice: User) -> Screening:
    with pytest.raises(TextRefusedError):
        check_text(LINE, surface="script", person=alice)
    return Screening.objects.get(person=alice)


def asked(
    alice: User, commit: DjangoCaptureOnCommitCallbacks
) -> tuple[Screening, Case]:
    row = refused(alice)
    with commit(execute=True):
        ask_for_review(screening=row.pk, person=alice)
    return row, Case.objects.get()


def test_asking_for_a_look_opens_a_case_with_the_words(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    row, case = asked(alice, django_capture_on_commit_callbacks)
    assert (case.kind, case.subject_key) == ("text", str(row.pk))
    assert case.snapshot["Text"] == LINE
    assert case.category == "harassment"
    assert case.lane == Case.Lane.SCREENING
    assert case.author == alice


def test_a_text_that_is_left_be_goes_through_from_then_on(
    alice: User,
    mod: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    _, case = asked(alice, django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        services.decide_case(
            case=case,
            moderator=mod,
            measure="none",
            rule="",
            reason="A line of a play.",
        )
    assert not check_text(LINE, surface="script", person=alice).stops
    with pytest.raises(TextRefusedError):
        check_text(LINE, surface="script", person=mod)
