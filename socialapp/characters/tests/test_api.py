from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from socialapp.characters import maker, services
from socialapp.characters.models import Character, Portrait
from socialapp.characters.tests.rigging import FACE, faceless, picture
from socialapp.performance import codec

if TYPE_CHECKING:
    from pytest_django import Settings

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

BASE = "/api/v1"


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client


def upload(client: APIClient, data: bytes) -> Any:
    file = SimpleUploadedFile("me.png", data, "image/png")
    return client.post(f"{BASE}/portraits/", {"picture": file}, format="multipart")


def fields(response: Any) -> set[str]:
    assert response.status_code == 400, response.content
    return {error["field"] for error in response.json()["errors"]}


# Portraits -----------------------------------------------------------------------


def test_an_upload_becomes_a_portrait(alice: User) -> None:
    response = upload(api(alice), picture())
    assert response.status_code == 201
    body = response.json()
    assert (body["rig_state"], body["style"]) == ("found", "photo")
    assert (body["width"], body["height"]) == (400, 300)
    assert body["anchors"]["chin"] == list(FACE.chin)
    assert body["picture"].startswith("/media/blobs/")
    assert api().get(body["thumb"]).status_code == 200
    assert Portrait.objects.get().owner == alice


def test_a_faceless_upload_says_why(alice: User) -> None:
    body = upload(api(alice), faceless()).json()
    assert body["rig_state"] == "none"
    assert body["reason"]
    assert body["anchors"] is None


@pytest.mark.parametrize("data", [b"", b"<html>", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64])
def test_what_is_no_picture_is_refused(alice: User, data: bytes) -> None:
    assert fields(upload(api(alice), data)) == {"picture"}


def test_a_picture_sent_as_text_is_refused(alice: User) -> None:
    response = api(alice).post(f"{BASE}/portraits/", {"picture": "x"}, format="json")
    assert fields(response) == {"upload"}, "in JSON it is the key of an upload"


def test_a_huge_upload_is_refused_by_its_size(alice: User, settings: Settings) -> None:
    settings.MAX_PICTURE_BYTES = 1000
    response = upload(api(alice), b"x" * 70_000)
    assert response.status_code == 413


def test_the_rig_comes_with_the_addresses_of_its_files(
    alice: User, portrait: Portrait
) -> None:
    rig = api(alice).get(f"{BASE}/portraits/{portrait.key}/rig/").json()
    assert rig["format"] == "rig"
    assert set(rig["urls"]) == {portrait.ref, rig["grids"]}
    assert all(api().get(url).status_code == 200 for url in rig["urls"].values())


def test_handles_are_set_and_forgotten(alice: User, portrait: Portrait) -> None:
    url = f"{BASE}/portraits/{portrait.key}"
    moved = codec.dump(FACE) | {"mouth": [0.5, 0.63]}
    body = (
        api(alice).put(f"{url}/anchors/", {"anchors": moved, "style": "paint"}).json()
    )
    assert (body["rig_state"], body["style"]) == ("hand", "paint")
    assert body["anchors"]["mouth"] == [0.5, 0.63]
    body = api(alice).post(f"{url}/find-again/").json()
    assert body["rig_state"] == "found"


@pytest.mark.parametrize(
    "anchors",
    [
        None,
        7,
        [],
        {},
        {"eye_left": "x"},
        codec.dump(FACE) | {"chin": [0.5, 0.1]},
        codec.dump(FACE) | {"chin": [0.5, 1e300]},
        codec.dump(FACE) | {"__proto__": {}},
    ],
)
def test_odd_handles_are_refused(alice: User, portrait: Portrait, anchors: Any) -> None:
    response = api(alice).put(
        f"{BASE}/portraits/{portrait.key}/anchors/", {"anchors": anchors}
    )
    assert fields(response) == {"anchors"}


def test_a_recipe_becomes_a_portrait(alice: User) -> None:
    recipe = api().get(f"{BASE}/maker/random/?seed=7").json()["recipe"]
    assert recipe == maker.random_recipe(7)
    drawing = api(alice).post(f"{BASE}/maker/preview/", {"recipe": recipe})
    assert drawing["Content-Type"] == "image/svg+xml"
    body = api(alice).post(f"{BASE}/maker/portraits/", {"recipe": recipe}).json()
    assert (body["source"], body["style"]) == ("maker", "layers")


def test_an_odd_recipe_is_refused(alice: User) -> None:
    for path in ("preview", "portraits"):
        response = api(alice).post(
            f"{BASE}/maker/{path}/", {"recipe": {"head": "<script>"}}
        )
        assert fields(response) == {"recipe"}


def test_strangers_portraits_do_not_exist(mallory: User, portrait: Portrait) -> None:
    client, url = api(mallory), f"{BASE}/portraits/{portrait.key}/"
    anchors = {"anchors": codec.dump(FACE)}
    assert client.get(url).status_code == 404
    assert client.get(f"{url}rig/").status_code == 404
    assert client.put(f"{url}anchors/", anchors).status_code == 404
    assert client.post(f"{url}find-again/").status_code == 404
    assert client.delete(url).status_code == 404
    assert client.get(f"{BASE}/portraits/").json()["results"] == []
    assert api().get(f"{url}rig/").status_code == 404


def test_the_portrait_of_a_public_character_is_for_all(character: Character) -> None:
    services.change_character(character=character, visibility="public")
    assert character.portrait is not None
    url = f"{BASE}/portraits/{character.portrait.key}/rig/"
    assert api().get(url).status_code == 200


