"""What is on stage is what was approved: words that wait, are refused, are tampered with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client

from moderation.approvals import services as approvals
from moderation.approvals.tests.words import (
    DOUBT,
    THREAT,
    case_of,
    nothing_looks,
    rule_on,
)
from moderation.models import Approval, Case, Screening
from moderation.screening.reviews import clear_text
from scenes import services
from scenes.models import Scene, SceneVersion
from scenes.services import publishing, screening
from scenes.tests.stories import document, draft, next_version, published, send
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from socialapp.accounts.models import User

    Commit = DjangoCaptureOnCommitCallbacks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()
    screening.forget()


@pytest.fixture
def mod(bob: User) -> User:
    bob.groups.add(Group.objects.get(name="Moderators"))
    bob.is_staff = True
    bob.save()
    return bob


@pytest.fixture
def waiting(alice: User) -> Scene:
    """Published by Alice, and nobody has looked at it yet."""
    return published(alice, DOUBT)


def story_of(scene: Scene) -> Approval:
    return Approval.objects.filter(kind="scene", subject_key=scene.key).latest("asked")


def numbers(scene: Scene) -> dict[int, str]:
    return dict(scene.versions.values_list("number", "approval"))


def test_a_version_in_doubt_waits_and_goes_on_stage_when_approved(
    waiting: Scene, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    assert waiting.version is None
    assert numbers(waiting) == {1: "pending"}
    assert not Scene.objects.listed().exists()
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(story_of(waiting), mod, approve=True)
    waiting.refresh_from_db()
    assert waiting.version is not None
    assert DOUBT in waiting.version.document
    assert waiting.visibility == "public"
    assert Scene.objects.listed().get() == waiting
    news = Notice.objects.get(person=waiting.owner, kind="scene-on-stage")
    assert (news.kind, news.url) == ("scene-on-stage", f"/sc/{waiting.key}/")


def test_the_moderator_reads_what_is_in_doubt_with_what_stands_around_it(
    waiting: Scene,
) -> None:
    snapshot = case_of(story_of(waiting)).snapshot
    assert snapshot["Scene.table"] == f"It is four o'clock.\n{DOUBT}\nGo"
    assert snapshot["Title"] == "Tea for two"
    assert "the host" in snapshot["Scene"]


def test_a_refused_version_never_comes_on_stage_and_its_author_hears_why(
    waiting: Scene, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(story_of(waiting), mod, approve=False)
    waiting.refresh_from_db()
    assert waiting.version is None
    assert numbers(waiting) == {1: "refused"}
    news = Notice.objects.get(person=waiting.owner, kind="scene-refused")
    assert news.url == f"/sc/{waiting.key}/edit/"
    with pytest.raises(services.NotPublishableError, match="refused them"):
        services.publish(scene=waiting, rev=waiting.draft_rev)


def test_the_version_before_stays_on_stage_while_the_next_one_waits(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    scene = published(alice)
    second = next_version(scene, DOUBT, title="Bath for two")
    scene.refresh_from_db()
    assert scene.version is not None
    assert (scene.version.number, scene.title) == (1, "Tea for two")
    assert second.approval == "pending"
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(story_of(scene), mod, approve=True)
    scene.refresh_from_db()
    assert scene.version == second
    assert scene.title == "Bath for two"


def test_a_version_that_waits_gives_way_to_the_next_one(
    waiting: Scene, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    first = story_of(waiting)
    third = next_version(waiting, "Milk?")
    waiting.refresh_from_db()
    assert waiting.version == third
    assert numbers(waiting) == {1: "replaced", 2: "approved"}
    assert Approval.objects.get(pk=first.pk).state == "replaced"
    assert case_of(first).state == Case.State.CLOSED
    with django_capture_on_commit_callbacks(execute=True):
        approvals.decide(approval=first, moderator=mod, approve=True)
    waiting.refresh_from_db()
    assert waiting.version == third


def test_what_a_person_let_through_is_not_asked_about_again(
    waiting: Scene, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(story_of(waiting), mod, approve=True)
    assert next_version(waiting, DOUBT, logline="Another one.").approval == "approved"
    assert next_version(waiting, f"{DOUBT} Please.").approval == "pending"


def test_an_approval_that_is_taken_back_takes_the_version_off_the_stage(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    scene = published(alice)
    next_version(scene, DOUBT)
    row = story_of(scene)
    with django_capture_on_commit_callbacks(execute=True):
        approvals.decide(approval=row, moderator=mod, approve=True)
    scene.refresh_from_db()
    assert scene.version is not None
    assert scene.version.number == 2
    with django_capture_on_commit_callbacks(execute=True):
        approvals.reopen(approval=row)
    scene.refresh_from_db()
    assert scene.version is not None
    assert scene.version.number == 1
    with django_capture_on_commit_callbacks(execute=True):
        approvals.decide(approval=row, moderator=mod, approve=True)
    scene.refresh_from_db()
    assert scene.version.number == 2


def test_what_its_author_took_back_does_not_come_on_stage_by_approval(
    waiting: Scene, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    services.take_off_stage(scene=waiting)
    with django_capture_on_commit_callbacks(execute=True):
        approvals.decide(approval=story_of(waiting), moderator=mod, approve=True)
    waiting.refresh_from_db()
    assert waiting.version is None


def test_what_nothing_could_look_at_waits_and_comes_by_itself(
    alice: User, django_capture_on_commit_callbacks: Commit
) -> None:
    with nothing_looks(), django_capture_on_commit_callbacks(execute=True):
        scene = published(alice)
    assert scene.version is None
    assert story_of(scene).unchecked
    checked = services.check_document(document=document(), owner=alice)
    assert "unscreened" not in {one.code for one in checked.findings}
    with django_capture_on_commit_callbacks(execute=True):
        approvals.check_again(story_of(scene).pk)
    scene.refresh_from_db()
    assert scene.version is not None


def test_what_is_found_refused_afterwards_is_refused(
    alice: User, django_capture_on_commit_callbacks: Commit, monkeypatch: Any
) -> None:
    monkeypatch.setattr(publishing, "SCREEN_SECONDS", -1.0)
    with django_capture_on_commit_callbacks():
        scene = published(alice, THREAT)
    assert numbers(scene) == {1: "pending"}
    with django_capture_on_commit_callbacks(execute=True):
        approvals.check_again(story_of(scene).pk)
    scene.refresh_from_db()
    assert scene.version is None
    assert numbers(scene) == {1: "refused"}


def test_a_long_story_is_screened_by_a_worker_to_its_end(
    alice: User, django_capture_on_commit_callbacks: Commit, monkeypatch: Any
) -> None:
    monkeypatch.setattr(publishing, "SCREEN_SECONDS", -1.0)
    # The worker of the tests runs as soon as the version is committed.
    with django_capture_on_commit_callbacks(execute=True):
        scene = published(alice)
    scene.refresh_from_db()
    assert scene.version is not None
    assert story_of(scene).content == {}


def test_who_asks_for_a_version_that_waits_gets_it_as_its_author_alone(
    waiting: Scene, alice: User, client_of: ClientOf
) -> None:
    url = f"/api/v1/scenes/{waiting.key}/"
    mine = client_of(alice).get(url).json()
    assert mine["version"] is None
    assert mine["waiting"]["approval"] == "pending"
    assert "may break a rule" in mine["waiting"]["why"]
    document_url = f"{url}versions/1/document/"
    assert client_of(alice).get(document_url).status_code == 200
    assert Client().get(document_url).status_code == 404


def test_a_document_that_somebody_changed_in_the_database_leaves_the_stage(
    alice: User, django_capture_on_commit_callbacks: Commit
) -> None:
    scene = published(alice)
    version = SceneVersion.objects.get()
    SceneVersion.objects.update(document=version.document.replace("sugar", THREAT))
    assert publishing.recheck_words() == {"scenes asked about": 1}
    scene.refresh_from_db()
    assert scene.version is None
    with django_capture_on_commit_callbacks(execute=True):
        approvals.check_again(story_of(scene).pk)
    scene.refresh_from_db()
    assert (scene.version, numbers(scene)) == (None, {1: "refused"})
    assert publishing.recheck_words() == {"scenes asked about": 0}


def test_a_version_that_a_script_put_on_stage_is_taken_off_and_asked_about(
    alice: User,
) -> None:
    scene = draft(alice)
    version = SceneVersion.objects.create(
        scene=scene,
        number=1,
        digest="0" * 64,
        document=document(THREAT),
        title="Tea",
        rating="everyone",
        states=2,
        endings=1,
        words=8,
        minutes=1.0,
        approval="approved",
    )
    Scene.objects.update(version=version, visibility="public")
    assert publishing.recheck_words() == {"scenes asked about": 1}
    assert not Scene.objects.listed().exists()
    with pytest.raises(services.StoryError, match="not approved"):
        publishing.put_on_stage(scene, version)


def test_what_is_on_stage_as_approved_stays_there(alice: User) -> None:
    published(alice)
    assert publishing.recheck_words() == {"scenes asked about": 0}
    assert Scene.objects.listed().exists()


def test_an_author_asks_a_person_to_look_at_what_was_refused(
    alice: User, client_of: ClientOf, mod: User
) -> None:
    scene = draft(alice, THREAT)
    url = f"/api/v1/scenes/{scene.key}/"
    mine = client_of(alice)
    assert send(mine, "post", f"{url}publish/", rev=1).status_code == 409
    asked = send(mine, "post", f"{url}review/", rev=1)
    assert (asked.status_code, asked.json()) == (201, {"asked": 1})
    row = Screening.objects.get(review_asked__isnull=False)
    assert (row.person, row.surface) == (alice, "scene")
    clear_text(screening=row, moderator=mod)
    assert send(mine, "post", f"{url}publish/", rev=1).json()["approval"] == "approved"
    assert send(mine, "post", f"{url}review/", rev=1).status_code == 409
    assert send(mine, "post", f"{url}review/", rev=7).json()["rev"] == 1


def test_what_knows_no_exception_is_not_looked_at(alice: User) -> None:
    scene = draft(alice, "An erotic story about a schoolgirl.")
    with pytest.raises(services.StoryError, match="knows no exception"):
        services.ask_for_look(scene=scene, rev=1)
