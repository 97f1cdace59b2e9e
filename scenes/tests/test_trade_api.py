"""Stories in and out over HTTP and by the page: who may, and what they get."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from scenes import services
from scenes.machine import read_scene
from scenes.models import Scene
from scenes.services import trade
from scenes.tests.stories import document, draft, published
from scenes.tests.trade_files import SCXML, TWEE, ink, xstate
from scenes.trade import read

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

URL = "/api/v1/scenes/"


@pytest.fixture
def hers(alice: User, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def his(bob: User, client_of: ClientOf) -> Client:
    return client_of(bob)


def send(client: Client, data: bytes, name: str = "story.txt") -> Any:
    return client.post(f"{URL}import/", {"file": SimpleUploadedFile(name, data)})


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("twee", TWEE.encode()),
        ("scxml", SCXML.encode()),
        ("xstate", xstate()),
        ("ink", ink()),
        ("scene", document().encode()),
    ],
)
def test_a_file_comes_in_as_a_document_with_a_report(
    hers: Client, form: str, data: bytes
) -> None:
    answer = send(hers, data)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["form"] == form
    read_scene(told["document"])
    assert set(told["report"]) == {"taken", "kept", "not_taken"}
    assert told["report"]["taken"]
    assert told["publishable"] == all(
        one["severity"] != "error" for one in told["findings"]
    )
    assert not Scene.objects.exists()


def test_what_came_in_is_begun_published_and_played(hers: Client) -> None:
    told = send(hers, ink()).json()
    made = hers.post(
        URL, json.dumps({"document": told["document"]}), content_type="application/json"
    )
    assert made.status_code == 201
    scene = Scene.objects.get()
    version = services.publish(scene=scene, rev=scene.draft_rev)
    assert version.endings == 1


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"Once upon a time", 400, "none of the known forms"),
        (b"=== knot ===\nHi\n-> END\n", 400, "Compile it"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><scxml/>", 400, "entities"),
        (b'{"format": "scene", "version": 1}', 400, "/languages"),
        (b":: a\n" * 100_000, 413, "passages"),
        (b":: A\n" + b"x" * 5_000_000, 413, "up to 5000000 bytes"),
    ],
)
def test_what_cannot_come_in_is_refused_with_the_way_out(
    hers: Client, data: bytes, status: int, words: str
) -> None:
    answer = send(hers, data)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_form_without_a_file_and_a_stranger_are_refused(hers: Client) -> None:
    assert hers.post(f"{URL}import/", {}).status_code == 400
    assert send(Client(), TWEE.encode()).status_code in {401, 403}


def test_an_author_takes_scenes_along_in_every_form(hers: Client, alice: User) -> None:
    scene = published(alice)
    url = f"{URL}{scene.key}/export/"
    found = hers.get(f"{url}json/")
    assert scene.version is not None
    assert found.content.decode() == scene.version.document
    assert found["Content-Disposition"] == 'attachment; filename="tea_for_two.json"'
    twee = hers.get(f"{url}twee/")
    assert ":: table" in twee.content.decode()
    assert read(twee.content).form == "twee"
    page = hers.get(f"{url}html/")
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert page["Content-Disposition"].startswith("attachment")
    assert b"Content-Security-Policy" in page.content
    assert hers.get(f"{url}pdf/").status_code == 404


def test_others_take_along_what_is_offered_for_remixes(
    alice: User, his: Client
) -> None:
    scene = published(alice)
    for form in trade.FORMS:
        refused = his.get(f"{URL}{scene.key}/export/{form}/")
        assert refused.status_code == 403
        assert "does not offer this scene" in refused.json()["detail"]
    services.change_scene(scene=scene, remixable=True)
    for client in (his, Client()):
        assert client.get(f"{URL}{scene.key}/export/html/").status_code == 200


def test_a_draft_is_taken_along_by_its_author_alone(
    hers: Client, his: Client, alice: User
) -> None:
    scene = published(alice)
    services.change_scene(scene=scene, remixable=True)
    scene.refresh_from_db()
    changed = document("Milk, then?")
    services.save_draft(scene=scene, document=changed, rev=scene.draft_rev)
    url = f"{URL}{scene.key}/export/twee/?draft=1"
    assert "Milk, then?" in hers.get(url).content.decode()
    assert "Do you take sugar?" in his.get(url).content.decode()


def test_a_draft_that_is_no_scene_is_told(hers: Client, alice: User) -> None:
    scene = draft(alice)
    services.save_draft(scene=scene, document="{", rev=scene.draft_rev)
    answer = hers.get(f"{URL}{scene.key}/export/html/")
    assert answer.status_code == 400
    assert "no scene yet" in answer.json()["detail"]


def test_strangers_learn_nothing_of_a_private_scene(his: Client, alice: User) -> None:
    scene = draft(alice)
    assert his.get(f"{URL}{scene.key}/export/json/").status_code == 404
    assert his.get(f"/sc/{scene.key}/export/json/").status_code == 404


def test_the_page_gives_the_file_or_says_why_not(
    hers: Client, his: Client, alice: User
) -> None:
    scene = published(alice)
    found = hers.get(f"/sc/{scene.key}/export/html/")
    assert found["Content-Disposition"] == 'attachment; filename="tea_for_two.html"'
    refused = his.get(f"/sc/{scene.key}/export/html/")
    assert refused.status_code == 302
    assert refused["Location"] == f"/sc/{scene.key}/"
    assert hers.get(f"/sc/{scene.key}/export/pdf/").status_code == 404


def test_too_many_files_are_too_many(hers: Client, alice: User, settings: Any) -> None:
    settings.API_RATES = {**settings.API_RATES, "scene": "2/5m", "upload": "1/5m"}
    cache.clear()
    scene = published(alice)
    url = f"{URL}{scene.key}/export/json/"
    assert [hers.get(url).status_code for _ in range(3)] == [200, 200, 429]
    assert hers.get(f"/sc/{scene.key}/export/json/").status_code == 302
    assert [send(hers, ink()).status_code for _ in range(2)] == [200, 429]