# Characters ----------------------------------------------------------------------


def test_a_character_is_made(alice: User, portrait: Portrait) -> None:
    asked = {
        "name": "Hob",
        "tagline": "A kettle",
        "persona": "Secret.",
        "tags": ["cosy"],
        "portrait": portrait.key,
        "voice": "af_heart",
        "voice_speed": 1.1,
        "visibility": "unlisted",
    }
    response = api(alice).post(f"{BASE}/characters/", asked)
    assert response.status_code == 201
    body = response.json()
    assert {name: body[name] for name in asked if name != "portrait"} == {
        name: value for name, value in asked.items() if name != "portrait"
    }
    assert body["portrait"]["key"] == portrait.key
    assert body["owner"]["username"] == "alice"
    assert body["mine"] is True


def test_odd_fields_are_refused_together(alice: User) -> None:
    response = api(alice).post(
        f"{BASE}/characters/",
        {"visibility": "friends", "voice_speed": 99, "tags": "x", "portrait": "nope"},
    )
    assert fields(response) == {"name", "visibility", "voice_speed", "tags", "portrait"}


def test_an_unknown_voice_is_refused(alice: User) -> None:
    response = api(alice).post(f"{BASE}/characters/", {"name": "X", "voice": "nobody"})
    assert fields(response) == {"voice"}


def test_what_belongs_to_the_house_cannot_be_set(
    alice: User, bob: User, character: Character
) -> None:
    before = Character.objects.filter(pk=character.pk).values().get()
    response = api(alice).patch(
        f"{BASE}/characters/{character.key}/",
        {
            "owner": bob.username,
            "owner_id": bob.pk,
            "starter": True,
            "key": "mine",
            "removed": "2020-01-01",
            "card": {"x": 1},
        },
    )
    assert response.status_code == 200
    after = Character.objects.filter(pk=character.pk).values().get()
    assert after | {"changed": None} == before | {"changed": None}


def test_anothers_portrait_cannot_be_worn(bob: User, portrait: Portrait) -> None:
    response = api(bob).post(
        f"{BASE}/characters/", {"name": "X", "portrait": portrait.key}
    )
    assert fields(response) == {"portrait"}


def test_a_character_is_changed_and_removed(alice: User, character: Character) -> None:
    url = f"{BASE}/characters/{character.key}/"
    assert api(alice).patch(url, {"name": "Hobbes"}).json()["name"] == "Hobbes"
    assert api(alice).delete(url).status_code == 204
    assert api(alice).get(url).status_code == 404


@pytest.mark.parametrize(
    ("visibility", "seen"), [("private", 404), ("unlisted", 200), ("public", 200)]
)
def test_who_may_open_a_character(
    mallory: User, character: Character, visibility: str, seen: int
) -> None:
    services.change_character(character=character, visibility=visibility)
    for client in (api(), api(mallory)):
        response = client.get(f"{BASE}/characters/{character.key}/")
        assert response.status_code == seen
        assert b"secret past" not in response.content


@pytest.mark.parametrize("visibility", ["private", "unlisted", "public"])
def test_strangers_change_nothing(
    mallory: User, character: Character, visibility: str
) -> None:
    services.change_character(character=character, visibility=visibility)
    url = f"{BASE}/characters/{character.key}/"
    assert api(mallory).patch(url, {"name": "Mine"}).status_code == 404
    assert api(mallory).delete(url).status_code == 404
    assert api().patch(url, {"name": "Mine"}).status_code == 401
    assert api().delete(url).status_code == 401
    character.refresh_from_db()
    assert (character.name, character.removed) == ("Hob", None)


def test_lists_show_mine_the_cast_and_both(
    alice: User, bob: User, character: Character
) -> None:
    star = services.create_character(owner=bob, name="Star", visibility="public")
    Character.objects.filter(pk=star.pk).update(
        starter=True, portrait=character.portrait
    )

    def names(client: APIClient, query: str) -> set[str]:
        rows = client.get(f"{BASE}/characters/{query}").json()["results"]
        return {row["name"] for row in rows}

    assert names(api(alice), "") == {"Hob"}
    assert names(api(alice), "?of=cast") == {"Star"}
    assert names(api(alice), "?of=usable") == {"Hob", "Star"}
    assert names(api(), "?of=mine") == {"Star"}


def test_a_profile_shows_strangers_what_is_public(
    alice: User, character: Character
) -> None:
    services.create_character(owner=alice, name="Public", visibility="public")
    services.create_character(owner=alice, name="Unlisted", visibility="unlisted")
    url = f"{BASE}/people/alice/characters/"

    def names(client: APIClient) -> list[str]:
        return [row["name"] for row in client.get(url).json()["results"]]

    assert names(api()) == ["Public"]
    assert names(api(alice)) == ["Unlisted", "Public", "Hob"]
    assert api().get(f"{BASE}/people/nobody/characters/").status_code == 404


def test_pages_follow_their_cursor(alice: User) -> None:
    for n in range(5):
        services.create_character(owner=alice, name=f"C{n}")
    url, seen = f"{BASE}/characters/?limit=2", []
    while url:
        page = api(alice).get(url).json()
        seen += [row["name"] for row in page["results"]]
        url = page["next"]
    assert seen == ["C4", "C3", "C2", "C1", "C0"]
