"""The policy of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.test import RequestFactory

from socialapp.lib.csp import HEADER, ContentSecurityPolicy

if TYPE_CHECKING:
    from django.http import HttpRequest
    from pytest_django.fixtures import Settings


def policy(path: str, **headers: str) -> str:
    def view(request: HttpRequest) -> HttpResponse:
        assert request.META["csp_nonce"]
        return HttpResponse(headers=headers)

    return ContentSecurityPolicy(view)(RequestFactory().get(path))[HEADER]


def test_a_page_runs_its_own_files_only() -> None:
    parts = dict(part.split(" ", 1) for part in policy("/").split("; "))
    assert parts["default-src"] == "'self'"
    assert parts["script-src"].startswith("'self' 'nonce-")
    assert parts["style-src"] == "'self'"
    assert "unsafe" not in policy("/")


def test_every_answer_has_a_nonce_of_its_own() -> None:
    assert policy("/") != policy("/")


def test_the_admin_gets_by_with_less() -> None:
    assert "'unsafe-eval'" in policy("/admin/avatarfx/clip/")
    assert "'unsafe-eval'" not in policy("/administrator")


def test_object_storage_is_named(settings: Settings) -> None:
    settings.MEDIA_ORIGINS = ["https://s3.example"]
    assert "media-src 'self' blob: https://s3.example" in policy("/")


def test_a_view_s_own_policy_stands() -> None:
    assert policy("/x.svg", **{HEADER: "sandbox"}) == "sandbox"
