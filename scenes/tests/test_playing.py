"""The page of a play: who is cast, what it goes on from, and the file it plays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from avatarfx.tests.conftest import make_character
from scenes import content
from scenes.machine import Machine, digest, read_scene, write_scene
from scenes.machine.plays import begin
from scenes.models import EndingFound, Play, PlayRole, Scene, SceneAsset, SceneVersion
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

SOURCE = Path(content.__file__).with_name("seven_minutes.json")
ROLES = ["partner", "investor", "rival"]


def publish(scene: Scene, text: str, number: int = 1) -> SceneVersion:
    read = read_scene(text)
    data = json.loads(text)
    version = SceneVersion.objects.create(
        scene=scene,
        number=number,
        digest=digest(read).removeprefix("sha256:"),
        document=write_scene(read).decode(),
        title=data["title"],
        rating=data["rating"],
        states=36,
        endings=6,
        words=900,
        minutes=6.0,
        approval="approved",
    )
    scene.version = version
    scene.save()
    return version


@pytest.fixture
def scene(alice: User) -> Scene:
    made = Scene.objects.create(
        key="sc1", owner=alice, title="Seven Minutes", visibility="public"
    )
    publish(made, SOURCE.read_text())
    return made


@pytest.fixture
def cast(alice: User) -> list[Character]:
    """Two of the house: one fewer than there are roles."""
    made = [make_character(alice, name=name) for name in ("Abe", "Bea")]
    Character.objects.filter(pk__in=[one.pk for one in made]).update(
        starter=True, visibility="public"
    )
    return made


@pytest.fixture
def hers(alice: User) -> Character:
    """Alice lends her."""
    made = make_character(alice, name="Dora")
    made.visibility = Character.Visibility.PUBLIC
    made.in_scenes = True
    made.save()
    return made


def page(client: Client, query: str = "", status: int = 200) -> dict[str, Any]:
    """What the page gives its script."""
    answer = client.get(f"/sc/sc1/play/{query}")
    assert answer.status_code == status
    if status != 200:
        return {}
    read, stage = answer.context["read"], answer.context["stage"]
    body = answer.content.decode()
    assert json.dumps(read["version"]["digest"]) in body
    return {**read, **stage}


def save_of(
    person: User, scene: Scene, *, choose: str = "then_we_go", **fields: Any
) -> Play:
    version = scene.version
    assert version is not None
    played = begin(Machine(read_scene(version.document)), seed=5)
    played = played.choose(choose)
    return Play.objects.create(
        person=person,
        scene=scene,
        version=version,
        seed=5,
        snapshot=played.snapshot(),
        choices=1,
        **fields,
    )


def test_a_guest_plays_with_the_starter_cast(
    client: Client, scene: Scene, cast: list[Character]
) -> None:
    found = page(client)
    assert found["key"] is None
    assert found["snapshot"] is None
    assert list(found["cast"]) == ROLES
    assert {one["name"] for one in found["cast"].values()} == {"Abe", "Bea"}
    partner = found["cast"]["partner"]
    assert partner["character"] in {one.key for one in cast}
    assert client.get(partner["rig"]).json()["format"] == "rig"
    assert not partner["gone"]
    assert found["begins"]
    assert not found["signed_in"]


def test_the_file_is_served_as_it_was_published_and_known_by_its_digest(
    client: Client, scene: Scene
) -> None:
    found = page(client)
    answer = client.get(found["version"]["document"])
    assert scene.version is not None
    assert answer.content.decode() == scene.version.document
    tag = answer["ETag"]
    assert tag == f'"{found["version"]["digest"]}"'
    known = client.get(found["version"]["document"], headers={"If-None-Match": tag})
    assert known.status_code == 304
    assert client.get("/sc/sc1/play/7.json").status_code == 404


def test_a_chosen_cast_is_on_stage_and_the_house_fills_the_rest(
    scene: Scene, cast: list[Character], bob: User, client_of: ClientOf
) -> None:
    mine = make_character(bob, name="Cleo")
    found = page(client_of(bob), f"?role.rival={mine.key}")
    names = {role: one["name"] for role, one in found["cast"].items()}
    assert names.pop("rival") == "Cleo"
    assert sorted(names) == ["investor", "partner"]
    assert sorted(names.values()) == ["Abe", "Bea"]
    assert found["chosen"]
    assert found["missing"] == []


def test_nobody_casts_a_character_whose_owner_does_not_lend_it(
    scene: Scene,
    cast: list[Character],
    hers: Character,
    bob: User,
    client_of: ClientOf,
) -> None:
    Character.objects.filter(pk=hers.pk).update(in_scenes=False)
    query = f"?role.rival={hers.key}"
    found = page(client_of(bob), query)
    assert found["missing"] == ["rival"]
    assert "Dora" not in json.dumps(found["cast"])
    Character.objects.filter(pk=hers.pk).update(in_scenes=True)
    found = page(client_of(bob), query)
    assert found["cast"]["rival"]["name"] == "Dora"
    # Guests cast the house's own.
    assert page(Client(), query)["missing"] == ["rival"]


def test_a_save_goes_on_with_its_cast_on_its_version(
    scene: Scene, cast: list[Character], bob: User, client_of: ClientOf
) -> None:
    save = save_of(bob, scene)
    PlayRole.objects.create(play=save, role="partner", character=cast[1], name="Bea")
    changed = SOURCE.read_text().replace("Seven Minutes", "Eight Minutes")
    publish(scene, changed, number=2)
    for query in ("", f"?play={save.key}"):
        found = page(client_of(bob), query)
        assert found["key"] == save.key
        assert found["version"]["number"] == 1
        assert found["newest"]["number"] == 2
        assert found["scene"]["title"] == "Seven Minutes"
        assert found["snapshot"] == save.snapshot
        assert found["cast"]["partner"]["name"] == "Bea"
        text = client_of(bob).get(found["version"]["document"]).content.decode()
        assert '"title": "Seven Minutes"' in text


def test_asked_to_begin_it_begins(
    scene: Scene, cast: list[Character], bob: User, client_of: ClientOf
) -> None:
    save_of(bob, scene)
    for query in ("?again", f"?role.rival={cast[0].key}"):
        found = page(client_of(bob), query)
        assert found["key"] is None
        assert found["begins"]


def test_a_save_that_ended_is_not_gone_on_with_and_its_ending_is_found(
    scene: Scene, bob: User, client_of: ClientOf
) -> None:
    save_of(bob, scene, ending="end_standing")
    EndingFound.objects.create(person=bob, scene=scene, ending="end_standing")
    found = page(client_of(bob))
    assert found["key"] is None
    assert found["found"] == ["end_standing"]


def test_nobody_opens_the_save_of_somebody_else(
    scene: Scene, alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    save = save_of(alice, scene)
    for who in (client, client_of(bob)):
        found = page(who, f"?play={save.key}", status=200 if who is client else 404)
        assert found.get("key") is None


def test_who_was_taken_back_plays_on_in_name(
    scene: Scene, hers: Character, bob: User, client_of: ClientOf
) -> None:
    save = save_of(bob, scene)
    PlayRole.objects.create(play=save, role="rival", character=hers, name="Dora")
    PlayRole.objects.create(play=save, role="partner", character=None, name="Gone")
    assert not page(client_of(bob))["cast"]["rival"]["gone"]
    Character.objects.filter(pk=hers.pk).update(in_scenes=False)
    cast = page(client_of(bob))["cast"]
    for role, name in (("rival", "Dora"), ("partner", "Gone")):
        assert cast[role]["name"] == name
        assert cast[role]["gone"]
        assert cast[role]["rig"] is cast[role]["portrait"] is None


@pytest.mark.parametrize(
    "change", [{"visibility": "private"}, {"version": None}, {"withheld": "removed"}]
)
def test_what_nobody_may_see_nobody_plays(
    client: Client, scene: Scene, change: dict[str, Any]
) -> None:
    document = page(client)["version"]["document"]
    Scene.objects.filter(pk=scene.pk).update(**change)
    page(client, status=404)
    assert client.get(document).status_code == 404


def test_adults_alone_play_what_is_for_adults(
    client: Client, scene: Scene, bob: User, client_of: ClientOf
) -> None:
    Scene.objects.filter(pk=scene.pk).update(rating="mature")
    page(client, status=404)
    page(client_of(bob))


def test_pictures_that_the_file_names_are_looked_up_and_others_are_not(
    client: Client, alice: User
) -> None:
    made = Scene.objects.create(
        key="sc1", owner=alice, title="Rooms", visibility="public"
    )
    upload = f"sha256:{'ab' * 32}.webp"
    data = {
        "format": "scene",
        "version": 1,
        "id": "rooms",
        "title": "Rooms",
        "rating": "everyone",
        "languages": ["en"],
        "roles": {"host": {"label": "the host"}},
        "initial": "one",
        "states": {
            "one": {
                "background": "bakery",
                "beats": [
                    {"type": "narration", "text": 'He says "background": "forest".'}
                ],
                "choices": [{"id": "on", "text": "On", "target": "two"}],
            },
            "two": {
                "background": upload,
                "choices": [{"id": "on", "text": "On", "target": "three"}],
            },
            "three": {
                "type": "final",
                "background": "nowhere",
                "ending": {"title": "Out"},
            },
        },
    }
    publish(made, json.dumps(data))
    assert set(page(client)["assets"]["background"]) == {"bakery"}
    SceneAsset.objects.create(
        owner=made.owner,
        kind="background",
        name="Hall",
        ref=upload,
        size=20,
        state=SceneAsset.State.APPROVED,
    )
    found = page(client)["assets"]["background"]
    assert set(found) == {"bakery", upload}
    assert found["bakery"].endswith(".svg")
    assert "ab" * 32 in found[upload]


def test_the_page_takes_no_other_method(client: Client, scene: Scene) -> None:
    assert client.post("/sc/sc1/play/").status_code == 405
    assert client.post("/sc/sc1/play/1.json").status_code == 405


def test_a_version_that_cannot_be_read_says_so(client: Client, scene: Scene) -> None:
    SceneVersion.objects.update(document='{"format": "scene"}', digest="0" * 64)
    answer = client.get("/sc/sc1/play/")
    assert answer.status_code == 410
    assert "cannot be read" in answer.content.decode()
