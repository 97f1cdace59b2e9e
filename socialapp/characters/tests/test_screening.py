"""Portraits before anybody sees them: refused, kept waiting, approved, hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from moderation.models import PictureCheck
from moderation.pictures import services as screening
from moderation.pictures.errors import PictureRefusedError
from moderation.tests.seeing import SOMEBODY
from socialapp.characters import services
from socialapp.characters.models import Character, Portrait
from socialapp.characters.tests.rigging import FACE, faceless, picture
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from conftest import ClientOf
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User

JSON: dict[str, Any] = {"headers": {"accept": "application/json"}}


def kept() -> list[Path]:
    """Every stored file."""
    return [file for file in settings.MEDIA_ROOT.rglob("*") if file.is_file()]


def sent(data: bytes, **more: str) -> dict[str, Any]:
    return {"picture": SimpleUploadedFile("face.png", data, "image/png"), **more}


def doubtful(eyes: Eyes) -> None:
    eyes.faces = (replace(SOMEBODY, photo=0.45),)


def test_a_refused_photo_leaves_no_file_and_no_row(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    with pytest.raises(PictureRefusedError):
        services.add_portrait(owner=alice, data=picture())
    assert kept() == []
    assert not Portrait.objects.exists()
    assert not PictureCheck.objects.exists()


def test_the_page_refuses_a_photo_with_the_rule_and_the_ways_on(
    alice: User, eyes: Eyes, client_of: ClientOf
) -> None:
    eyes.photograph()
    client = client_of(alice)
    answer = client.post(reverse("character-new"), sent(picture()), **JSON)
    assert answer.status_code == 422
    assert answer.json()["rule"] == "2.1"
    assert "rule 2.1" in answer.json()["error"]
    page = client.post(
        reverse("character-new"), sent(picture()), headers={"accept": "text/html"}
    ).content.decode()
    assert "data-real-person >" in page
    assert reverse("likeness") in page
    assert kept() == []


def test_the_api_refuses_a_photo_by_a_name_of_its_own(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    client = APIClient()
    client.force_authenticate(alice)
    answer = client.post("/api/v1/portraits/", sent(picture()), format="multipart")
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:troupe:picture-refused"
    assert answer.json()["errors"][0]["field"] == "picture"
    assert kept() == []


def test_a_painting_waits_and_its_owner_is_told(
    alice: User, eyes: Eyes, client_of: ClientOf
) -> None:
    eyes.photograph()
    client = client_of(alice)
    answer = client.post(
        reverse("character-new"), sent(picture(), painting="1"), **JSON
    )
    assert answer.status_code == 201
    page = client.get(answer.json()["next"]).content.decode()
    assert "A person looks at this picture" in page


def test_what_waits_is_for_its_owner_alone(alice: User, eyes: Eyes) -> None:
    doubtful(eyes)
    portrait = services.add_portrait(owner=alice, data=picture())
    hob = services.create_character(owner=alice, name="Hob", portrait=portrait)
    for visibility in ("public", "unlisted"):
        with pytest.raises(services.CharacterError) as refused:
            services.change_character(character=hob, visibility=visibility)
        assert refused.value.field == "visibility"
    with pytest.raises(services.CharacterError):
        services.create_character(
            owner=alice, name="Hob", portrait=portrait, visibility="public"
        )


def test_a_public_character_cannot_change_into_a_face_that_waits(
    alice: User, eyes: Eyes, portrait: Portrait
) -> None:
    hob = services.create_character(
        owner=alice, name="Hob", portrait=portrait, visibility="public"
    )
    doubtful(eyes)
    new = services.add_portrait(owner=alice, data=picture(color="coral"))
    with pytest.raises(services.CharacterError):
        services.change_character(character=hob, portrait=new)
    hob.refresh_from_db()
    assert hob.portrait == portrait


def test_when_nobody_can_look_the_portrait_is_kept_and_waits(
    alice: User, eyes: Eyes
) -> None:
    eyes.broken = "It broke."
    portrait = services.add_portrait(owner=alice, data=picture())
    assert "could not check" in services.why_it_waits(portrait)
    with pytest.raises(PictureError, match="could not check"):
        services.require_approved(portrait)
    eyes.broken = ""
    screening.check_again(PictureCheck.objects.get().pk)
    services.require_approved(portrait)


def test_what_waited_and_is_refused_is_not_kept(
    alice: User,
    bob: User,
    eyes: Eyes,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    doubtful(eyes)
    services.add_portrait(owner=alice, data=picture())
    assert kept()
    check = PictureCheck.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        screening.decide(check=check, moderator=bob, approve=False)
    assert not Portrait.objects.exists()
    assert kept() == []


def test_a_face_that_a_person_points_at_is_screened_too(
    alice: User,
    eyes: Eyes,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    portrait = services.add_portrait(owner=alice, data=faceless())
    services.require_approved(portrait)
    eyes.photo = 0.95
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(PictureRefusedError),
    ):
        services.set_anchors(portrait=portrait, anchors=FACE)
    assert not Portrait.objects.exists()
    assert kept() == []


def test_a_painting_that_waits_for_a_person_is_not_judged_again(
    alice: User, eyes: Eyes
) -> None:
    eyes.photograph()
    portrait = services.add_portrait(owner=alice, data=faceless(), painting=True)
    services.set_anchors(portrait=portrait, anchors=FACE)
    assert PictureCheck.objects.get().state == PictureCheck.State.PENDING
    assert Portrait.objects.exists()


def test_an_upload_that_was_never_screened_is_before_it_is_used(
    alice: User, eyes: Eyes, portrait: Portrait
) -> None:
    PictureCheck.objects.all().delete()
    eyes.photograph()
    with pytest.raises(PictureError):
        services.require_approved(portrait)
    assert PictureCheck.objects.get().state == PictureCheck.State.REFUSED


def test_a_drawing_of_the_house_needs_no_eyes(alice: User, eyes: Eyes) -> None:
    from socialapp.characters import maker  # noqa: PLC0415

    eyes.missing = "Not installed."
    made = services.add_made_portrait(owner=alice, recipe=maker.random_recipe(1))
    services.require_approved(made)


def test_a_revoked_likeness_takes_characters_out_of_sight(
    alice: User,
    eyes: Eyes,
    client: Client,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    eyes.photograph()
    data = services.clean_picture(picture()).data
    consent = screening.give_consent(owner=alice, picture=data, live=True)
    portrait = services.add_portrait(owner=alice, data=picture())
    hob = services.create_character(
        owner=alice, name="Hob", portrait=portrait, visibility="public"
    )
    assert client.get(hob.get_absolute_url()).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        screening.revoke_consent(consent=consent)
    assert client.get(hob.get_absolute_url()).status_code == 404
    hob.refresh_from_db()
    assert hob.visibility == Character.Visibility.PRIVATE
