"""Everything that the pages do, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from feed.tests.rows import clip_of, post_by
from moderation.models import Appeal, Report, Statement
from moderation.rules import RULES
from moderation.services import appeals
from moderation.tests.rows import decided, moderator

if TYPE_CHECKING:
    from pytest_django import Settings

    from feed.models import Post
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client


@pytest.fixture
def post(alice: User) -> Post:
    return post_by(alice, "Storm warning")


@pytest.fixture
def statement(post: Post, bob: User) -> Statement:
    return decided(post, bob, moderator("quillon"))


def report_of(post: Post, **other: Any) -> dict[str, Any]:
    return {"kind": "post", "key": post.key, "category": "spam"} | other


def test_anybody_may_report(post: Post) -> None:
    sent = api().post("/api/v1/reports/", report_of(post, email="x@example.com"))
    assert sent.status_code == 201
    assert sent.json()["outcome"] == "Somebody will look at it and decide."
    report = Report.objects.get()
    assert report.contact == {"email": "x@example.com"}
    assert report.source


def test_a_report_again_is_the_first_one(post: Post, bob: User) -> None:
    first = api(bob).post("/api/v1/reports/", report_of(post)).json()
    again = api(bob).post("/api/v1/reports/", report_of(post)).json()
    assert first["key"] == again["key"]
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("other", "status", "field"),
    [
        ({"kind": "moon"}, 400, "kind"),
        ({"category": "ugly"}, 400, "category"),
        ({"key": "nothere"}, 404, ""),
        ({"email": "no"}, 400, "email"),
        ({"note": "x" * 2001}, 400, "note"),
    ],
)
def test_a_bad_report_is_refused_with_its_field(
    other: dict[str, Any], status: int, field: str, post: Post
) -> None:
    refused = api().post("/api/v1/reports/", report_of(post, **other))
    assert refused.status_code == status
    assert [one["field"] for one in refused.json().get("errors", [])] == (
        [field] if field else []
    )
    assert not Report.objects.exists()


def test_ones_own_post_is_changed_not_reported(post: Post, alice: User) -> None:
    refused = api(alice).post("/api/v1/reports/", report_of(post))
    assert refused.status_code == 400
    assert refused.json()["type"] == "urn:troupe:moderation-refused"


def test_a_flood_is_told_when_to_come_back(post: Post, settings: Settings) -> None:
    settings.STRANGERS_REPORTS_PER_HOUR = 0
    refused = api().post("/api/v1/reports/", report_of(post))
    assert refused.status_code == 429
    assert refused["Retry-After"] == "3600"


def test_reports_are_listed_to_whoever_made_them(
    post: Post, bob: User, mallory: User
) -> None:
    key = api(bob).post("/api/v1/reports/", report_of(post)).json()["key"]
    assert [r["key"] for r in api(bob).get("/api/v1/reports/").json()["results"]] == [
        key
    ]
    assert api(mallory).get("/api/v1/reports/").json()["results"] == []
    assert api(mallory).get(f"/api/v1/reports/{key}/").status_code == 404
    assert api().get("/api/v1/reports/").status_code == 401


def test_a_decision_is_read_by_the_person_concerned_alone(
    statement: Statement, alice: User, bob: User
) -> None:
    url = f"/api/v1/decisions/{statement.puid}/"
    found = api(alice).get(url).json()
    assert found["measure"] == "hide"
    assert found["told"]["heading"] == "“Storm warning” is hidden from others"
    assert found["statement"]["puid"] == statement.puid
    assert found["may_appeal"] is True
    assert found["appeal"] is None
    listed = api(alice).get("/api/v1/decisions/").json()["results"]
    assert [one["puid"] for one in listed] == [statement.puid]
    assert api(bob).get(url).status_code == 404
    assert api(bob).get("/api/v1/decisions/").json()["results"] == []
    assert api().get(url).status_code == 401


def test_an_appeal_runs_its_course(statement: Statement, alice: User) -> None:
    client, url = api(alice), f"/api/v1/decisions/{statement.puid}/"
    opened = client.post(f"{url}appeal/", {"text": "It is a quote."})
    assert opened.status_code == 201
    assert opened.json()["appeal"]["state"] == "open"
    second = moderator("secunda")
    appeals.ask_appellant(
        appeal=Appeal.objects.get(), moderator=second, text="Of what?"
    )
    asked = client.get(url).json()["appeal"]
    assert asked["state"] == "asked"
    assert [one["side"] for one in asked["messages"]] == ["person", "moderator"]
    answered = client.post(f"{url}appeal/messages/", {"text": "Of a play."})
    assert answered.status_code == 201
    appeals.decide_appeal(
        appeal=Appeal.objects.get(),
        moderator=second,
        outcome="upheld",
        reason="It is one.",
    )
    done = client.get(url).json()
    assert done["appeal"]["state"] == "upheld"
    assert done["undone"]
    assert "secunda" not in str(done)


def test_an_appeal_is_withdrawn(statement: Statement, alice: User) -> None:
    client, url = api(alice), f"/api/v1/decisions/{statement.puid}/appeal/"
    assert client.delete(url).status_code == 404
    client.post(url, {"text": "No."})
    assert client.delete(url).json()["appeal"]["state"] == "withdrawn"
    assert client.post(f"{url}messages/", {"text": "But"}).status_code == 400


def test_nobody_appeals_for_somebody_else(statement: Statement, bob: User) -> None:
    url = f"/api/v1/decisions/{statement.puid}/appeal/"
    assert api(bob).post(url, {"text": "I do."}).status_code == 404
    assert not Appeal.objects.exists()


def test_a_takedown_needs_no_token_and_gives_a_receipt(post: Post) -> None:
    body = {
        "where": post.get_absolute_url(),
        "name": "Ada Example",
        "email": "ada@example.com",
        "good_faith": True,
    }
    assert api().get(f"/api/v1/posts/{post.key}/").status_code == 200
    sent = api().post("/api/v1/takedowns/", body)
    assert sent.status_code == 201
    assert api().get(f"/api/v1/posts/{post.key}/").status_code == 404
    token = sent.json()["receipt"].rstrip("/").rpartition("/")[2]
    state = api().get(f"/api/v1/takedowns/{token}/").json()
    assert state["cases"] == sent.json()["cases"]
    assert state["cases"][0]["due"]
    assert api().get("/api/v1/takedowns/guess/").status_code == 404
    refused = api().post("/api/v1/takedowns/", body | {"good_faith": False})
    assert refused.json()["errors"][0]["field"] == "good_faith"


def test_the_rules_and_the_counts_are_public(statement: Statement) -> None:
    rules = api().get("/api/v1/rules/").json()["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in RULES]
    report = api().get("/api/v1/transparency/").json()
    rows = {row["name"]: row["value"] for row in report["rows"]}
    assert rows["Statements of reasons"] == 1
    assert api().get("/api/v1/transparency/?year=1999").status_code == 404


def test_what_is_shown_says_that_it_is_ai(post: Post, alice: User) -> None:
    shown = api().get(f"/api/v1/posts/{post.key}/").json()
    assert shown["ai_generated"] is shown["clip"]["ai_generated"] is True
    clip = api(alice).get(f"/api/v1/clips/{clip_of(post).key}/").json()
    assert clip["ai_generated"] is True
