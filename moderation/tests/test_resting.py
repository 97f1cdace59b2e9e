"""Suspended and banned people: what they may still do, and what not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from moderation import services
from moderation.models import Appeal, Decision, Standing
from socialapp.accounts.services import create_token

if TYPE_CHECKING:
    from conftest import ClientOf
    from moderation.tests.conftest import Card
    from socialapp.accounts.models import User

WHY: dict[str, Any] = {"rule": "4.2", "reason": "It threatens a person by name."}


@pytest.fixture
def decision(card: Card, senior: User) -> Decision:
    """Mallory's account rests for a week."""
    case = services.open_case(kind="card", key="one", category="harassment", hold=False)
    until = timezone.now() + dt.timedelta(days=7)
    return services.decide_case(
        case=case, moderator=senior, measure="suspend", until=until, **WHY
    )


@pytest.mark.django_db
def test_a_suspended_person_reads_and_changes_nothing(
    decision: Decision, mallory: User, client_of: ClientOf
) -> None:
    browser = client_of(mallory)
    assert browser.get("/").status_code == 200
    answer = browser.post("/settings/", {"display_name": "Somebody else"})
    assert answer.status_code == 403
    assert "Your account rests until" in answer.content.decode()
    mallory.refresh_from_db()
    assert mallory.display_name == "Mallory"


@pytest.mark.django_db
def test_a_token_opens_no_other_door(decision: Decision, mallory: User) -> None:
    _, key = create_token(user=mallory)
    bearer = {"Authorization": f"Bearer {key}"}
    answer = Client().patch(
        "/api/v1/me/",
        {"display_name": "X"},
        content_type="application/json",
        headers=bearer,
    )
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:troupe:account-rests"
    assert Client().get("/api/v1/me/", headers=bearer).status_code == 200


@pytest.mark.django_db
def test_a_suspended_person_can_appeal_and_leave(
    decision: Decision, mallory: User, client_of: ClientOf
) -> None:
    browser = client_of(mallory)
    appeal = f"/decisions/{decision.statement.puid}/appeal/"
    assert browser.post(appeal, {"text": "It is a quote."}).status_code == 302
    assert Appeal.objects.get().appellant == mallory
    assert browser.get("/settings/leave/").status_code == 200
    assert browser.post("/accounts/logout/").status_code == 302


@pytest.mark.django_db
def test_a_suspension_ends_by_itself(
    decision: Decision, mallory: User, client_of: ClientOf
) -> None:
    Standing.objects.update(suspended_until=timezone.now() - dt.timedelta(seconds=1))
    answer = client_of(mallory).post("/settings/", {"display_name": "Mal"})
    assert answer.status_code != 403


@pytest.mark.django_db
def test_others_are_not_concerned(
    decision: Decision, alice: User, client_of: ClientOf
) -> None:
    answer = client_of(alice).post("/settings/", {"display_name": "Al"})
    assert answer.status_code != 403
