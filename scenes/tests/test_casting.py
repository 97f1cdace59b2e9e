"""Casting: who is offered for which role, who is not and why, and a good first guess."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from moderation.models import PictureCheck
from moderation.pictures.services import hash_of
from scenes import content
from scenes.selectors.casting import casting_for
from scenes.selectors.suiting import Suit, suggest
from scenes.tests.playing import api, document, lent, make, publish, starters
from socialapp.characters.models import Character, Portrait
from socialapp.content import library

if TYPE_CHECKING:
    from pytest_django.fixtures import DjangoAssertNumQueries

    from scenes.models import Scene
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def scene(alice: User) -> Scene:
    return publish(alice)


def offered(scene: Scene, viewer: User, role: str = "host") -> dict[str, str]:
    """Who is offered for a role, with why they do not fit."""
    assert scene.version is not None
    found = {one.id: one for one in casting_for(scene.version, viewer)}
    return {one.character.name: one.why_not for one in found[role].candidates}


def test_own_starters_and_lent_characters_are_offered_in_this_order(
    scene: Scene, alice: User, bob: User, mallory: User
) -> None:
    lent(alice, "Lent")
    starters(alice, "Starter")
    make(bob, "Own")
    make(alice, "Kept", visibility="public")
    lent(mallory, "Hidden", visibility="unlisted")
    lent(mallory, "Withheld", withheld="hidden")
    lent(mallory, "Waiting", waits=True)
    lent(mallory, "Gone", removed=timezone.now())
    assert offered(scene, bob) == {"Own": "", "Starter": "", "Lent": ""}
    assert list(offered(scene, bob)) == ["Own", "Starter", "Lent"]


def test_a_guest_casts_from_the_starters_alone(scene: Scene, alice: User) -> None:
    lent(alice, "Lent")
    starters(alice, "Mezzanine", "Perpetua")
    told = api().get(f"/api/v1/scenes/{scene.key}/casting/")
    assert told.status_code == 200
    host = told.json()["roles"][0]
    assert (host["role"], host["label"], host["suits"]) == (
        "host",
        "the host",
        "someone calm",
    )
    assert {one["name"] for one in host["candidates"]} == {"Mezzanine", "Perpetua"}
    first = host["candidates"][0]
    assert first["rig"].startswith("/api/v1/portraits/")
    assert first["portrait"]
    assert api().get(first["rig"]).status_code == 200
    suggested = [role["suggested"] for role in told.json()["roles"]]
    assert len(set(suggested)) == 2


def test_an_own_character_that_does_not_fit_comes_with_the_reason(
    alice: User, bob: User
) -> None:
    needs = {"rating": "everyone", "voice": True, "tags": ["tea"]}
    scene = publish(
        alice,
        document(
            roles={
                "host": {"label": "the host", "requires": needs},
                "guest": {"label": "the guest"},
            }
        ),
    )
    make(bob, "Fits", tags=["Tea", "calm"])
    make(bob, "Tagless")
    make(bob, "Grown", tags=["tea"], card={"rating": "mature"})
    make(bob, "Blunt", tags=["tea", "nsfw"])
    make(bob, "Mute", tags=["tea"], voice="nobody")
    make(bob, "Faceless", tags=["tea"], portrait=None)
    make(bob, "Unread", tags=["tea"], waits=True)
    found = offered(scene, bob)
    assert found["Fits"] == ""
    assert "tag tea" in found["Tagless"]
    assert "rated mature" in found["Grown"]
    assert "rated mature" in found["Blunt"]
    assert "no voice" in found["Mute"]
    assert "no portrait" in found["Faceless"]
    assert "wait" in found["Unread"]
    assert offered(scene, bob, "guest")["Tagless"] == ""


def test_an_upload_is_offered_once_it_was_approved(scene: Scene, bob: User) -> None:
    hob = make(bob, "Hob")
    assert hob.portrait is not None
    Portrait.objects.filter(pk=hob.portrait.pk).update(source="upload")
    assert "waits" in offered(scene, bob)["Hob"]
    PictureCheck.objects.create(
        owner=bob,
        ref=hob.portrait.ref,
        sha256=hash_of(hob.portrait.ref),
        state="approved",
    )
    assert offered(scene, bob)["Hob"] == ""


def test_a_minor_casts_nobody_who_is_for_adults(alice: User, bob: User) -> None:
    scene = publish(alice, document(rating="mature"))
    make(bob, "Grown", card={"rating": "mature"})
    assert offered(scene, bob)["Grown"] == ""
    bob.birth_date = timezone.now().date() - dt.timedelta(days=15 * 366)
    bob.save()
    assert "takes teen" in offered(scene, bob)["Grown"]
    assert api(bob).get(f"/api/v1/scenes/{scene.key}/casting/").status_code == 404
    assert api().get(f"/api/v1/scenes/{scene.key}/casting/").status_code == 404


def test_others_characters_are_found_by_name(
    scene: Scene, alice: User, bob: User
) -> None:
    lent(alice, "Brannoc")
    lent(alice, "Sunniva")
    told = api(bob).get(f"/api/v1/scenes/{scene.key}/casting/", {"q": "sunn"})
    names = [one["name"] for one in told.json()["roles"][0]["candidates"]]
    assert names == ["Sunniva"]


def test_however_many_are_offered_it_asks_the_database_as_often(
    scene: Scene,
    alice: User,
    bob: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(3):
        lent(alice, f"Lent {number}")
        starters(alice, f"Starter {number}")
        own = make(bob, f"Own {number}")
        Portrait.objects.filter(characters=own).update(source="upload")
    casting_for(scene.version, bob)  # type: ignore[arg-type]  # it is on stage
    with django_assert_num_queries(4):
        casting_for(scene.version, bob)  # type: ignore[arg-type]  # it is on stage


def cast_of_the_house() -> list[Suit]:
    members = (library.cast_member(name) for name in library.cast_ids())
    return [
        Suit(
            Character(
                pk=number,
                name=one["name"],
                tags=one["tags"],
                tagline=one["tagline"],
                persona=one["persona"],
                voice=one["voice"]["voice"],
                voice_speed=one["voice"]["speed"],
                motion=one["motion"],
                starter=True,
            ),
            mine=False,
        )
        for number, one in enumerate(members, start=1)
    ]


def guessed(name: str, suits: list[Suit]) -> dict[str, str]:
    scene = content.scene(name)
    advice = {role: one.suits.main for role, one in scene.roles.items() if one.suits}
    chosen = suggest(advice, dict.fromkeys(scene.roles, suits))
    return {role: one.name.split()[0] for role, one in chosen.items()}


def test_the_first_guess_follows_the_author_and_keeps_contrast() -> None:
    house = cast_of_the_house()
    assert guessed("night_guide", house)["coach"] == "Imani"
    assert guessed("night_guide", house)["interviewer"] in {"Perpetua", "Dr"}
    assert "Kiko" in {
        one.character.name.split()[1]
        for one in house
        if one.character.name.split()[0]
        == guessed("one_ticket_please", house)["friend"]
    }
    assert guessed("table_nine", house) == {"first": "Mezzanine", "second": "Brannoc"}
    for name in content.scene_ids():
        assert len(set(guessed(name, house).values())) == len(content.scene(name).roles)


def test_ones_own_character_is_suggested_before_the_house() -> None:
    house = cast_of_the_house()
    own = Suit(
        Character(pk=99, name="Pip", voice="am_michael", tags=[], persona=""), mine=True
    )
    assert "Pip" in guessed("table_nine", [*house, own]).values()


def test_one_character_has_two_roles_only_when_there_is_no_other() -> None:
    one, other = cast_of_the_house()[:2]
    roles = ["a", "b", "c"]
    advice = dict.fromkeys(roles, "")
    chosen = suggest(advice, {role: [one, other] for role in roles})
    assert len(chosen) == 3
    assert len({character.pk for character in chosen.values()}) == 2
    assert suggest(advice, {role: list[Suit]() for role in roles}) == {}
