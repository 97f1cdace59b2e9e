"""Troupe as an app: what is installed, what is kept, and what is shared to it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve

from socialapp.lib.pwa import shell

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def test_the_manifest_names_icons_that_exist_and_pages_that_answer(
    client: Client,
) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"].startswith("application/manifest+json")
    told = answer.json()
    assert (told["id"], told["scope"], told["start_url"]) == ("/", "/", "/")
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for path, _, _ in shell.ICONS:
        assert finders.find(path)
    for shortcut in told["shortcuts"]:
        resolve(shortcut["url"])
    resolve(told["share_target"]["action"])


def test_the_worker_minds_the_whole_house_and_is_asked_for_each_time(
    client: Client,
) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    assert answer.content.decode().startswith('const HOUSE = {"shell": ["/static/')


def test_another_file_makes_another_build(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def built() -> str:
        shell.worker.cache_clear()
        return shell.worker().split("\n", 1)[0]

    before = built()
    assert built() == before
    monkeypatch.setattr(shell, "_content", lambda _: b"changed")
    assert built() != before
    monkeypatch.undo()
    assert built() == before


def test_the_page_without_a_network_knows_nobody(
    alice: User, client_of: ClientOf, client: Client
) -> None:
    assert b"The house is dark" in client.get("/offline/").content
    assert b"alice" not in client.get("/offline/").content
    for name in shell.SHELL:
        assert finders.find(name)


def test_shared_words_become_a_script_and_nothing_is_written() -> None:
    client = Client(enforce_csrf_checks=True)
    told = {"title": "Fog", "text": "Hello", "url": "https://example.com/"}
    answer = client.post("/share/", told)
    assert answer.status_code == 302
    parts = urlsplit(answer["Location"])
    assert parts.path == "/share/"
    assert parts.query == "", "what is shared stays out of logs"
    assert parse_qs(parts.fragment) == {"text": ["Fog\nHello\nhttps://example.com/"]}


def test_a_picture_that_came_before_the_worker_is_asked_for_again() -> None:
    picture = SimpleUploadedFile("a.png", b"x", "image/png")
    answer = Client().post("/share/", {"picture": picture})
    assert "lost=1" in answer["Location"]
    assert b"did not come along" in Client().get("/share/").content
