"""Reporting, as people do it: with an account or without, with scripts or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail

from feed.tests.rows import character_of, clip_of, post_by
from moderation.models import Case, Report
from moderation.rules import RULES
from socialapp.characters.services import change_character

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SPAM = {"category": "spam", "note": "The same one everywhere"}


def test_everything_that_others_see_has_its_report_link(
    alice: User, client: Client
) -> None:
    post = post_by(alice)
    character = character_of(alice)
    change_character(character=character, visibility="public")
    for page, link in (
        ("/", f"/p/{post.key}/why/"),
        (f"/p/{post.key}/why/", f"/report/post/{post.key}/"),
        (post.get_absolute_url(), f"/report/post/{post.key}/"),
        (character.get_absolute_url(), f"/report/character/{character.key}/"),
        ("/@alice/", "/report/profile/alice/"),
    ):
        assert f'href="{link}' in client.get(page).content.decode(), page
        assert client.get(link).status_code == 200


def test_nobody_is_offered_to_report_themselves(
    alice: User, client_of: ClientOf
) -> None:
    post = post_by(alice)
    client = client_of(alice)
    for page in ("/", post.get_absolute_url(), "/@alice/"):
        assert "/report/" not in client.get(page).content.decode()


def test_the_form_offers_every_rule_in_plain_words(alice: User, client: Client) -> None:
    page = client.get(f"/report/post/{post_by(alice).key}/").content.decode()
    for rule in RULES:
        assert (rule.ask in page) == rule.reported


def test_a_report_without_scripts_ends_on_a_receipt(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    post = post_by(alice, "Mind the fog")
    sent = client_of(bob).post(f"/report/post/{post.key}/", SPAM, follow=True)
    report = Report.objects.get()
    assert sent.redirect_chain == [(f"/reports/{report.key}/", 302)]
    page = sent.content.decode()
    assert report.key in page
    assert "Somebody will look at it" in page
    assert report.snapshot["Caption"] == "Mind the fog"
    assert report.reporter == bob


def test_the_sheet_gets_the_form_and_then_the_receipt(
    alice: User, client: Client
) -> None:
    url = f"/report/post/{post_by(alice).key}/?sheet=1"
    form = client.get(url).content.decode()
    assert form.startswith('<div class="sheet__body">')
    wrong = client.post(url, {"category": "nothing"})
    assert wrong.status_code == 400
    assert "Choose one of the list." in wrong.content.decode()
    done = client.post(url, SPAM)
    assert done.status_code == 200
    assert Report.objects.get().key in done.content.decode()


def test_a_stranger_reports_and_is_told_by_mail(
    alice: User,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    post = post_by(alice)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            f"/report/post/{post.key}/", {**SPAM, "email": "stranger@example.com"}
        )
    report = Report.objects.get()
    assert report.reporter is None
    assert len(report.source) == 64
    assert mail.outbox[0].to == ["stranger@example.com"]
    assert report.key in mail.outbox[0].body


def test_a_stranger_need_not_say_who_they_are(alice: User, client: Client) -> None:
    client.post(f"/report/post/{post_by(alice).key}/", SPAM)
    assert Report.objects.get().contact == {}


def test_a_receipt_is_for_whoever_reported(
    alice: User, client: Client, client_of: ClientOf
) -> None:
    client.post(f"/report/post/{post_by(alice).key}/", SPAM)
    path = f"/reports/{Report.objects.get().key}/"
    assert client.get(path).status_code == 200
    assert client_of(alice).get(path).status_code == 404
    client.cookies.clear()
    assert client.get(path).status_code == 404


def test_a_flood_from_one_network_is_refused_with_the_way_out(
    alice: User, client: Client, settings: Settings
) -> None:
    settings.STRANGERS_REPORTS_PER_HOUR = 1
    first, second = post_by(alice), post_by(alice)
    assert client.post(f"/report/post/{first.key}/", SPAM).status_code == 302
    refused = client.post(f"/report/post/{second.key}/", SPAM)
    assert refused.status_code == 429
    assert "emergency" in refused.content.decode()
    assert Report.objects.count() == 1


@pytest.mark.parametrize("kind", ["post", "nonsense", "clip"])
def test_what_one_cannot_see_cannot_be_reported(
    kind: str, alice: User, client: Client
) -> None:
    hidden = post_by(alice)
    hidden.visibility = "private"
    hidden.save()
    key = hidden.key if kind == "post" else clip_of(hidden).key
    assert client.get(f"/report/{kind}/{key}/").status_code == 404
    assert client.post(f"/report/{kind}/{key}/", SPAM).status_code == 404
    assert not Case.objects.exists()


def test_reports_of_one_thing_are_one_case(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    post = post_by(alice)
    for person in (bob, mallory, bob):
        client_of(person).post(f"/report/post/{post.key}/", SPAM)
    assert Case.objects.get().reports.count() == 2


def test_markup_in_a_caption_is_shown_as_text(alice: User, client: Client) -> None:
    post = post_by(alice, "<b>bold</b>")
    page = client.get(f"/report/post/{post.key}/").content.decode()
    assert "Report “&lt;b&gt;bold" in page


def test_what_i_reported_is_listed_with_what_came_of_it(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    client = client_of(bob)
    client.post(f"/report/post/{post_by(alice, 'Fog').key}/", SPAM)
    page = client.get("/decisions/").content.decode()
    assert "Fog" in page
    assert "Somebody will look at it and decide." in page
