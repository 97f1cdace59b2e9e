"""Writing scenes: begin, save, publish, change, remix, remove."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from moderation.abuse.services import AbuseError
from moderation.models import Screening
from scenes import content, selectors, services
from scenes.errors import ConflictError, NotPublishableError, StoryError
from scenes.machine import digest, read_scene
from scenes.models import Scene, SceneVersion
from scenes.services import screening
from scenes.tests.stories import document, draft, next_version, published
from socialapp.characters.starters import house

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

THREAT = "Good evening. I know where you live, dear listener."
CRISIS = "I want to kill myself tonight."


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    screening.forget()


def codes(error: NotPublishableError) -> list[str]:
    return [one.code for one in error.findings if one.severity == "error"]


def refused(scene: Scene) -> NotPublishableError:
    with pytest.raises(NotPublishableError) as caught:
        services.publish(scene=scene, rev=scene.draft_rev)
    return caught.value


# Beginning ----------------------------------------------------------------------


def test_a_blank_scene_can_be_published_as_it_is(alice: User) -> None:
    scene = services.create_scene(owner=alice, title="The  kettle")
    assert (scene.title, scene.visibility, scene.version) == (
        "The kettle", "private", None,
    )  # fmt: skip
    version = services.publish(scene=scene, rev=1)
    assert (version.number, version.approval, version.endings) == (1, "approved", 1)


def test_a_template_is_a_copy_that_credits_the_house(alice: User) -> None:
    services.seed()
    scene = services.create_scene(owner=alice, template="night_guide")
    assert read_scene(scene.draft) == content.scene("night_guide")
    assert [
        (one.author, one.title) for one in selectors.ancestry(scene, viewer=alice)
    ] == [("troupe", scene.title)]
    with pytest.raises(StoryError, match="There is no such template"):
        services.create_scene(owner=alice, template="../settings")


def test_a_draft_may_be_anything_that_is_text(alice: User) -> None:
    scene = services.create_scene(owner=alice, document="{ not yet")
    assert (scene.draft, scene.title) == ("{ not yet", "Untitled scene")
    assert codes(refused(scene)) == ["unreadable"]
    for odd in ("nul \0", "half \ud800"):
        with pytest.raises(StoryError, match="is no text"):
            services.save_draft(scene=scene, document=odd, rev=1)
    with pytest.raises(StoryError, match="at most"):
        services.save_draft(scene=scene, document="a" * 5_000_001, rev=1)


def test_the_title_of_a_draft_follows_what_is_saved_until_it_is_published(
    alice: User,
) -> None:
    scene = draft(alice)
    assert scene.title == "Tea for two"
    saved = services.save_draft(
        scene=scene, document=document(title="Coffee", rating="teen"), rev=1
    )
    assert (saved.title, saved.rating) == ("Coffee", "teen")
    services.publish(scene=saved, rev=2)
    later = services.save_draft(scene=saved, document=document(title="Cocoa"), rev=2)
    later.refresh_from_db()
    assert (later.title, later.draft_rev) == ("Coffee", 3)


def test_nobody_has_more_scenes_than_fit(alice: User, settings: Any) -> None:
    settings.SCENES_PER_PERSON = 1
    scene = draft(alice)
    with pytest.raises(StoryError, match="You have 1 scenes") as caught:
        draft(alice)
    assert caught.value.code == "too-many"
    services.remove_scene(scene=scene)
    assert draft(alice).pk


# Saving -------------------------------------------------------------------------


def test_who_saves_over_somebody_elses_save_gets_what_is_there(alice: User) -> None:
    scene = draft(alice)
    services.save_draft(scene=scene, document="first", rev=1)
    with pytest.raises(ConflictError) as caught:
        services.save_draft(scene=scene, document="second", rev=1)
    assert (caught.value.rev, caught.value.document) == (2, "first")
    scene.refresh_from_db()
    assert scene.draft == "first"


def test_saving_the_same_text_again_is_no_conflict(alice: User) -> None:
    scene = draft(alice)
    services.save_draft(scene=scene, document="first", rev=1)
    assert services.save_draft(scene=scene, document="first", rev=1).draft_rev == 2


# Publishing ---------------------------------------------------------------------


def test_publishing_puts_the_canonical_text_on_stage(alice: User) -> None:
    scene = draft(alice)
    version = services.publish(scene=scene, rev=1, note="The first one")
    scene.refresh_from_db()
    assert scene.version == version
    assert scene.visibility == "public"
    assert f"sha256:{version.digest}" == digest(read_scene(scene.draft))
    assert (version.number, version.note) == (1, "The first one")
    assert (version.states, version.endings, version.words) == (2, 1, 8)
    assert list(Scene.objects.listed()) == [scene]


def test_a_version_never_changes_and_the_next_one_has_the_next_number(
    alice: User,
) -> None:
    scene = published(alice)
    first = scene.version
    second = next_version(scene, "Milk?")
    scene.refresh_from_db()
    assert first is not None
    assert (first.number, second.number) == (1, 2)
    assert scene.version == second
    first.refresh_from_db()
    assert "sugar" in first.document


def test_publishing_what_is_published_changes_nothing(alice: User) -> None:
    scene = published(alice)
    again = services.publish(scene=scene, rev=scene.draft_rev)
    assert again == scene.version
    assert SceneVersion.objects.count() == 1


def test_a_draft_that_changed_meanwhile_is_not_published(alice: User) -> None:
    scene = draft(alice)
    services.save_draft(scene=scene, document=document("Milk?"), rev=1)
    with pytest.raises(ConflictError):
        services.publish(scene=scene, rev=1)
    assert not SceneVersion.objects.exists()


def test_the_validator_stops_a_scene_with_errors(alice: User) -> None:
    scene = draft(alice, initial="nowhere")
    error = refused(scene)
    assert codes(error) == ["undefined-state"]
    assert error.findings[0].pointer == "/initial"


def test_an_asset_that_does_not_exist_is_an_error(alice: User) -> None:
    found = json.loads(document())
    found["states"]["table"]["background"] = "the_moon"
    scene = services.create_scene(owner=alice, document=json.dumps(found))
    error = refused(scene)
    assert [
        (one.code, one.pointer) for one in error.findings if one.severity == "error"
    ] == [("missing-asset", "/states/table/background")]


def test_a_refused_text_is_a_finding_with_its_place(alice: User) -> None:
    scene = draft(alice, THREAT)
    found = refused(scene).findings[0]
    assert (found.code, found.pointer, found.state) == (
        "refused-text", "/states/table/beats/1/text", "table",
    )  # fmt: skip
    assert "“I know where you live”" in found.message
    assert "rule 4.2" in found.message
    row = Screening.objects.get()
    assert (row.action, row.person, row.subject) == (
        "block",
        alice,
        f"scene:{scene.key}",
    )


def test_every_refused_text_is_told_at_once(alice: User) -> None:
    found = json.loads(document(THREAT))
    found["states"]["end_tea"]["ending"]["title"] = "I know where you live"
    found["title"] = "I know where you live"
    scene = services.create_scene(owner=alice, document=json.dumps(found))
    assert {one.pointer for one in refused(scene).findings} >= {
        "/title", "/states/table/beats/1/text", "/states/end_tea/ending/title",
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"logline": THREAT},
        {"player": THREAT},
        {"genre": THREAT},
        {"roles": {"host": {"label": "a host", "suits": THREAT}}},
        {"extensions": {"notes": [THREAT]}},
        {"extensions": {THREAT: 1}},
        {"languages": ["en", "de"], "logline": {"en": "Fine", "de": THREAT}},
        {"context": {"said": {"type": "string", "max_length": 100, "start": THREAT}}},
    ],
)
def test_no_text_of_a_document_escapes_screening(
    alice: User, change: dict[str, Any]
) -> None:
    assert "refused-text" in codes(refused(draft(alice, **change)))


def test_words_of_somebody_in_danger_are_answered_with_help(alice: User) -> None:
    found = refused(draft(alice, CRISIS)).findings[0]
    assert "you deserve a person who listens" in found.message
    assert Screening.objects.get().text == ""


def test_a_note_is_screened_like_the_rest(alice: User) -> None:
    scene = draft(alice)
    with pytest.raises(NotPublishableError):
        services.publish(scene=scene, rev=1, note=THREAT)


def test_a_scene_for_adults_is_not_published_by_a_minor(alice: User) -> None:
    alice.birth_date = timezone.now().date() - dt.timedelta(days=16 * 365)
    alice.save()
    scene = draft(alice, rating="mature")
    assert codes(refused(scene)) == ["rating"]
    assert selectors.scene_for(viewer=alice, key=scene.key) == scene


def test_a_scene_with_more_text_than_is_screened_is_refused(
    alice: User, settings: Any
) -> None:
    settings.SCENE_CHARACTERS = 50
    assert codes(refused(draft(alice))) == ["much-text"]


def test_a_title_that_turns_the_writing_around_is_refused(alice: User) -> None:
    assert codes(refused(draft(alice, title="Tea \u202e owt rof"))) == ["odd-title"]


def test_more_versions_a_day_than_allowed_wait_until_tomorrow(
    alice: User, settings: Any
) -> None:
    rates = {"person": "2/24h", "new": "2/24h", "address": "9/24h"}
    settings.ABUSE = {
        **settings.ABUSE,
        "RATES": {**settings.ABUSE["RATES"], "scene": rates},
    }
    scene = published(alice)
    next_version(scene, "Milk?")
    with pytest.raises(AbuseError) as caught:
        next_version(scene, "Lemon?")
    assert "That was 2 in 24 hours" in caught.value.message
    assert scene.versions.count() == 2


def test_links_of_a_new_account_are_refused_inside_a_scene_too(alice: User) -> None:
    scene = draft(alice, "See https://example.com/pills for more.")
    with pytest.raises(AbuseError, match="Links can be posted"):
        services.publish(scene=scene, rev=1)
    assert not SceneVersion.objects.exists()


def test_a_line_that_stands_in_the_version_before_is_no_repetition(alice: User) -> None:
    alice.date_joined = timezone.now() - dt.timedelta(days=30)
    alice.save()
    scene = published(alice, "See https://example.com for more.")
    for line in ("Milk?", "Lemon?", "Sugar?"):
        next_version(scene, line, logline="See https://example.com for more.")
    assert scene.versions.count() == 4


# What an author does with it ------------------------------------------------------


def test_visibility_remixes_and_tags_are_changed(alice: User) -> None:
    scene = published(alice)
    services.change_scene(
        scene=scene,
        visibility="unlisted",
        remixable=True,
        tags=["#Tea", "tea", "quiet"],
    )
    scene.refresh_from_db()
    assert (scene.visibility, scene.remixable) == ("unlisted", True)
    assert scene.tags == ["tea", "quiet"]
    with pytest.raises(StoryError, match="cannot be a tag"):
        services.change_scene(scene=scene, tags=["two words"])
    with pytest.raises(StoryError, match="at most 10"):
        services.change_scene(scene=scene, tags=[f"t{i}" for i in range(11)])
    with pytest.raises(StoryError, match=r"may break a rule \(.*\)\. Choose other"):
        services.change_scene(scene=scene, tags=["kill-all-jews"])


def test_what_is_taken_off_the_stage_is_put_back_by_publishing(alice: User) -> None:
    scene = published(alice)
    version = scene.version
    services.take_off_stage(scene=scene)
    assert not Scene.objects.listed().exists()
    assert services.publish(scene=scene, rev=scene.draft_rev) == version
    assert Scene.objects.listed().exists()


def test_a_removed_scene_is_gone_and_its_versions_stay(alice: User) -> None:
    scene = published(alice)
    services.remove_scene(scene=scene)
    scene.refresh_from_db()
    assert scene.draft == ""
    assert scene.versions.count() == 1
    with pytest.raises(Scene.DoesNotExist):
        selectors.scene_for(viewer=alice, key=scene.key)
    with pytest.raises(StoryError, match="was removed"):
        services.save_draft(scene=scene, document="more", rev=1)
    with pytest.raises(StoryError, match="was removed"):
        services.publish(scene=scene, rev=1)


# Remixes --------------------------------------------------------------------------


def test_a_remix_needs_the_authors_leave(alice: User, bob: User) -> None:
    scene = published(alice)
    with pytest.raises(StoryError, match="does not offer this scene") as caught:
        services.remix_scene(scene=scene, person=bob)
    assert caught.value.code == "not-remixable"
    assert services.remix_scene(scene=scene, person=alice).origin == scene.version
    services.change_scene(scene=scene, remixable=True)
    remix = services.remix_scene(scene=scene, person=bob)
    assert (remix.owner, remix.visibility, remix.title) == (
        bob,
        "private",
        "Tea for two",
    )
    assert scene.version is not None
    assert remix.draft == scene.version.document


def test_credit_stays_when_the_origin_is_removed(
    alice: User, bob: User, mallory: User
) -> None:
    first = published(alice)
    services.change_scene(scene=first, remixable=True)
    second = services.remix_scene(scene=first, person=bob)
    services.publish(scene=second, rev=1)
    second.refresh_from_db()
    services.change_scene(scene=second, remixable=True)
    third = services.remix_scene(scene=second, person=mallory)
    line = selectors.ancestry(third, viewer=mallory)
    assert [(one.author, one.key) for one in line] == [
        ("bob", second.key), ("alice", first.key),
    ]  # fmt: skip
    services.remove_scene(scene=first)
    line = selectors.ancestry(third, viewer=mallory)
    assert [(one.title, one.author, one.key) for one in line] == [
        ("Tea for two", "bob", second.key), ("Tea for two", "alice", ""),
    ]  # fmt: skip


def test_what_is_not_on_stage_cannot_be_remixed(alice: User) -> None:
    with pytest.raises(StoryError, match="Only what is on stage"):
        services.remix_scene(scene=draft(alice), person=alice)


# The house ------------------------------------------------------------------------


def test_the_house_brings_six_scenes_that_anybody_may_remix(alice: User) -> None:
    assert services.seed() == "Scenes of the house: 6 new."
    scenes = list(Scene.objects.listed().filter(remixable=True))
    assert {one.starter for one in scenes} == set(content.scene_ids())
    assert {one.owner for one in scenes} == {house()}
    assert services.seed() == "Scenes of the house: 6 present."
    assert SceneVersion.objects.count() == 6
    assert services.remix_scene(scene=scenes[0], person=alice).origin


def test_a_scene_of_the_house_that_changed_becomes_its_next_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services.seed_scene("night_guide")
    scene = Scene.objects.get(starter="night_guide")
    first = scene.version
    changed = read_scene(document("Another line.", id="night_guide"))
    monkeypatch.setattr(content, "scene", lambda _name: changed)
    assert services.seed_scene("night_guide") == "updated"
    scene.refresh_from_db()
    assert scene.version is not None
    assert first is not None
    assert (first.number, scene.version.number, scene.title) == (1, 2, "Tea for two")
    assert services.seed_scene("night_guide") == "present"


def test_a_scene_of_the_house_that_was_removed_stays_away() -> None:
    services.seed_scene("night_guide")
    services.remove_scene(scene=Scene.objects.get(starter="night_guide"))
    assert services.seed_scene("night_guide") == "present"
    assert not Scene.objects.listed().exists()
