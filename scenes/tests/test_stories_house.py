"""Scenes under moderation, in a guardian's mail, and when their author leaves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from moderation import addresses, subjects
from moderation import services as moderation
from moderation.errors import NotThereError
from scenes import content, selectors, services
from scenes.exports.stories import week
from scenes.machine import write_scene
from scenes.models import Play, Scene, SceneVersion
from scenes.services import checking, screening
from scenes.tests.stories import document, draft, published
from socialapp.accounts import services as accounts
from socialapp.content import library

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    screening.forget()


@pytest.fixture
def scene(alice: User) -> Scene:
    return published(alice)


def test_a_reported_scene_is_kept_with_all_its_words(scene: Scene, bob: User) -> None:
    report = moderation.report_subject(
        kind="scene", key=scene.key, reporter=bob, category="spam"
    )
    snapshot = report.case.snapshot
    assert snapshot["Title"] == "Tea for two"
    assert scene.version is not None
    assert scene.version.digest in snapshot["Version"]
    assert "[table]\nIt is four o'clock.\nDo you take sugar?" in snapshot["Texts"]
    assert "Tea was had" in snapshot["Texts"]


def test_moderation_hides_removes_and_restores_exactly_what_was_there(
    scene: Scene, alice: User, client_of: ClientOf
) -> None:
    subject, url = subjects.get("scene"), f"/api/v1/scenes/{scene.key}/"
    mine = client_of(alice)
    for _ in range(2):
        subject.hide(scene)
    assert (mine.get(url).status_code, Client().get(url).status_code) == (200, 404)
    with pytest.raises(services.StoryError, match="waits for a moderator"):
        services.publish(scene=scene, rev=scene.draft_rev)
    subject.remove(scene)
    assert (mine.get(url).status_code, Client().get(url).status_code) == (404, 404)
    before = scene.version
    subject.restore(scene)
    scene.refresh_from_db()
    assert (scene.version, Client().get(url).status_code) == (before, 200)


def test_moderation_keeps_a_scene_from_minors_and_out_of_lists(scene: Scene) -> None:
    subject, url = subjects.get("scene"), f"/api/v1/scenes/{scene.key}/"
    assert subject.age_limit is not None
    assert subject.demote is not None
    subject.demote(scene, True)
    assert not selectors.scenes_for(AnonymousUser()).exists()
    assert Client().get(url).status_code == 200
    subject.age_limit(scene, True)
    assert Client().get(url).status_code == 404
    subject.age_limit(scene, False)
    subject.demote(scene, False)
    assert Client().get(url).status_code == 200


def test_what_a_viewer_may_not_open_they_cannot_report(alice: User, bob: User) -> None:
    scene = draft(alice)
    with pytest.raises(NotThereError):
        moderation.report_subject(
            kind="scene", key=scene.key, reporter=bob, category="spam"
        )


def test_how_many_a_scene_reached_is_how_often_it_was_begun(
    scene: Scene, bob: User
) -> None:
    assert scene.version is not None
    for slot in (0, 0, 1):
        Play.objects.create(person=bob, scene=scene, version=scene.version, slot=slot)
    reach = subjects.get("scene").reach
    assert reach is not None
    assert reach(scene) == 2


def test_a_scene_is_found_by_its_address(scene: Scene) -> None:
    assert addresses.read(f"https://stage.example/sc/{scene.key}/") == (
        "scene", scene.key,
    )  # fmt: skip
    assert addresses.read(scene.key) == ("scene", scene.key)


def test_a_guardian_reads_how_many_and_never_which(scene: Scene, alice: User) -> None:
    since = timezone.now() - dt.timedelta(days=7)
    assert scene.version is not None
    Play.objects.create(person=alice, scene=scene, version=scene.version)
    assert list(week(alice, since)) == [("Scenes published", 1), ("Scenes played", 1)]


def test_what_an_author_wrote_goes_with_them_and_remixes_stay(
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first = published(alice)
    services.change_scene(scene=first, remixable=True)
    remix = services.remix_scene(scene=first, person=bob)
    with django_capture_on_commit_callbacks(execute=True):
        accounts.close_account(user=alice)
    assert list(Scene.objects.all()) == [remix]
    assert not SceneVersion.objects.exists()
    remix.refresh_from_db()
    assert selectors.ancestry(remix, viewer=bob) == []


def test_scenes_of_somebody_who_leaves_are_not_seen_meanwhile(
    scene: Scene, alice: User, bob: User
) -> None:
    services.change_scene(scene=scene, remixable=True)
    remix = services.remix_scene(scene=scene, person=bob)
    alice.leaves = timezone.now()
    alice.save()
    assert not Scene.objects.listed().exists()
    assert Client().get(f"/api/v1/scenes/{scene.key}/").status_code == 404
    line = selectors.ancestry(remix, viewer=bob)
    assert [(one.title, one.author, one.key) for one in line] == [
        ("Tea for two", "", "")
    ]


def test_who_remixes_a_scene_of_the_house_can_publish_it(alice: User) -> None:
    for name in content.scene_ids():
        document = write_scene(content.scene(name)).decode()
        checked = checking.validated(document=document, owner=alice)
        checked = checking.with_words(checked, owner=alice, seconds=60.0)
        assert not [one for one in checked.findings if one.severity == "error"], name
        assert not checked.looked.left


def test_the_seed_command_calls_what_the_apps_above_bring(
    settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from avatarfx.management.commands import seed  # noqa: PLC0415

    monkeypatch.setattr(seed, "seed_cast", dict)
    monkeypatch.setattr(library, "starter_posts", list)
    call_command("seed")
    assert "Scenes of the house: 6 new." in capsys.readouterr().out


def test_words_of_teenagers_are_judged_more_strictly_here_as_elsewhere(
    alice: User,
) -> None:
    words = document("Well, fuck.")
    grown = services.check_document(document=words, owner=alice)
    alice.birth_date = timezone.now().date() - dt.timedelta(days=15 * 365)
    young = services.check_document(document=words, owner=alice)
    assert not grown.looked.doubts
    assert young.looked.doubts or young.looked.refused
