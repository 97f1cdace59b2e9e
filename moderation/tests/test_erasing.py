"""What the log of screening forgets, and when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.utils import timezone

from moderation import policy
from moderation.models import Case, Screening
from moderation.screening.judge import screen_text
from moderation.screening.reviews import ReviewError, ask_for_review, clear_text
from moderation.services import erasing
from moderation.services.housekeeping import keep_house

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

REFUSED = "I know where you live and I will find you."


def later(**span: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(**span)


@pytest.fixture
def row(alice: User) -> Screening:
    """A script of Alice's that was refused."""
    verdict = screen_text(
        REFUSED, surface="script", person=alice, subject="character:k3y"
    )
    assert verdict.action == "block"
    return Screening.objects.get()


def test_refused_words_are_kept_for_thirty_days_and_the_judgement_stays(
    row: Screening,
) -> None:
    assert erasing.erase_texts(now=later(days=29)) == 0
    assert erasing.erase_texts(now=later(days=31)) == 1
    assert erasing.erase_texts(now=later(days=32)) == 0
    fresh = Screening.objects.get()
    assert fresh.text == ""
    assert (fresh.action, fresh.findings, fresh.version) == (
        row.action,
        row.findings,
        row.version,
    )
    assert REFUSED not in str(fresh.findings)
    assert fresh.person == row.person


def test_the_operator_says_for_how_long(row: Screening, settings: Settings) -> None:
    settings.SCREENING_TEXTS_DAYS = 5
    assert erasing.erase_texts(now=later(days=6)) == 1


def test_what_a_person_was_asked_to_look_at_waits_for_the_answer(
    row: Screening,
    alice: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ask_for_review(screening=row.pk, person=alice)
    assert erasing.erase_texts(now=later(days=300)) == 0
    assert erasing.erase_authors(now=later(days=300)) == 0
    Case.objects.update(state=Case.State.DECIDED)
    assert erasing.erase_texts(now=later(days=300)) == 1


def test_who_asks_too_late_is_told_what_to_do(row: Screening, alice: User) -> None:
    erasing.erase_texts(now=later(days=31))
    with pytest.raises(ReviewError, match="Send the text again"):
        ask_for_review(screening=row.pk, person=alice)
    assert not Case.objects.exists()


def test_whose_a_text_was_is_forgotten_when_no_appeal_can_come(row: Screening) -> None:
    assert erasing.erase_authors(now=later(days=214)) == 0
    assert erasing.erase_authors(now=later(days=216)) == 1
    assert erasing.erase_authors(now=later(days=217)) == 0
    fresh = Screening.objects.get()
    assert (fresh.person, fresh.sha256, fresh.subject) == (None, "", "")


def test_a_text_that_was_let_through_goes_through_for_good(
    row: Screening, alice: User, bob: User
) -> None:
    clear_text(screening=row, moderator=bob)
    erasing.erase_texts(now=later(days=400))
    erasing.erase_authors(now=later(days=400))
    assert Screening.objects.get().text == ""
    verdict = screen_text(REFUSED, surface="script", person=alice)
    assert verdict.action == "allow"


def test_rows_of_pictures_are_left_alone(alice: User) -> None:
    Screening.objects.create(
        surface="portrait", person=alice, sha256="0" * 64, action="block", version="1"
    )
    assert erasing.erase_authors(now=later(days=400)) == 0


def test_it_is_part_of_both_rounds(row: Screening) -> None:
    done = keep_house(now=later(days=300))
    assert (done["texts erased"], done["authors erased"]) == (1, 1)
    Screening.objects.update(text="again", created=later(days=-31))
    cache.delete("moderation.erasing")
    assert erasing.erase_hourly() == {"erased": 1}
    Screening.objects.update(text="again")
    assert erasing.erase_hourly() == {"erased": 0}


def test_the_rules_page_says_what_the_code_does(
    client: Client, settings: Settings
) -> None:
    settings.SCREENING_TEXTS_DAYS = 12
    page = client.get("/rules/").content.decode()
    assert "refused or doubted: 12 days" in page
    assert all(f"{kept.what}: {kept.days} days" in page for kept in policy.keeping())
