"""Leaving: hidden at once, undone by signing in, erased when the two weeks are over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from conftest import PASSWORD
from feed.tests.rows import character_of, post_by
from socialapp.accounts import leaving, services
from socialapp.accounts.models import User
from socialapp.characters.services import change_character

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def over(user: User) -> None:
    """The two weeks have passed."""
    User.objects.filter(pk=user.pk).update(leaves=timezone.now())


def test_it_takes_two_steps_and_nobody_is_persuaded(
    alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    page = client.get("/settings/leave/").content.decode()
    assert "Your profile, chats and clips go after 14 days." in page
    asked = client.post("/settings/leave/")
    done = client.post(asked["Location"], {"password": PASSWORD})
    assert "are hidden, and you are signed out everywhere" in done.content.decode()
    alice.refresh_from_db()
    assert alice.leaves is not None
    assert alice.username == "alice"


def test_a_wrong_password_changes_nothing(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    asked = client.post("/settings/leave/")
    told = client.post(asked["Location"], {"password": "guess"})
    assert "This is not your password" in told.content.decode()
    alice.refresh_from_db()
    assert alice.leaves is None


def test_all_that_is_theirs_is_hidden_at_once(alice: User, client: Client) -> None:
    post = post_by(alice)
    character = character_of(alice)
    change_character(character=character, visibility="public")
    paths = [post.get_absolute_url(), "/@alice/", character.get_absolute_url()]
    paths += ["/api/v1/people/alice/", f"/api/v1/posts/{post.key}/"]
    assert [client.get(path).status_code for path in paths] == [200] * 5
    leaving.ask_to_leave(user=alice)
    assert [client.get(path).status_code for path in paths] == [404] * 5
    assert post.key not in client.get("/").content.decode()


def test_sessions_and_tokens_end(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    services.create_token(user=alice)
    assert client.get("/settings/").status_code == 200
    leaving.ask_to_leave(user=alice)
    assert client.get("/settings/").status_code == 302
    assert not alice.tokens.exists()


def test_signing_in_undoes_it(alice: User, client: Client) -> None:
    leaving.ask_to_leave(user=alice)
    signed_in = client.post(
        "/accounts/login/", {"login": "alice", "password": PASSWORD}, follow=True
    )
    assert "Your account stays" in signed_in.content.decode()
    assert client.get("/settings/").status_code == 200
    assert client.get("/@alice/").status_code == 200
    over(User.objects.create_user(username="other", email="other@example.com"))
    assert leaving.purge_due() == {"erased": 1}
    assert User.objects.filter(username="alice").exists()


def test_signing_in_by_the_api_undoes_it_too(alice: User, client: Client) -> None:
    leaving.ask_to_leave(user=alice)
    body = {"email": "alice@example.com", "password": PASSWORD}
    answer = client.post("/api/v1/auth/token/", body, content_type="application/json")
    assert answer.status_code == 201
    alice.refresh_from_db()
    assert alice.leaves is None


def test_a_mail_says_until_when_it_can_be_undone(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        leaving.ask_to_leave(user=alice)
        leaving.ask_to_leave(user=alice)
    assert len(mail.outbox) == 1
    assert alice.leaves is not None
    assert f"{alice.leaves:%Y}" in mail.outbox[0].subject
    assert "/accounts/login/" in mail.outbox[0].body


def test_asking_again_does_not_make_it_later(alice: User) -> None:
    first = leaving.ask_to_leave(user=alice).leaves
    assert leaving.ask_to_leave(user=alice).leaves == first


def test_nobody_is_erased_before_their_time(alice: User) -> None:
    leaving.ask_to_leave(user=alice)
    soon = timezone.now() + leaving.GRACE - timedelta(minutes=1)
    assert leaving.purge_due(now=soon) == {"erased": 0}
    assert User.objects.filter(username="alice").exists()


def test_who_is_held_waits_until_nothing_holds_them(
    alice: User, settings: Settings
) -> None:
    settings.LEAVING_HOLDS = [f"{__name__}.hold_everybody"]
    leaving.ask_to_leave(user=alice)
    over(alice)
    assert leaving.purge_due() == {"erased": 0}
    settings.LEAVING_HOLDS = []
    call_command("purge")
    assert not User.objects.filter(username="alice").exists()


def hold_everybody(user: User) -> str:
    return f"{user} is part of an open case."
