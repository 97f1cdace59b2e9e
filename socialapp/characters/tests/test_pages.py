"""The pages where characters are made and met."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from socialapp.characters import maker, services
from socialapp.characters.models import Character, Portrait
from socialapp.characters.tests.rigging import faceless, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import Settings

    from socialapp.accounts.models import User

    ClientOf = Callable[[User], Client]

JSON: dict[str, Any] = {"headers": {"accept": "application/json"}}

ABOUT = {
    "name": "Hob",
    "tagline": "Reviews the weather",
    "greeting": "It will rain.",
    "tags": "sea, #Sky",
    "voice": "af_heart",
    "voice_speed": "1.1",
    "voice_pitch": "-1",
    "motion": "subtle",
    "visibility": "private",
}


def upload(data: bytes) -> dict[str, SimpleUploadedFile]:
    return {"picture": SimpleUploadedFile("face.png", data, "image/png")}


def test_an_upload_leads_to_the_face(client_of: ClientOf, alice: User) -> None:
    answer = client_of(alice).post(reverse("character-new"), upload(picture()), **JSON)
    assert answer.status_code == 201
    portrait = Portrait.objects.get(owner=alice)
    assert answer.json()["next"] == reverse("character-face", args=[portrait.key])


def test_an_upload_works_without_scripts(client_of: ClientOf, alice: User) -> None:
    client = client_of(alice)
    answer = client.post(
        reverse("character-new"), upload(picture()), headers={"accept": "text/html"}
    )
    portrait = Portrait.objects.get(owner=alice)
    assert answer.headers["Location"] == reverse("character-face", args=[portrait.key])


@pytest.mark.parametrize("data", [b"", b"not a picture"])
def test_a_refused_upload_says_why(
    client_of: ClientOf, alice: User, data: bytes
) -> None:
    answer = client_of(alice).post(reverse("character-new"), upload(data), **JSON)
    assert answer.status_code == 422
    assert answer.json()["error"].endswith(".")
    assert not Portrait.objects.exists()


def test_a_file_that_is_too_large_is_refused_with_its_size(
    client_of: ClientOf, alice: User, settings: Settings
) -> None:
    settings.MAX_PICTURE_BYTES = 1024**2
    answer = client_of(alice).post(
        reverse("character-new"), upload(b"x" * (3 * 1024**2)), **JSON
    )
    assert answer.status_code == 422
    assert "3 MB; we take up to 1 MB" in answer.json()["error"]


def test_a_face_page_shows_four_handles_and_why_no_face_was_found(
    client_of: ClientOf, alice: User
) -> None:
    portrait = services.add_portrait(owner=alice, data=faceless())
    page = client_of(alice).get(reverse("character-face", args=[portrait.key]))
    text = page.content.decode()
    assert text.count("data-handle=") == 4
    assert "We found no face in this picture." in text


def test_handles_are_kept_and_answered_with_the_rig(
    client_of: ClientOf, alice: User, portrait: Portrait
) -> None:
    handles = {
        "eye_left": [0.3, 0.3],
        "eye_right": [0.5, 0.3],
        "mouth": [0.4, 0.45],
        "chin": [0.4, 0.55],
        "mouth_width": 0.1,
    }
    answer = client_of(alice).post(
        reverse("anchors", args=[portrait.key]),
        {"anchors": json.dumps(handles), "style": "flat"},
    )
    assert answer.status_code == 200
    assert answer.json()["anchors"] == handles
    assert set(answer.json()["urls"]) >= {portrait.ref, "mouth-X", "mouth-D"}
    portrait.refresh_from_db()
    assert portrait.rig_state == Portrait.RigState.HAND


def test_handles_that_are_no_face_are_refused_in_words(
    client_of: ClientOf, alice: User, portrait: Portrait
) -> None:
    odd = {
        "eye_left": [0.5, 0.3],
        "eye_right": [0.3, 0.3],
        "mouth": [0.4, 0.45],
        "chin": [0.4, 0.55],
    }
    url = reverse("anchors", args=[portrait.key])
    client = client_of(alice)
    answer = client.post(url, {"anchors": json.dumps(odd)})
    assert answer.status_code == 422
    assert "swapped" in answer.json()["error"]
    assert client.post(url, {"anchors": "{"}).status_code == 400


def test_looking_again_for_a_face_that_is_not_there_is_refused(
    client_of: ClientOf, alice: User
) -> None:
    portrait = services.add_portrait(owner=alice, data=faceless())
    answer = client_of(alice).post(reverse("find-face", args=[portrait.key]))
    assert answer.status_code == 422
    assert "Drag the handles" in answer.json()["error"]


def test_nobody_else_reaches_a_portrait(
    client_of: ClientOf, mallory: User, portrait: Portrait
) -> None:
    client = client_of(mallory)
    for name in ("character-face", "character-about"):
        assert client.get(reverse(name, args=[portrait.key])).status_code == 404
    for name in ("anchors", "find-face", "drop-portrait"):
        assert client.post(reverse(name, args=[portrait.key])).status_code == 404


def test_the_third_step_makes_the_character(
    client_of: ClientOf, alice: User, portrait: Portrait
) -> None:
    client = client_of(alice)
    answer = client.post(reverse("character-about", args=[portrait.key]), ABOUT)
    made = Character.objects.get(owner=alice)
    assert answer.headers["Location"] == reverse("character-made", args=[made.key])
    assert (made.portrait, made.tags) == (portrait, ["sea", "sky"])
    assert "Hob is ready" in client.get(answer.headers["Location"]).content.decode()


def test_a_character_without_a_name_or_with_an_unknown_voice_is_sent_back(
    client_of: ClientOf, alice: User, portrait: Portrait
) -> None:
    client = client_of(alice)
    url = reverse("character-about", args=[portrait.key])
    nameless = client.post(url, ABOUT | {"name": ""})
    assert nameless.status_code == 422
    assert "They need a name." in nameless.content.decode()
    voiceless = client.post(url, ABOUT | {"voice": "zz_nobody"})
    assert voiceless.status_code == 422
    assert "We do not have this voice." in voiceless.content.decode()
    assert not Character.objects.exists()


def test_a_character_is_changed_and_removed_by_its_owner_alone(
    client_of: ClientOf, alice: User, mallory: User, character: Character
) -> None:
    edit = reverse("character-edit", args=[character.key])
    remove = reverse("character-remove", args=[character.key])
    stranger = client_of(mallory)
    assert stranger.get(edit).status_code == 404
    assert stranger.post(remove).status_code == 404
    client = client_of(alice)
    assert client.get(edit).status_code == 200
    client.post(edit, ABOUT | {"name": "Hob Lanyard", "visibility": "public"})
    character.refresh_from_db()
    assert (character.name, character.visibility) == ("Hob Lanyard", "public")
    assert client.post(remove).status_code == 302
    page = client.get(reverse("character", args=[character.key]))
    assert page.status_code == 404


def test_a_private_character_is_met_by_its_owner_alone(
    client_of: ClientOf, alice: User, mallory: User, character: Character
) -> None:
    url = reverse("character", args=[character.key])
    assert client_of(mallory).get(url).status_code == 404
    page = client_of(alice).get(url).content.decode()
    assert "troupe-stage" in page
    assert "A secret past." in page


def test_the_cast_has_an_empty_state(client_of: ClientOf, alice: User) -> None:
    assert "The stage is yours" in client_of(alice).get("/cast/").content.decode()


def test_a_drawing_is_an_svg_and_a_bad_recipe_is_none(client: Client) -> None:
    url = reverse("avatar-drawing")
    recipe = json.dumps(maker.random_recipe(3))
    answer = client.get(url, {"recipe": recipe})
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")
    for odd in ("", "{", "[]", '{"head": "cube"}'):
        assert client.get(url, {"recipe": odd}).status_code == 400


def test_a_cartoon_s_mouth_takes_colours_and_nothing_else(client: Client) -> None:
    url = reverse("drawn-mouth", args=["D"])
    text = client.get(url, {"tongue": "#12ab34", "teeth": '"/><x'}).content.decode()
    assert "#12ab34" in text
    assert "<x" not in text
    assert client.get(reverse("drawn-mouth", args=["Q"])).status_code == 404
