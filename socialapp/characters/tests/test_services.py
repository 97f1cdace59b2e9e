from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.accounts.services import close_account
from socialapp.characters import selectors, services
from socialapp.characters.models import Character, Portrait
from socialapp.characters.services import CharacterError, PictureError
from socialapp.characters.tests.rigging import FACE, REASON, faceless, picture
from socialapp.lib import blobs
from socialapp.performance import codec

if TYPE_CHECKING:
    from pytest_django import (
        DjangoCaptureOnCommitCallbacks,
        Settings,
    )

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def test_a_portrait_comes_with_its_rig_and_avatar(portrait: Portrait) -> None:
    rig = portrait.as_rig()
    assert portrait.rig_state == "found"
    assert rig.portrait == portrait.ref
    assert all(blobs.get(ref) for ref in selectors.refs_of(rig))
    assert blobs.get(portrait.thumb).startswith(b"RIFF")


def test_a_picture_without_a_face_is_kept_with_the_reason(alice: User) -> None:
    portrait = services.add_portrait(owner=alice, data=faceless())
    assert portrait.rig_state == "none"
    assert portrait.as_rig().reason == REASON


@pytest.mark.parametrize("data", [b"", b"GIF89a", picture()[:200], b"\x00" * 100])
def test_what_is_no_picture_is_refused(alice: User, data: bytes) -> None:
    with pytest.raises(PictureError):
        services.add_portrait(owner=alice, data=data)
    assert not Portrait.objects.exists()


def test_there_is_an_end_to_portraits(
    alice: User, portrait: Portrait, settings: Settings
) -> None:
    settings.PORTRAITS_PER_PERSON = 1
    with pytest.raises(PictureError, match="no more fit"):
        services.add_portrait(owner=alice, data=picture())


def test_handles_make_any_picture_talk(alice: User) -> None:
    portrait = services.add_portrait(owner=alice, data=faceless())
    services.set_anchors(portrait=portrait, anchors=FACE, style="flat")
    portrait.refresh_from_db()
    assert portrait.rig_state == "hand"
    assert portrait.hand == codec.dump(FACE)
    assert portrait.as_rig().style == "flat"
    assert portrait.as_rig().anchors == FACE


def test_handles_that_are_no_face_change_nothing(portrait: Portrait) -> None:
    swapped = replace(FACE, eye_left=FACE.eye_right, eye_right=FACE.eye_left)
    before = portrait.rig
    with pytest.raises(PictureError, match="swapped"):
        services.set_anchors(portrait=portrait, anchors=swapped)
    portrait.refresh_from_db()
    assert portrait.rig == before


def test_looking_again_forgets_the_handles(portrait: Portrait) -> None:
    moved = replace(FACE, mouth=(0.5, 0.62))
    services.set_anchors(portrait=portrait, anchors=moved)
    services.find_face_again(portrait=portrait)
    portrait.refresh_from_db()
    assert portrait.rig_state == "found"
    assert portrait.hand is None
    assert portrait.as_rig().anchors == FACE


def test_looking_again_in_vain_keeps_the_handles(alice: User) -> None:
    portrait = services.add_portrait(owner=alice, data=faceless())
    services.set_anchors(portrait=portrait, anchors=FACE)
    with pytest.raises(PictureError, match="Drag the handles"):
        services.find_face_again(portrait=portrait)
    portrait.refresh_from_db()
    assert portrait.rig_state == "hand"


def test_a_worn_portrait_stays(character: Character) -> None:
    assert character.portrait is not None
    with pytest.raises(PictureError, match="wears this portrait"):
        services.remove_portrait(portrait=character.portrait)


def test_a_portrait_that_nobody_wears_goes(character: Character) -> None:
    assert character.portrait is not None
    services.remove_character(character=character)
    services.remove_portrait(portrait=character.portrait)
    assert not Portrait.objects.exists()


