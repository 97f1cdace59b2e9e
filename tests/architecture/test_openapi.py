"""The API's document: complete, without warnings, and the one that is committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
UNDOCUMENTED = {"api", "api-schema", "api-docs"}
"""What describes the API is no part of it."""

ABOUT = {"ImprovWriteRequest": {"state"}, "SpotWriteRequest": {"state"}}
"""Where a word means something else: a state of a scene."""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def routes(
    patterns: list[URLPattern | URLResolver], before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        else:
            yield before + str(pattern.pattern), pattern


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_it_is_valid_openapi_3_1_without_warnings(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert not GENERATOR_STATS


def test_every_route_and_method_is_in_it(schema: dict[str, Any]) -> None:
    served = 0
    for route, pattern in routes(get_resolver().url_patterns):
        if not route.startswith("api/v1/") or pattern.name in UNDOCUMENTED:
            continue
        served += sum(
            method in {"get", "post", "put", "patch", "delete"}
            for method in getattr(pattern.callback, "actions", {})
        )
    assert served == len(list(operations(schema)))


def test_every_operation_says_what_it_is_for(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        assert operation.get("summary"), f"{method} {path}"
        assert operation["tags"] != ["api"], f"{method} {path}"


def test_every_operation_may_be_refused_with_a_problem(schema: dict[str, Any]) -> None:
    for _, _, operation in operations(schema):
        refused = operation["responses"]["default"]["content"]
        assert list(refused) == ["application/problem+json"]


def test_nobody_can_write_what_belongs_to_the_house(schema: dict[str, Any]) -> None:
    forbidden = {
        "id",
        "is_staff",
        "is_superuser",
        "is_active",
        "owner",
        "author",
        "state",
        "quota",
        "starter",
        "removed",
        "exempt",
        "fence",
    }
    written = {
        name: (set(body.get("properties", {})) & forbidden) - ABOUT.get(name, set())
        for name, body in schema["components"]["schemas"].items()
        if name.endswith("Request")
    }
    assert written
    assert not any(written.values()), written


def test_the_committed_document_is_this_one(schema: dict[str, Any]) -> None:
    committed = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(schema)), (
        "Run: manage.py spectacular --file docs/openapi.yaml"
    )


def test_it_is_served_with_a_page_to_read_it() -> None:
    client = Client()
    assert b"openapi: 3.1.0" in client.get("/api/v1/schema/").content
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "script-src 'self';" in page["Content-Security-Policy"]
    assert b"<script>" not in page.content
    assert client.get("/api/v1/").status_code == 302
