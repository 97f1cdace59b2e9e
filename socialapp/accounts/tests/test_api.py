from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import PASSWORD
from socialapp.accounts import services
from socialapp.accounts.models import Token, User
from socialapp.accounts.tests.test_services import PNG

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

NEW = {
    "email": "wren@example.org",
    "username": "wren",
    "password": PASSWORD,
    "birth_date": "1990-04-01",
}


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user:
        _, key = services.create_token(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def fields(response: Any) -> set[str]:
    return {error["field"] for error in response.json()["errors"]}


# Signing in and up ---------------------------------------------------------------


@pytest.mark.parametrize("login", ["alice@example.com", "Alice", "@alice"])
def test_email_or_handle_and_password_give_a_token(alice: User, login: str) -> None:
    asked = {"email": login, "password": PASSWORD, "name": "Phone"}
    response = api().post("/api/v1/auth/token/", asked)
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {response.json()['key']}")
    assert client.get("/api/v1/me/").json()["username"] == alice.username
    assert Token.objects.get().name == "Phone"


def test_a_wrong_password_and_an_unknown_person_read_alike(alice: User) -> None:
    answers = [
        api().post("/api/v1/auth/token/", {"email": who, "password": "wrong"})
        for who in (alice.email, "nobody@example.com", "alice", "nobody")
    ]
    assert {a.status_code for a in answers} == {400}
    assert len({a.content for a in answers}) == 1


def test_the_sixth_wrong_try_has_to_wait(alice: User) -> None:
    wrong = {"email": alice.email, "password": "wrong"}
    for _ in range(5):
        assert api().post("/api/v1/auth/token/", wrong).status_code == 400
    response = api().post(
        "/api/v1/auth/token/", {"email": alice.email, "password": PASSWORD}
    )
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_one_who_left_cannot_sign_in(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    response = api().post(
        "/api/v1/auth/token/", {"email": alice.email, "password": PASSWORD}
    )
    assert response.status_code == 400


def test_signing_up_gives_an_account_and_a_token() -> None:
    response = api().post("/api/v1/auth/sign-up/", NEW)
    assert response.status_code == 201
    user = User.objects.get(username="wren")
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=user).email == user.email
    assert [message.to for message in mail.outbox] == [[user.email]]
    assert Token.objects.get(user=user).digest == services.digest_of(
        response.json()["key"]
    )


def test_signing_up_cannot_choose_more_than_it_is_asked() -> None:
    more = {"is_staff": True, "is_superuser": True, "id": 7, "is_active": False}
    api().post("/api/v1/auth/sign-up/", NEW | more)
    user = User.objects.get(username="wren")
    assert not user.is_staff
    assert not user.is_superuser
    assert user.is_active


def test_a_child_cannot_sign_up() -> None:
    response = api().post("/api/v1/auth/sign-up/", NEW | {"birth_date": "2024-02-29"})
    assert fields(response) == {"birth_date"}
    assert not User.objects.exists()


def test_where_mail_must_be_opened_first_no_token_is_given(
    settings: Settings,
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert api().post("/api/v1/auth/sign-up/", NEW).status_code == 202
    sign_in = {"email": NEW["email"], "password": PASSWORD}
    assert api().post("/api/v1/auth/token/", sign_in).status_code == 403
    EmailAddress.objects.update(verified=True)
    assert api().post("/api/v1/auth/token/", sign_in).status_code == 201


# Me ------------------------------------------------------------------------------


def test_me_is_my_profile_and_quota(alice: User, settings: Settings) -> None:
    me = api(alice).get("/api/v1/me/").json()
    assert (me["username"], me["email"]) == (alice.username, alice.email)
    assert me["quota"]["left"] == settings.CLIPS_PER_DAY
    assert not {"password", "is_staff", "id"} & me.keys()


def test_i_change_my_profile(alice: User) -> None:
    response = api(alice).patch(
        "/api/v1/me/", {"display_name": "Al", "time_zone": "Asia/Tokyo"}
    )
    assert response.status_code == 200
    alice.refresh_from_db()
    assert (alice.display_name, alice.time_zone) == ("Al", "Asia/Tokyo")


@pytest.mark.parametrize(
    "odd",
    [
        {"username": "bob"},
        {"username": "admin"},
        {"display_name": "x" * 51},
        {"display_name": "\u202eevil"},
        {"time_zone": "Mars"},
    ],
)
def test_an_odd_profile_is_refused_by_field(
    alice: User, bob: User, odd: dict[str, str]
) -> None:
    response = api(alice).patch("/api/v1/me/", odd)
    assert response.status_code == 400
    assert fields(response) == set(odd)


def test_i_cannot_promote_myself(alice: User) -> None:
    before = User.objects.filter(pk=alice.pk).values().get()
    api(alice).patch(
        "/api/v1/me/",
        {
            "is_staff": True,
            "is_superuser": True,
            "email": "x@example.org",
            "birth_date": "1900-01-01",
            "quota": {"left": 99},
            "id": 99,
        },
    )
    assert User.objects.filter(pk=alice.pk).values().get() == before


def test_i_set_and_remove_my_picture(alice: User) -> None:
    client = api(alice)
    file = SimpleUploadedFile("me.png", PNG.getvalue())
    response = client.put("/api/v1/me/picture/", {"picture": file}, format="multipart")
    assert response.json()["picture"].endswith(".webp")
    assert client.delete("/api/v1/me/picture/").status_code == 204
    assert client.get("/api/v1/me/").json()["picture"] is None


def test_a_picture_that_is_none_is_refused(alice: User) -> None:
    file = SimpleUploadedFile("me.png", b"not a picture")
    response = api(alice).put(
        "/api/v1/me/picture/", {"picture": file}, format="multipart"
    )
    assert response.status_code == 400
    assert fields(response) == {"picture"}


def test_i_leave(alice: User) -> None:
    client = api(alice)
    left = client.delete("/api/v1/me/", {"password": PASSWORD})
    assert left.status_code == 200
    assert client.get("/api/v1/me/").status_code == 401
    alice.refresh_from_db()
    assert left.json()["leaves"].startswith(f"{alice.leaves:%Y-%m-%d}")


# Tokens --------------------------------------------------------------------------


def test_a_key_is_shown_once(alice: User) -> None:
    client = api(alice)
    made = client.post(
        "/api/v1/tokens/", {"name": "Laptop", "password": PASSWORD}
    ).json()
    listed = client.get("/api/v1/tokens/").json()["results"]
    assert made["key"].startswith(made["prefix"])
    assert all("key" not in row and "digest" not in row for row in listed)
    assert {row["name"] for row in listed} == {"Laptop", "App"}


def test_a_revoked_key_is_dead(alice: User) -> None:
    client = api(alice)
    assert client.delete(f"/api/v1/tokens/{Token.objects.get().pk}/").status_code == 204
    assert client.get("/api/v1/me/").status_code == 401


def test_an_expired_key_is_dead(alice: User) -> None:
    client = api(alice)
    Token.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/me/").status_code == 401


def test_strangers_tokens_do_not_exist(alice: User, mallory: User) -> None:
    token, _ = services.create_token(user=alice)
    client = api(mallory)
    assert client.get(f"/api/v1/tokens/{token.pk}/").status_code == 404
    assert client.delete(f"/api/v1/tokens/{token.pk}/").status_code == 404
    assert Token.objects.filter(pk=token.pk).exists()


# Others --------------------------------------------------------------------------


def test_others_see_what_is_public_of_me(alice: User) -> None:
    person = api().get("/api/v1/people/alice/").json()
    assert person == {
        "username": "alice",
        "name": "Alice",
        "bio": "",
        "picture": None,
        "url": "/@alice/",
    }


def test_one_who_left_is_not_there(alice: User) -> None:
    services.close_account(user=alice)
    alice.refresh_from_db()
    for name in ("alice", alice.username):
        assert api().get(f"/api/v1/people/{name}/").status_code == 404
