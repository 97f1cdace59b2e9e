"""The shape of the API's answers, whatever the endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from rest_framework.test import APIClient

from socialapp.accounts import services
from socialapp.lib.api import parsers, throttles

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django import Settings

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

CHECK = "/api/v1/scripts/check/"


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"] == f"urn:troupe:{kind}"
    assert body["detail"]
    return body


def post(data: bytes, kind: str = "application/json") -> HttpResponse:
    return APIClient().post(CHECK, data, content_type=kind)


def test_it_works() -> None:
    assert post(b'{"script": "Hello there."}').status_code == 200


def test_an_unknown_address_is_a_problem() -> None:
    problem(APIClient().get("/api/v1/nothing/"), 404, "not-found")


@pytest.mark.parametrize("path", ["/api/v1/people/%00/", "/api/v1/posts/?tag=%00"])
def test_an_address_that_nobody_typed_is_a_problem(path: str) -> None:
    problem(APIClient().get(path), 400, "parse-error")


def test_a_page_that_is_not_there_is_still_a_page() -> None:
    response = APIClient().get("/p/nothing-here/at-all/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_a_wrong_method_is_a_problem_with_the_right_ones() -> None:
    response = APIClient().get(CHECK)
    problem(response, 405, "method-not-allowed")
    assert "POST" in response["Allow"]


def test_a_kind_that_is_not_read_is_a_problem() -> None:
    problem(post(b"<a/>", "application/xml"), 415, "unsupported-media-type")


def test_a_kind_that_is_not_written_is_a_problem() -> None:
    response = APIClient().get("/api/v1/backgrounds/", HTTP_ACCEPT="application/xml")
    problem(response, 406, "not-acceptable")


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"nul",
        b'{"script": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"script": NaN}',
        b'{"voice_speed": 1e999}',
        b'{"voice_speed": ' + b"9" * 5000 + b"}",
        b'{"script": "a\\u0000b"}',
        b'{"a\\ud800": 1}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000,
        b'{"script": "' + b'\\"' * 1000,
    ],
    ids=lambda data: data[:16].decode("latin-1"),
)
def test_broken_json_is_a_problem(data: bytes) -> None:
    problem(post(data), 400, "parse-error")


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'"x"', b"7", b"null", b'{"script": {}}'],
)
def test_json_of_another_shape_is_a_problem_with_the_field(data: bytes) -> None:
    assert problem(post(data), 400, "invalid")["errors"]


def test_a_lone_surrogate_is_a_problem() -> None:
    problem(post(b'{"script": "\\ud800"}'), 400, "parse-error")
    assert post(b'{"script": "Hi \\ud83d\\ude42"}').status_code == 200


def test_brackets_in_strings_are_not_depth() -> None:
    assert parsers.depth_of(b'{"a": "[[[[\\"[[["}') == 1
    assert parsers.depth_of(b"[[1], [2, [3]]]") == 3


def test_a_large_body_is_a_problem() -> None:
    data = b'{"script": "' + b"x" * parsers.MAX_JSON_BYTES + b'"}'
    problem(post(data), 413, "too-large")


def test_each_field_has_its_own_error() -> None:
    data = b'{"email": "x", "username": "ren", "password": "correct horse", "birth_date": "no"}'
    response = APIClient().post(
        "/api/v1/auth/sign-up/", data, content_type="application/json"
    )
    body = problem(response, 400, "invalid")
    assert {error["field"] for error in body["errors"]} == {"email", "birth_date"}
    assert all(error["message"] for error in body["errors"])


def test_a_token_is_needed() -> None:
    response = APIClient().get("/api/v1/me/")
    problem(response, 401, "not-authenticated")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("key", ["", "x", "troupe_nobody", "ÿ", "a b"])
def test_a_wrong_token_is_a_problem(key: str) -> None:
    response = APIClient().get("/api/v1/me/", HTTP_AUTHORIZATION=f"Bearer {key}")
    problem(response, 401, "authentication-failed")


def test_a_session_needs_the_csrf_token_to_write(alice: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.get("/api/v1/me/").status_code == 200
    body = problem(client.patch("/api/v1/me/", {"bio": "x"}), 403, "permission-denied")
    assert "CSRF" in body["detail"]


def test_a_token_needs_none(alice: User) -> None:
    _, key = services.create_token(user=alice)
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert client.patch("/api/v1/me/", {"bio": "x"}).status_code == 200


@pytest.mark.parametrize("cursor", ["x", "cD14", "bz0tMQ==", "cD0lMDA="])
def test_a_cursor_that_nobody_gave_out_is_a_problem(alice: User, cursor: str) -> None:
    client = APIClient()
    client.force_login(alice)
    problem(client.get(f"/api/v1/clips/?cursor={cursor}"), 400, "invalid")


def test_too_much_is_a_problem_with_the_time_to_wait(settings: Settings) -> None:
    settings.API_RATES = {"anon": "2/5m"}
    client = APIClient()
    for _ in range(2):
        assert client.get("/api/v1/backgrounds/").status_code == 200
    response = client.get("/api/v1/backgrounds/")
    problem(response, 429, "throttled")
    assert 1 <= int(response["Retry-After"]) <= 300


def test_neighbours_on_ipv6_count_as_one() -> None:
    assert throttles.network_of("2001:db8::1") == throttles.network_of("2001:db8::ffff")
    assert throttles.network_of("2001:db8::1") != throttles.network_of("2001:db9::1")
    assert throttles.network_of("10.0.0.1") != throttles.network_of("10.0.0.2")


def test_a_busy_database_asks_to_try_again(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(services, "change_profile", busy)
    client = APIClient()
    client.force_login(alice)
    response = client.patch("/api/v1/me/", {"bio": "x"})
    problem(response, 503, "unavailable")
    assert response["Retry-After"]


def test_a_fault_of_ours_is_a_problem_without_its_traceback(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(services, "change_profile", broken)
    client = APIClient(raise_request_exception=False)
    client.force_login(alice)
    response = client.patch("/api/v1/me/", {"bio": "x"})
    problem(response, 500, "error")
    assert b"secret" not in response.content
