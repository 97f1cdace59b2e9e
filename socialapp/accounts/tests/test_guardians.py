"""Guardians get counts once a week, after they agreed, until somebody stops it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import timezone

from feed.tests.rows import post_by
from socialapp.accounts.models import Guardian
from socialapp.accounts.services import AccountError
from socialapp.accounts.young import guardians

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def teen(alice: User) -> User:
    today = timezone.now().date()
    alice.birth_date = today.replace(year=today.year - 15, day=1)
    alice.save()
    return alice


def in_days(days: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(days=days)


def test_it_is_asked_for_agreed_to_and_sent_once_a_week(
    teen: User,
    client: Client,
    client_of: ClientOf,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client_of(teen).post("/settings/guardian/", {"email": "Pat@example.com "})
    guardian = Guardian.objects.get()
    path = f"/guardian/{guardian.key}/"
    assert mail.outbox[0].to == ["pat@example.com"]
    assert path in mail.outbox[0].body
    assert guardians.send_due(now=in_days(8)) == {"guardians": 0}, "nobody agreed yet"
    assert client.get(path).status_code == 200
    guardian.refresh_from_db()
    assert guardian.confirmed is None, "opening an address agrees to nothing"
    client.post(path)
    post_by(teen, "Her secret words")
    sent = []
    for days in (6.9, 7.1, 7.2, 14.2):
        with django_capture_on_commit_callbacks(execute=True):
            sent.append(guardians.send_due(now=in_days(days))["guardians"])
    assert sent == [0, 1, 0, 1]
    first = str(mail.outbox[1].body)
    assert "Clips asked for: 1" in first
    assert "Posts published: 1" in first
    assert "Things of theirs that were limited: 0" in first
    assert "Clips asked for: 0" in str(mail.outbox[2].body)
    for word in ("secret", "Hob", "Not one"):
        assert word not in first


def test_either_side_stops_it(teen: User, client: Client, client_of: ClientOf) -> None:
    for stop in ("guardian", "teen"):
        guardian = guardians.ask(user=teen, email="pat@example.com")
        guardians.agree(guardian=guardian)
        if stop == "guardian":
            page = client.post(f"/guardian/{guardian.key}/", {"stop": "1"})
            assert "erased your address" in page.content.decode()
        else:
            client_of(teen).post("/settings/guardian/", {"stop": "1"})
        assert not Guardian.objects.exists()
    assert client.get("/guardian/nobody/").status_code == 404


def test_grown_ups_have_no_guardian(alice: User, client_of: ClientOf) -> None:
    with pytest.raises(AccountError, match="You are 18"):
        guardians.ask(user=alice, email="pat@example.com")
    assert (
        "parent or guardian" not in client_of(alice).get("/settings/").content.decode()
    )


@pytest.mark.parametrize("email", ["", "nonsense", "alice@example.com"])
def test_an_address_that_cannot_be_is_refused(email: str, teen: User) -> None:
    with pytest.raises(AccountError):
        guardians.ask(user=teen, email=email)
    assert not Guardian.objects.exists()


def test_at_18_it_ends(teen: User) -> None:
    guardian = guardians.ask(user=teen, email="pat@example.com")
    guardians.agree(guardian=guardian)
    teen.birth_date = dt.date(1990, 4, 1)
    teen.save()
    assert guardians.send_due(now=in_days(8)) == {"guardians": 0}
    assert not Guardian.objects.exists()
