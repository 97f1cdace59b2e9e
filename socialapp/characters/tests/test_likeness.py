"""The live check: who passes, who does not, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.conf import settings as house
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from moderation.models import LikenessConsent
from moderation.pictures import likeness as live
from moderation.tests.seeing import SOMEBODY
from socialapp.characters.models import Portrait
from socialapp.characters.tests.rigging import picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.test import Client
    from pytest_django import Settings

    from conftest import ClientOf
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User
    from socialapp.engines.protocols import SeenFace

URL = "/create/likeness/"


def face(apart: float = 0.0, yaw: float = 0.0) -> SeenFace:
    """A photographed one, `apart` from the portrait's."""
    numbers = np.zeros(128, "<f4")
    numbers[0] = apart
    return replace(SOMEBODY, photo=0.95, yaw=yaw, descriptor=numbers.tobytes())


def file(name: str, color: str = "teal") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(color=color), "image/png")


def everything(**less: Any) -> dict[str, Any]:
    sent = {
        "picture": file("me.png"),
        "ahead": file("a.png", "coral"),
        "first": file("b.png", "navy"),
        "second": file("c.png", "olive"),
        "declared": "1",
    }
    return {name: value for name, value in (sent | less).items() if value is not None}


@pytest.fixture
def page(alice: User, client_of: ClientOf) -> Client:
    """Alice's browser, which was shown a challenge."""
    client = client_of(alice)
    assert client.get(URL).status_code == 200
    return client


def turns(client: Client) -> tuple[str, ...]:
    return tuple(client.session["likeness"]["turns"])


def perform(client: Client, eyes: Eyes, *, apart: float = 0.3, far: float = 0.4) -> Any:
    """Do what was asked and send it."""
    eyes.photograph()
    signs = [1 if side == "left" else -1 for side in turns(client)]
    eyes.queue = [
        (face(),),
        (face(apart, 0.02),),
        *[(face(far, 0.3 * sign),) for sign in signs],
    ]
    return client.post(URL, everything())


def test_one_who_is_the_person_passes_and_nothing_of_the_camera_is_kept(
    page: Client, eyes: Eyes, alice: User
) -> None:
    answer = perform(page, eyes)
    assert answer.status_code == 201, answer.content
    portrait = Portrait.objects.get(owner=alice)
    assert answer.json()["next"] == reverse("character-face", args=[portrait.key])
    consent = LikenessConsent.objects.get(owner=alice)
    assert consent.captured
    assert portrait.ref.startswith(f"sha256:{consent.sha256}.")
    rig = portrait.as_rig()
    stored = {f.name for f in house.MEDIA_ROOT.rglob("*") if f.is_file()}
    mine = {portrait.ref, portrait.thumb, rig.grids} - {""}
    assert stored == {ref.removeprefix("sha256:") for ref in mine}


@pytest.mark.parametrize(
    ("apart", "far", "words"),
    [
        (0.55, 0.4, "does not look like"),
        (0.3, 0.65, "does not look like"),
        (0.0, 0.4, "not your picture"),
    ],
)
def test_somebody_else_does_not_pass(
    page: Client, eyes: Eyes, apart: float, far: float, words: str
) -> None:
    answer = perform(page, eyes, apart=apart, far=far)
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert not LikenessConsent.objects.exists()
    assert not Portrait.objects.exists()
    assert not [f for f in house.MEDIA_ROOT.rglob("*") if f.is_file()]


def refused(client: Client, eyes: Eyes, queue: Sequence[tuple[SeenFace, ...]]) -> str:
    eyes.photograph()
    eyes.queue = list(queue)
    answer = client.post(URL, everything())
    assert answer.status_code == 422
    assert not LikenessConsent.objects.exists()
    return str(answer.json()["error"])


def test_the_turns_must_be_those_that_were_asked_for(page: Client, eyes: Eyes) -> None:
    signs = [-1 if side == "left" else 1 for side in turns(page)]
    turned = [(face(0.4, 0.3 * sign),) for sign in signs]
    words = refused(page, eyes, [(face(),), (face(0.3),), *turned])
    assert "Turn your head a little further" in words


def test_looking_away_no_face_and_two_faces_are_told_apart(
    page: Client, eyes: Eyes
) -> None:
    looking = [(face(),), (face(0.3, 0.4),), (face(0.4),), (face(0.4),)]
    assert "straight ahead" in refused(page, eyes, looking)
    assert "no face" in refused(page, eyes, [(face(),), (), (), ()])
    two = [(face(),), (face(0.3), face(0.9)), (), ()]
    assert "more than one" in refused(page, eyes, two)


def test_a_challenge_is_good_for_one_try_and_three_minutes(
    page: Client, eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = page.session["likeness"]
    refused(page, eyes, [(face(),), (), (), ()])
    assert page.session["likeness"] != first
    monkeypatch.setattr(live, "SECONDS_TO_DO_IT", -1.0)
    answer = perform(page, eyes)
    assert "three minutes" in answer.json()["error"]


@pytest.mark.parametrize("missing", ["declared", "picture", "ahead", "second"])
def test_nothing_may_be_missing(page: Client, eyes: Eyes, missing: str) -> None:
    eyes.photograph()
    answer = page.post(URL, everything(**{missing: None}))
    assert answer.status_code == 422
    assert not LikenessConsent.objects.exists()


@pytest.mark.parametrize("fault", ["broken", "missing"])
def test_without_eyes_nobody_passes(page: Client, eyes: Eyes, fault: str) -> None:
    setattr(eyes, fault, "It broke.")
    answer = perform(page, eyes)
    assert answer.status_code == 422
    assert "just now" in answer.json()["error"]
    assert not LikenessConsent.objects.exists()


def test_a_camera_picture_that_is_none_is_refused(page: Client, eyes: Eyes) -> None:
    broken = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff broken", "image/jpeg")
    answer = page.post(URL, everything(ahead=broken))
    assert answer.status_code == 422
    assert not LikenessConsent.objects.exists()


def test_a_consent_whose_picture_another_rule_refuses_is_not_kept(
    page: Client, eyes: Eyes
) -> None:
    eyes.nsfw = 0.99
    answer = perform(page, eyes)
    assert answer.status_code == 422
    assert "nudity" in answer.json()["error"]
    assert not LikenessConsent.objects.exists()


def test_the_declaration_is_enough_where_the_operator_says_so(
    page: Client, eyes: Eyes, settings: Settings
) -> None:
    settings.REAL_PERSON_GATE = "consent"
    eyes.photograph()
    sent = {"picture": file("me.png"), "declared": "1"}
    assert page.post(URL, sent).status_code == 201
    assert LikenessConsent.objects.get().captured is None


def test_its_owner_sees_it_and_takes_it_back(
    page: Client, eyes: Eyes, mallory: User, client_of: ClientOf
) -> None:
    perform(page, eyes)
    consent = LikenessConsent.objects.get()
    url = reverse("likeness-revoke", args=[consent.key])
    assert url in page.get(URL).content.decode()
    assert url not in client_of(mallory).get(URL).content.decode()
    assert client_of(mallory).post(url).status_code == 404
    assert page.get(url).status_code == 405
    assert page.post(url).status_code == 302
    consent.refresh_from_db()
    assert consent.revoked
    assert url not in page.get(URL).content.decode()


def test_a_visitor_is_asked_to_sign_in(client: Client, db: None) -> None:
    assert client.get(URL)["Location"].startswith("/accounts/login/")


def test_settings_lead_there(page: Client) -> None:
    assert reverse("likeness") in page.get(reverse("settings")).content.decode()
