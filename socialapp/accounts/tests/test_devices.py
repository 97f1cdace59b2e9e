"""Signing in a device, from its code to its token."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import PASSWORD
from socialapp.accounts import services
from socialapp.accounts.models import DeviceGrant, Token, User
from socialapp.accounts.programs import devices
from socialapp.accounts.programs.device_api import GRANT

if TYPE_CHECKING:
    from pytest_django import Settings

    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

APP = "Living room"


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def begin(**more: str) -> dict[str, Any]:
    """As OAuth clients ask: with a form."""
    answer = APIClient().generic(
        "POST",
        "/api/v1/auth/device/code/",
        "&".join(f"{k}={v}" for k, v in {"client_id": APP, **more}.items()),
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def poll(code: str, *, later: bool = True, **more: str) -> Any:
    """Asks for the token; `later`: when the interval is over."""
    if later:
        DeviceGrant.objects.update(polled=None)
    asked = {"grant_type": GRANT, "device_code": code, "client_id": APP}
    return APIClient().post("/api/v1/auth/device/token/", asked | more)


def answer(client_of: ClientOf, user: User, code: str, said: str) -> Any:
    client = client_of(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client.post("/device/", {"user_code": code, "answer": said})


def test_a_device_gets_a_token_once_its_owner_says_yes(
    alice: User, client_of: ClientOf, settings: Settings
) -> None:
    codes = begin(scope="write+read")
    assert codes["verification_uri"] == f"{settings.SITE_URL}/device/"
    assert codes["verification_uri_complete"].endswith(
        f"/device/?user_code={codes['user_code']}"
    )
    assert (codes["expires_in"], codes["interval"]) == (900, 5)
    waits = poll(codes["device_code"])
    assert (waits.status_code, waits.json()["error"]) == (400, "authorization_pending")
    assert waits["Content-Type"] == "application/problem+json"

    page = client_of(alice).get("/device/", {"user_code": codes["user_code"].lower()})
    assert f"Sign in “{APP}”?" in page.content.decode()
    assert "See what you see" in page.content.decode()
    assert "Manage your account" not in page.content.decode()
    said = answer(client_of, alice, codes["user_code"], "yes")
    assert f"{APP} is signed in".encode() in said.content

    got = poll(codes["device_code"])
    assert (got.status_code, got["Cache-Control"]) == (200, "no-store")
    assert (got.json()["token_type"], got.json()["scope"]) == ("Bearer", "read write")
    token = Token.objects.get()
    assert (token.user, token.name) == (alice, APP)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {got.json()['access_token']}")
    assert client.get("/api/v1/me/").json()["username"] == "alice"
    assert client.patch("/api/v1/me/", {"bio": "x"}).status_code == 403


def test_whoever_says_yes_proves_that_it_is_them(
    alice: User, client_of: ClientOf
) -> None:
    codes = begin()
    client = client_of(alice)
    sent = {"user_code": codes["user_code"], "answer": "yes"}
    asked = client.post("/device/", sent)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert poll(codes["device_code"]).json()["error"] == "authorization_pending"
    # What was sent goes on by itself.
    done = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert b"is signed in" in done.content
    assert poll(codes["device_code"]).status_code == 200


def test_codes_are_good_once(alice: User, client_of: ClientOf) -> None:
    codes = begin()
    answer(client_of, alice, codes["user_code"], "yes")
    assert poll(codes["device_code"]).status_code == 200
    assert poll(codes["device_code"]).json()["error"] == "invalid_grant"
    assert answer(client_of, alice, codes["user_code"], "yes").status_code == 400
    assert Token.objects.count() == 1


def test_no_is_no(alice: User, client_of: ClientOf) -> None:
    codes = begin()
    assert b"was refused" in answer(client_of, alice, codes["user_code"], "no").content
    assert poll(codes["device_code"]).json()["error"] == "access_denied"
    assert not Token.objects.exists()


def test_a_device_in_a_hurry_is_slowed_down(alice: User) -> None:
    codes = begin()
    poll(codes["device_code"])
    soon = poll(codes["device_code"], later=False)
    assert soon.json()["error"] == "slow_down"
    assert DeviceGrant.objects.get().interval == 10
    DeviceGrant.objects.update(polled=F("polled") - timedelta(seconds=11))
    waits = poll(codes["device_code"], later=False)
    assert waits.json()["error"] == "authorization_pending"


def test_codes_end(alice: User, client_of: ClientOf) -> None:
    codes = begin()
    DeviceGrant.objects.update(expires=timezone.now())
    assert poll(codes["device_code"]).json()["error"] == "expired_token"
    refused = answer(client_of, alice, codes["user_code"], "yes")
    assert refused.status_code == 400
    assert b"No device waits with this code" in refused.content
    DeviceGrant.objects.update(expires=timezone.now() - timedelta(hours=1))
    begin()
    assert DeviceGrant.objects.count() == 1, "old ones are swept"


def test_only_digests_are_kept() -> None:
    codes = begin()
    row = str(DeviceGrant.objects.values().get())
    assert codes["device_code"] not in row
    assert codes["user_code"] not in row
    assert codes["user_code"].replace("-", "") not in row


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": "Another"}, "invalid_grant"),
        ({"device_code": "guess"}, "invalid_grant"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    more: dict[str, Any], error: str, alice: User, client_of: ClientOf
) -> None:
    codes = begin()
    answer(client_of, alice, codes["user_code"], "yes")
    assert poll(codes["device_code"], **more).json()["error"] == error


@pytest.mark.parametrize("scope", ["everything", "read everything"])
def test_a_scope_that_is_not_there_is_refused(scope: str) -> None:
    asked = {"client_id": APP, "scope": scope}
    refused = APIClient().post("/api/v1/auth/device/code/", asked)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_nobody_answers_without_signing_in(client: Any) -> None:
    codes = begin()
    sent = client.post("/device/", {"user_code": codes["user_code"], "answer": "yes"})
    assert sent.status_code == 302
    assert DeviceGrant.objects.get().state == "pending"


def test_looking_at_the_question_answers_nothing(
    alice: User, client_of: ClientOf
) -> None:
    codes = begin()
    asked = {"user_code": codes["user_code"], "answer": "yes"}
    client_of(alice).get("/device/", asked)
    assert DeviceGrant.objects.get().state == "pending"


def test_codes_cannot_be_tried_out(
    alice: User, client_of: ClientOf, settings: Settings
) -> None:
    settings.API_RATES = {"device": "3/5m"}
    client = client_of(alice)
    tried = [
        client.get("/device/", {"user_code": f"BCDF-GHJ{letter}"}).status_code
        for letter in "KLMN"
    ]
    assert tried == [400, 400, 400, 429]


def test_too_many_tokens_are_said_before_the_yes(
    alice: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = begin()
    services.create_token(user=alice)
    monkeypatch.setattr(devices, "MAX_TOKENS", 1)
    refused = answer(client_of, alice, codes["user_code"], "yes")
    assert b"Revoke one in your settings first" in refused.content
    assert DeviceGrant.objects.get().state == "pending"


def test_whoever_leaves_signs_in_no_device(alice: User, client_of: ClientOf) -> None:
    codes = begin()
    answer(client_of, alice, codes["user_code"], "yes")
    User.objects.update(leaves=timezone.now())
    assert poll(codes["device_code"]).json()["error"] == "access_denied"
    assert not Token.objects.exists()
