"""Decisions as the person concerned reads them, and the appeal from their side."""

from __future__ import annotations

import datetime as dt
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from feed.tests.rows import post_by
from moderation import dsa
from moderation.models import Appeal, Measure, Statement
from moderation.services import appeals
from moderation.services.decisions import undo_decision
from moderation.services.reports import open_case
from moderation.tests.rows import FACTS, decided, moderator

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def mo(db: None) -> User:
    return moderator("quillon")


@pytest.fixture
def second(db: None) -> User:
    return moderator("secunda")


@pytest.fixture
def statement(alice: User, bob: User, mo: User) -> Statement:
    return decided(post_by(alice, "Storm warning"), bob, mo)


def read(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return unescape(response.content.decode())


def test_the_page_says_what_why_on_which_ground_and_how_to_appeal(
    alice: User, statement: Statement, client_of: ClientOf
) -> None:
    page = read(client_of(alice), statement.get_absolute_url())
    for words in (
        "“Storm warning” is hidden from others",
        statement.puid,
        "It stays in your library.",
        f"You can appeal until {statement.appeal_until:%-d %B %Y}, at no cost.",
        "4.2 No intimidation, of our rules (not a matter of law)",
        FACTS,
        "Found by reports. A person decided.",
        "Not limited.",
        "until decided otherwise",
        "out-of-court body or a court",
    ):
        assert words in page, words


def test_it_names_neither_who_reported_nor_who_decided(
    alice: User, bob: User, mo: User, statement: Statement, client_of: ClientOf
) -> None:
    client = client_of(alice)
    page = read(client, statement.get_absolute_url())
    page += read(client, f"{statement.get_absolute_url()}statement.json")
    for person in (bob, mo):
        assert person.username not in page
        assert person.email not in page


def test_to_all_others_a_decision_does_not_exist(
    bob: User, mo: User, statement: Statement, client: Client, client_of: ClientOf
) -> None:
    path = statement.get_absolute_url()
    for person in (bob, mo):
        stranger = client_of(person)
        assert stranger.get(path).status_code == 404
        assert stranger.get(f"{path}statement.json").status_code == 404
        for act in ("appeal", "answer", "withdraw"):
            assert stranger.post(f"{path}{act}/", {"text": "x"}).status_code == 404
    assert client.get(path).status_code == 302


def test_the_export_has_the_fields_of_the_ec(
    alice: User, statement: Statement, client_of: ClientOf
) -> None:
    path = f"{statement.get_absolute_url()}statement.json"
    data = client_of(alice).get(path).json()
    assert data["puid"] == statement.puid
    assert data["decision_visibility"] == [dsa.VISIBILITY[Measure.HIDE]]
    assert data["decision_ground"] == dsa.GROUND_RULES
    assert data["incompatible_content_ground"] == "4.2 No intimidation"
    assert data["automated_detection"] == "No"
    assert data["content_type"] == [
        "CONTENT_TYPE_SYNTHETIC_MEDIA",
        "CONTENT_TYPE_VIDEO",
    ]
    assert data["territorial_scope"] == dsa.EEA
    assert dt.date.fromisoformat(data["application_date"]) == timezone.now().date()
    assert "illegal_content_legal_ground" not in data
    assert "end_date" not in data


def test_an_appeal_goes_both_ways_and_wins(
    alice: User, mo: User, second: User, statement: Statement, client_of: ClientOf
) -> None:
    client, path = client_of(alice), statement.get_absolute_url()
    client.post(f"{path}appeal/", {"text": "It is a quote from the play."})
    page = read(client, path)
    assert "A different moderator looks at it" in page
    assert "It is a quote from the play." in page
    appeal = Appeal.objects.get()
    appeals.ask_appellant(appeal=appeal, moderator=second, text="Which play?")
    page = read(client, path)
    assert "They asked a question" in page
    assert "Please answer by" in page
    assert "Answer" in read(client, "/decisions/")
    client.post(f"{path}answer/", {"text": "Storm, act two."})
    assert "You answered" in read(client, path)
    appeals.decide_appeal(
        appeal=appeal, moderator=second, outcome="upheld", reason="It is in the play."
    )
    page = read(client, path)
    assert "This was undone on" in page
    assert "Restored" in page
    assert "You were right" in page
    assert "It is in the play." in page
    assert "secunda" not in page
    post = alice.posts.get()
    assert client_of(second).get(post.get_absolute_url()).status_code == 200


def test_an_appeal_can_be_withdrawn(
    alice: User, statement: Statement, client_of: ClientOf
) -> None:
    client, path = client_of(alice), statement.get_absolute_url()
    client.post(f"{path}appeal/", {"text": "No."})
    client.post(f"{path}withdraw/")
    assert Appeal.objects.get().state == Appeal.State.WITHDRAWN
    assert "Withdrawn" in read(client, path)
    again = client.post(f"{path}answer/", {"text": "But"})
    assert again.status_code == 400
    assert "decided already" in again.content.decode()


def test_an_empty_appeal_is_refused_and_nothing_is_lost(
    alice: User, statement: Statement, client_of: ClientOf
) -> None:
    client, path = client_of(alice), statement.get_absolute_url()
    assert client.post(f"{path}appeal/", {"text": " "}).status_code == 400
    long = "word " * 500
    refused = client.post(f"{path}appeal/", {"text": long})
    assert refused.status_code == 400
    assert long.strip() in refused.content.decode()
    assert not Appeal.objects.exists()


def test_after_six_months_the_form_is_gone_and_the_page_says_where_to_go(
    alice: User, statement: Statement, client_of: ClientOf
) -> None:
    yesterday = timezone.now() - dt.timedelta(days=1)
    Statement.objects.filter(pk=statement.pk).update(appeal_until=yesterday)
    client, path = client_of(alice), statement.get_absolute_url()
    page = read(client, path)
    assert "The six months for an appeal ended" in page
    assert f'action="{path}appeal/"' not in page
    assert client.post(f"{path}appeal/", {"text": "Please"}).status_code == 400


def test_a_decision_that_was_undone_says_so_and_needs_no_appeal(
    alice: User, mo: User, statement: Statement, client_of: ClientOf
) -> None:
    undo_decision(decision=statement.decision, moderator=mo)
    page = read(client_of(alice), statement.get_absolute_url())
    assert "Everything is back where it was." in page
    assert "There is nothing to appeal against any more." in page


@pytest.mark.parametrize("measure", ["label", "age-limit", "demote", "hide", "remove"])
def test_every_measure_is_told_in_words(
    measure: str, alice: User, bob: User, mo: User, client_of: ClientOf
) -> None:
    words = "Loud noises" if measure == "label" else ""
    statement = decided(post_by(alice, "Fog"), bob, mo, measure=measure, label=words)
    page = read(client_of(alice), statement.get_absolute_url())
    assert "“Fog”" in page
    assert words in page


def test_my_decisions_and_appeals_are_on_one_page(
    alice: User, bob: User, statement: Statement, client_of: ClientOf
) -> None:
    client = client_of(alice)
    client.post(f"{statement.get_absolute_url()}appeal/", {"text": "No."})
    page = read(client, "/decisions/")
    assert "“Storm warning” is hidden from others" in page
    assert "With a second moderator" in page
    assert "Storm" in read(client_of(bob), "/decisions/")
    assert 'href="/decisions/"' in read(client, "/settings/")


def test_the_reporter_learns_the_outcome_and_no_name(
    alice: User, bob: User, statement: Statement, client_of: ClientOf
) -> None:
    report = statement.decision.case.reports.get()
    page = read(client_of(bob), f"/reports/{report.key}/")
    assert "It is hidden from others now. Thank you for telling us." in page
    assert "alice" not in page


def test_a_person_who_reads_it_need_not_fear_caches(
    alice: User, statement: Statement, client_of: ClientOf
) -> None:
    response = client_of(alice).get(statement.get_absolute_url())
    assert "no-store" in response["Cache-Control"]


def test_what_is_hidden_while_somebody_looks_is_said_before_it_is_decided(
    alice: User, client_of: ClientOf
) -> None:
    post = post_by(alice, "Fog")
    open_case(kind="post", key=post.key, category="hate", hold=True)
    page = read(client_of(alice), "/decisions/")
    assert "“Fog” is hidden while somebody looks at it" in page
    assert "Nothing of yours was limited" not in page
