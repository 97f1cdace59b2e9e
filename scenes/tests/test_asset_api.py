"""Backgrounds and sounds over HTTP, and for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.tests.seeing import telling_detectors
from scenes import sounds
from scenes.models import SceneAsset
from scenes.services import assets as services
from scenes.tests.bringing import URL, picture, send, wav
from socialapp.content import backgrounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django import Settings

    from conftest import ClientOf
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User


@pytest.fixture(autouse=True)
def eyes() -> Iterator[Eyes]:
    with telling_detectors() as seen:
        yield seen


# Over HTTP --------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_guest_reads_the_built_in_ones_and_keeps_none(client: Client) -> None:
    told = client.get(URL).json()
    built_in = [(one["kind"], one["name"]) for one in told["built_in"]]
    assert built_in == [
        *(("background", name) for name in backgrounds.names()),
        *(("sound", name) for name in sounds.names()),
    ]
    assert {one["name"] for one in told["built_in"] if one["loop"]} == sounds.LOOPS
    assert told["mine"] == []
    assert send(client, "sound", wav()).status_code in {401, 403}


@pytest.mark.django_db
def test_a_person_uploads_lists_and_deletes(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    sent = send(client, "background", picture(), "My hall.jpg")
    assert sent.status_code == 201, sent.content
    made = sent.json()
    assert (made["title"], made["state"], made["note"]) == ("My hall", "approved", "")
    assert made["name"].startswith("sha256:")
    heard = send(client, "sound", wav(), "x.wav", title="Buzz").json()
    assert (heard["title"], heard["seconds"]) == ("Buzz", pytest.approx(1, abs=0.05))
    assert client.get(heard["url"])["Content-Type"] == "audio/webm"
    told = client.get(URL).json()
    assert [one["key"] for one in told["mine"]] == [heard["key"], made["key"]]
    assert client_of(bob).get(URL).json()["mine"] == []
    address = f"{URL}{made['key']}/"
    assert client_of(bob).delete(address).status_code == 404
    assert client_of(bob).get(address).status_code == 404
    assert client.get(address).json()["key"] == made["key"]
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "data"),
    [("background", b"text"), ("sound", b"text"), ("film", b"text"), ("sound", b"")],
)
def test_a_bad_upload_is_refused_by_name(
    alice: User, client_of: ClientOf, kind: str, data: bytes
) -> None:
    answer = send(client_of(alice), kind, data)
    assert answer.status_code == 400
    assert not SceneAsset.objects.exists()


@pytest.mark.django_db
def test_a_real_face_is_refused_over_http(
    alice: User, client_of: ClientOf, eyes: Eyes
) -> None:
    eyes.photograph()
    answer = send(client_of(alice), "background", picture())
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:troupe:picture-refused"


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    alice: User, client_of: ClientOf, settings: Settings
) -> None:
    settings.MAX_PICTURE_BYTES = settings.MAX_SOUND_BYTES = 100_000
    answer = send(client_of(alice), "sound", b"\0" * 300_000)
    assert answer.status_code == 413


@pytest.mark.django_db
def test_staff_look_and_listen(alice: User, client_of: ClientOf) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    client = client_of(alice)
    services.add_background(owner=alice, data=picture(), name="Hall")
    heard = services.add_sound(owner=alice, data=wav(), name="Buzz")
    page = client.get("/admin/scenes/sceneasset/").content.decode()
    assert "Hall" in page
    assert "<audio" in page
    shown = client.get(f"/admin/scenes/sceneasset/{heard.pk}/change/")
    assert shown.status_code == 200
