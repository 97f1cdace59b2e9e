"""What a token may do. The routes come from the generated document, so a new one is part
of this the day it is wired."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from conftest import PASSWORD
from socialapp.accounts import services
from socialapp.accounts.models import Token
from socialapp.accounts.programs.scopes import ALL
from socialapp.accounts.tests.test_factors import proved

if TYPE_CHECKING:
    from pytest_django import Settings

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SAFE = {"get", "head", "options"}

DOORS = re.compile(r"/api/v1/auth/.*")
"""They look at no token: one signs in there."""

TICKETS = {("post", "/api/v1/streams/{key}/ticket/")}
"""Change nothing, and open what a token that reads may see."""


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return [
        (method, path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


OPERATIONS = operations()
UNSAFE = [(method, path) for method, path, _ in OPERATIONS if method not in SAFE]
LOOKS = [(method, path) for method, path, _ in OPERATIONS if method in SAFE]


def with_scopes(user: User, *scopes: str) -> APIClient:
    _, key = services.create_token(user=user, scopes=scopes)
    client = APIClient(raise_request_exception=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def filled(path: str) -> str:
    """With a key that no thing has: what is refused is refused before it is looked for."""
    path = re.sub(r"\{(?:id|seat|number|segment)\}", "1", path)
    return re.sub(r"[{}]", "", path.replace("{key}", "0" * 32))


@pytest.fixture(autouse=True)
def unhurried(settings: Settings) -> None:
    cache.clear()
    settings.API_RATES = {}


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_a_token_that_reads_changes_nothing(
    method: str, path: str, alice: User
) -> None:
    if DOORS.fullmatch(path) or (method, path) in TICKETS:
        pytest.skip("changes nothing of hers")
    answer = getattr(with_scopes(alice, "read"), method)(filled(path), {})
    assert answer.status_code == 403, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "urn:troupe:insufficient-scope"
    assert body["scope"] in {"write", "account"}
    assert f"“{body['scope']}”" in body["detail"]
    assert answer["WWW-Authenticate"] == (
        f'Bearer realm="api", error="insufficient_scope", scope="{body["scope"]}"'
    )


@pytest.mark.parametrize(("method", "path"), LOOKS)
def test_a_token_that_does_not_read_sees_nothing(
    method: str, path: str, alice: User
) -> None:
    answer = getattr(with_scopes(alice, "write"), method)(filled(path))
    assert answer.status_code == 403
    assert answer.json()["scope"] in {"read", "account"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/v1/tokens/"),
        ("post", "/api/v1/tokens/"),
        ("patch", "/api/v1/me/"),
        ("delete", "/api/v1/me/"),
        ("put", "/api/v1/me/picture/"),
        ("post", "/api/v1/me/export/"),
    ],
)
def test_the_account_has_a_scope_of_its_own(
    method: str, path: str, alice: User
) -> None:
    answer = getattr(with_scopes(alice, "read", "write"), method)(path, {})
    assert (answer.status_code, answer.json().get("scope")) == (403, "account")


def test_with_the_scope_it_is_done(alice: User) -> None:
    assert with_scopes(alice, "read").get("/api/v1/me/").status_code == 200
    muted = with_scopes(alice, "write").post("/api/v1/me/muted-words/", {"text": "fog"})
    assert muted.status_code != 403
    name = {"display_name": "Al"}
    assert with_scopes(alice, "account").patch("/api/v1/me/", name).status_code == 200


def test_the_document_says_the_scope_of_every_operation() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    scheme = schema["components"]["securitySchemes"]["token"]
    assert all(f"`{scope}`" in scheme["description"] for scope in ALL)
    for method, path, operation in OPERATIONS:
        said = [one["token"] for one in operation.get("security", []) if "token" in one]
        if DOORS.fullmatch(path):
            assert said == []
        elif method in SAFE or (method, path) in TICKETS:
            assert said in ([["read"]], [["account"]]), path
        else:
            assert said in ([["write"]], [["account"]]), path


def test_a_page_is_not_asked_for_scopes(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    changed = client.patch(
        "/api/v1/me/", {"display_name": "Al"}, content_type="application/json"
    )
    assert changed.status_code == 200


# Choosing them -------------------------------------------------------------------


def test_one_chooses_what_a_token_may_do(alice: User) -> None:
    client = with_scopes(alice, *ALL)
    asked = {"name": "Reader", "scopes": ["read", "read"], "password": PASSWORD}
    made = client.post("/api/v1/tokens/", asked)
    assert (made.status_code, made.json()["scopes"]) == (201, ["read"])
    listed = {row["name"]: row["scopes"] for row in _listed(client)}
    assert listed == {"Reader": ["read"], "App": list(ALL)}


def _listed(client: APIClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/tokens/").json()["results"]
    return found


@pytest.mark.parametrize("odd", [[], ["everything"], "read", [7]])
def test_what_is_no_scope_is_refused(odd: Any, alice: User) -> None:
    made = with_scopes(alice, *ALL).post(
        "/api/v1/tokens/", {"scopes": odd, "password": PASSWORD}
    )
    assert made.status_code == 400
    assert {error["field"].partition(".")[0] for error in made.json()["errors"]} == {
        "scopes"
    }


def test_a_token_gives_no_other_more_than_it_has(alice: User) -> None:
    client = with_scopes(alice, "account")
    wider = {"scopes": ["account", "write"], "password": PASSWORD}
    refused = client.post("/api/v1/tokens/", wider)
    assert refused.status_code == 400
    assert "“write”" in refused.json()["detail"]
    made = client.post("/api/v1/tokens/", {"name": "As I", "password": PASSWORD})
    assert made.json()["scopes"] == ["account"]


def test_signing_in_may_ask_for_less(alice: User) -> None:
    body = {"email": alice.email, "password": PASSWORD}
    less = APIClient().post("/api/v1/auth/token/", body | {"scopes": ["read"]})
    assert (less.status_code, less.json()["scopes"]) == (201, ["read"])
    assert APIClient().post("/api/v1/auth/token/", body).json()["scopes"] == list(ALL)


def test_the_page_offers_scopes_and_shows_them(
    alice: User, client_of: ClientOf
) -> None:
    client = proved(client_of(alice))
    page = client.get("/settings/").content.decode()
    assert all(f'name="scopes" value="{scope}" checked' in page for scope in ALL)
    made = client.post("/settings/tokens/", {"name": "Feed reader", "scopes": "read"})
    assert made.status_code == 200
    assert Token.objects.get().scopes == ["read"]
    assert "May: read</p>" in client.get("/settings/").content.decode()


def test_the_page_wants_one_scope_at_least(alice: User, client_of: ClientOf) -> None:
    client = proved(client_of(alice))
    refused = client.post("/settings/tokens/", {"name": "Nothing"})
    assert refused.status_code == 400
    assert b"Choose at least one of read, write, account." in refused.content
    assert not Token.objects.exists()