def test_a_character_is_made_tidily(alice: User, portrait: Portrait) -> None:
    made = services.create_character(
        owner=alice,
        name="  Hob \u200b the  Kettle ",
        tags=["#Cosy", "cosy", "ghost-story", ""],
        greeting="Hello.\r\nAgain.",
        portrait=portrait,
        voice_speed=1.25,
    )
    made.refresh_from_db()
    assert made.name == "Hob the Kettle"
    assert made.tags == ["cosy", "ghost-story"]
    assert made.greeting == "Hello.\nAgain."
    assert made.voice_spec.speed == 1.25
    assert made.visibility == "private"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 51),
        ("name", "Al\u202eecila"),
        ("name", "Аlice"),
        ("tagline", "x" * 81),
        ("greeting", "x" * 501),
        ("persona", "x" * 4001),
        ("tags", ["two words"]),
        ("tags", [f"t{n}" for n in range(11)]),
        ("visibility", "friends"),
        ("voice", "nobody"),
        ("voice_speed", 9.0),
        ("voice_speed", float("nan")),
        ("voice_pitch", -7.0),
        ("motion", "wild"),
        ("background", "../../etc/passwd"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    alice: User, field: str, value: Any
) -> None:
    with pytest.raises(CharacterError) as caught:
        services.create_character(owner=alice, **({"name": "Hob"} | {field: value}))
    assert caught.value.field == field
    assert not Character.objects.exists()


def test_anothers_portrait_cannot_be_worn(bob: User, portrait: Portrait) -> None:
    with pytest.raises(CharacterError) as caught:
        services.create_character(owner=bob, name="Thief", portrait=portrait)
    assert caught.value.field == "portrait"


def test_there_is_an_end_to_characters(
    alice: User, character: Character, settings: Settings
) -> None:
    settings.CHARACTERS_PER_PERSON = 1
    with pytest.raises(CharacterError, match="no more fit"):
        services.create_character(owner=alice, name="Second")
    services.remove_character(character=character)
    assert services.create_character(owner=alice, name="Second").pk


def test_a_new_portrait_leaves_the_old_one_with_its_owner(
    alice: User, character: Character
) -> None:
    old = character.portrait
    new = services.add_portrait(owner=alice, data=picture(color="coral"))
    services.change_character(character=character, portrait=new)
    assert list(selectors.portraits_of(alice)) == [new, old]
    assert list(selectors.unused_portraits(owner=alice)) == [old]


@pytest.mark.parametrize("field", ["owner", "starter", "key", "removed", "card"])
def test_only_a_characters_own_fields_can_be_changed(
    character: Character, field: str
) -> None:
    with pytest.raises(TypeError):
        services.change_character(character=character, **{field: "x"})


def test_leaving_takes_characters_and_portraits_along(
    alice: User,
    character: Character,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert not Character.objects.exists()
    assert not Portrait.objects.exists()


def test_others_cut_clips_with_a_character_only_if_its_owner_says_so(
    alice: User, portrait: Portrait, client_of: ClientOf
) -> None:
    hob = services.create_character(owner=alice, name="Hob", portrait=portrait)
    assert not hob.in_cuts
    client = client_of(alice)
    path = f"/c/{hob.key}/edit/"
    page = client.get(path).content.decode()
    assert 'name="in_cuts" value="1"' in page
    assert 'name="in_cuts" value="1" checked' not in page
    fields = {
        "name": "Hob",
        "voice": "af_heart",
        "voice_speed": "1",
        "voice_pitch": "0",
        "motion": "subtle",
        "visibility": "private",
    }
    client.post(path, {**fields, "in_cuts": "1"})
    hob.refresh_from_db()
    assert hob.in_cuts
    client.post(path, fields)
    hob.refresh_from_db()
    assert not hob.in_cuts


def test_others_cast_a_character_in_scenes_only_if_its_owner_says_so(
    alice: User, portrait: Portrait, client_of: ClientOf
) -> None:
    hob = services.create_character(owner=alice, name="Hob", portrait=portrait)
    assert not hob.in_scenes
    client = client_of(alice)
    path = f"/c/{hob.key}/edit/"
    page = client.get(path).content.decode()
    assert 'name="in_scenes" value="1"' in page
    assert 'name="in_scenes" value="1" checked' not in page
    api = f"/api/v1/characters/{hob.key}/"
    said = client.patch(api, {"in_scenes": True}, content_type="application/json")
    assert said.status_code == 200
    assert said.json()["in_scenes"]
    assert 'name="in_scenes" value="1" checked' in client.get(path).content.decode()
    fields = {
        "name": "Hob",
        "voice": "af_heart",
        "voice_speed": "1",
        "voice_pitch": "0",
        "motion": "subtle",
        "visibility": "private",
    }
    client.post(path, fields)
    hob.refresh_from_db()
    assert not hob.in_scenes
