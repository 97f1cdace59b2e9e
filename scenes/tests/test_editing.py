"""The pages where scenes are begun and written: for their author, and nobody else."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from avatarfx.tests.conftest import make_character
from scenes.models import Play, Scene, SceneVersion
from scenes.views import editing

if TYPE_CHECKING:
    from django.test import RequestFactory

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(alice: User) -> Scene:
    """A draft of Alice's, published once."""
    made = Scene.objects.create(
        owner=alice, title="The Map Thief", draft="{}", visibility="public"
    )
    made.version = SceneVersion.objects.create(
        scene=made,
        number=1,
        digest="0" * 64,
        document="{}",
        title=made.title,
        rating="everyone",
        states=2,
        endings=1,
        words=9,
        minutes=1.0,
    )
    made.save()
    return made


class _Facts(HTMLParser):
    """What the page tells the editor."""

    found: dict[str, object]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "troupe-scene-editor":
            self.found = json.loads(dict(attrs)["data-facts"] or "")


def facts(html: str) -> dict[str, object]:
    parser = _Facts()
    parser.feed(html)
    return parser.found


def test_the_author_gets_the_editor_with_the_version_on_stage(
    scene: Scene, alice: User, bob: User, client_of: ClientOf
) -> None:
    assert scene.version
    for ending, slot in (("", 0), ("", 0), ("end_sea", 0), ("", 1)):
        Play.objects.create(
            person=bob, scene=scene, version=scene.version, ending=ending, slot=slot
        )
    page = client_of(alice).get(f"/sc/{scene.key}/edit/")
    assert page.status_code == 200
    html = page.content.decode()
    told = facts(html)
    assert told.pop("faces") == []
    assert told == {
        "version": 1,
        "next": 2,
        "playing": 2,
        "visibility": "public",
        "remixable": False,
        "tags": [],
    }
    assert "Version 1 has 2 games in progress; they keep their version" in html
    assert "no-store" in page["Cache-Control"]


def test_a_trial_is_played_by_ones_own_characters(
    scene: Scene, alice: User, bob: User, client_of: ClientOf
) -> None:
    for owner, name in ((alice, "Thistle"), (bob, "Mira")):
        make_character(owner, name=name)
    html = client_of(alice).get(f"/sc/{scene.key}/edit/").content.decode()
    told: Any = facts(html)["faces"]
    assert [one["name"] for one in told] == ["Thistle"]
    assert told[0]["rig"].startswith("/api/v1/portraits/")


def test_one_game_is_told_as_one(
    scene: Scene, alice: User, bob: User, client_of: ClientOf
) -> None:
    assert scene.version
    Play.objects.create(person=bob, scene=scene, version=scene.version)
    html = client_of(alice).get(f"/sc/{scene.key}/edit/").content.decode()
    assert "1 game in progress; it keeps its version" in html


def test_a_stranger_learns_nothing_of_a_draft(
    scene: Scene, mallory: User, client_of: ClientOf
) -> None:
    address = f"/sc/{scene.key}/edit/"
    assert client_of(mallory).get(address).status_code == 404
    assert client_of(mallory).get("/sc/nosuchscene/edit/").status_code == 404


@pytest.mark.parametrize(
    "hidden", [{"visibility": "private"}, {"version": None}, {"withheld": "hidden"}]
)
def test_a_remix_is_offered_of_what_may_be_remixed_alone(
    scene: Scene, mallory: User, client_of: ClientOf, hidden: dict[str, object]
) -> None:
    address = f"/sc/{scene.key}/edit/"
    Scene.objects.filter(pk=scene.pk).update(remixable=True)
    page = client_of(mallory).get(address)
    assert page.status_code == 200
    assert f'data-remix="{scene.key}"' in page.content.decode()
    assert "troupe-scene-editor" not in page.content.decode()
    Scene.objects.filter(pk=scene.pk).update(**hidden)
    assert client_of(mallory).get(address).status_code == 404


def test_a_removed_scene_is_gone_for_its_author_too(
    scene: Scene, alice: User, client_of: ClientOf
) -> None:
    Scene.objects.filter(pk=scene.pk).update(removed=timezone.now())
    assert client_of(alice).get(f"/sc/{scene.key}/edit/").status_code == 404


def test_who_is_not_signed_in_is_asked_to(scene: Scene, rf: RequestFactory) -> None:
    for view, more in ((editing.new, {}), (editing.edit, {"key": scene.key})):
        request = rf.get("/somewhere/")
        request.user = AnonymousUser()
        answer = view(request, **more)
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]


def test_the_page_only_shows(scene: Scene, alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).post(f"/sc/{scene.key}/edit/").status_code == 405


def test_a_scene_begins_from_nothing_a_file_or_one_of_the_house(
    alice: User, client_of: ClientOf
) -> None:
    html = client_of(alice).get("/scenes/new/").content.decode()
    for one in editing.templates():
        assert f'data-template="{one.name}"' in html
        assert one.title.replace("'", "&#x27;") in html
        assert one.roles >= 1
        assert one.endings >= 2
    assert len(editing.templates()) == 6
    assert "data-blank" in html
    assert 'type="file"' in html


def test_a_picture_that_the_house_lacks_is_the_curtain() -> None:
    assert editing.picture_url("bakery").endswith("backgrounds/bakery.svg")
    for name in ("", "no_such_place", "../icons/icons"):
        assert "velvet" in editing.picture_url(name)
