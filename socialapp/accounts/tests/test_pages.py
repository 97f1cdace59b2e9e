"""The doors as a browser sees them: allauth with our form, adapter and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.cache import cache

from conftest import PASSWORD
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

ASKED = {
    "email": "wren@example.org",
    "username": "Wren",
    "display_name": "Wren Abara",
    "password1": PASSWORD,
    "birth_date_day": "29",
    "birth_date_month": "2",
    "birth_date_year": "1992",
    "time_zone": "Asia/Tokyo",
}


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def sign_up(client: Client, **changes: str) -> Any:
    return client.post("/accounts/signup/", ASKED | changes)


def errors(response: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = response.context["form"].errors
    return found


def test_signing_up_works(client: Client) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    user = User.objects.get(username="wren")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.display_name, user.time_zone) == ("Wren Abara", "Asia/Tokyo")
    assert user.birth_date is not None
    assert user.birth_date.isoformat() == "1992-02-29"
    assert [message.to for message in mail.outbox] == [["wren@example.org"]]


def test_a_date_that_is_none_is_explained(client: Client) -> None:
    response = sign_up(client, birth_date_day="31")
    assert errors(response) == {
        "birth_date": ["February has no 31st. Check the day or the month."]
    }


def test_a_date_of_words_is_explained(client: Client) -> None:
    response = sign_up(client, birth_date_year="ninety")
    assert "Use numbers, like 31 12 1990." in errors(response)["birth_date"]


def test_a_child_is_refused_kindly(client: Client) -> None:
    response = sign_up(client, birth_date_year="2024")
    assert "You can watch without an account." in str(errors(response)["birth_date"])
    assert not User.objects.exists()


def test_a_taken_handle_comes_with_a_free_one(client: Client, alice: User) -> None:
    response = sign_up(client, username="alice")
    assert errors(response) == {"username": ["@alice is taken. @alice.writes is free."]}


def test_fields_that_are_not_on_the_form_change_nothing(client: Client) -> None:
    sign_up(client, is_staff="on", is_superuser="on", skeleton="x")
    user = User.objects.get(username="wren")
    assert not (user.is_staff)
    assert not (user.is_superuser)
    assert user.skeleton == "wren"


@pytest.mark.parametrize(
    "login", ["alice@example.com", "ALICE@example.com", "alice", "@alice"]
)
def test_one_signs_in_by_email_or_handle(
    client: Client, alice: User, login: str
) -> None:
    response = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_wrong_password_and_an_unknown_person_read_alike(
    client: Client, alice: User
) -> None:
    said = {
        str(
            errors(client.post("/accounts/login/", {"login": who, "password": "wrong"}))
        )
        for who in ("alice@example.com", "nobody@example.com", "alice", "nobody")
    }
    assert len(said) == 1


def test_the_sixth_wrong_try_has_to_wait(client: Client, alice: User) -> None:
    tries = [
        client.post("/accounts/login/", {"login": "alice", "password": "wrong"})
        for _ in range(6)
    ]
    assert "Wait half an hour" in str(errors(tries[-1]))
    right = client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert right.status_code == 200


def test_a_reset_tells_nobody_who_has_an_account(client: Client, alice: User) -> None:
    known, unknown = (
        client.post("/accounts/password/reset/", {"email": email})
        for email in (alice.email, "nobody@example.com")
    )
    assert (known.status_code, known["Location"]) == (
        unknown.status_code,
        unknown["Location"],
    )
    assert [message.to[0] for message in mail.outbox] == [
        alice.email,
        "nobody@example.com",
    ]


def test_the_mailed_link_sets_a_new_password(client: Client, alice: User) -> None:
    client.post("/accounts/password/reset/", {"email": alice.email})
    link = next(
        word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word
    )
    page = client.get(link, follow=True)
    where = page.redirect_chain[-1][0]
    client.post(
        where, {"password1": "a new long secret", "password2": "a new long secret"}
    )
    alice.refresh_from_db()
    assert alice.check_password("a new long secret")
