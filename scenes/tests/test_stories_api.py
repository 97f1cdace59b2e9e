"""Scenes over HTTP: found, written, checked, published, refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from scenes import services
from scenes.machine import read_scene, write_scene
from scenes.models import Play, Scene
from scenes.services import screening
from scenes.tests.stories import document, draft, next_version, published, send

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

URL = "/api/v1/scenes/"
THREAT = "Good evening. I know where you live, dear listener."


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    screening.forget()


@pytest.fixture
def hers(alice: User, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def his(bob: User, client_of: ClientOf) -> Client:
    return client_of(bob)


def keys(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["key"] for one in answer.json()["results"]]


def minor(user: User) -> User:
    user.birth_date = timezone.now().date() - dt.timedelta(days=15 * 365)
    user.save()
    return user


# Writing ------------------------------------------------------------------------


def test_a_scene_is_begun_saved_checked_published_and_read(hers: Client) -> None:
    made = send(hers, "post", URL, title="Tea")
    assert made.status_code == 201
    assert (made.json()["title"], made.json()["rev"]) == ("Tea", 1)
    url = f"{URL}{made.json()['key']}/"
    assert read_scene(hers.get(f"{url}draft/").json()["document"]).title.main == "Tea"
    saved = send(hers, "put", f"{url}draft/", document=document(), rev=1)
    assert (saved.status_code, saved.json()["rev"]) == (200, 2)
    checked = send(hers, "post", f"{url}check/", document=document()).json()
    assert checked["publishable"] is True
    assert checked["endings"] == [
        {"state": "end_tea", "title": "Tea was had", "way": ["go"]}
    ]
    assert checked["estimate"]["voiced"]["host"]["lines"] == 1
    version = send(hers, "post", f"{url}publish/", rev=2, note="Here it is")
    assert version.status_code == 201
    assert (version.json()["number"], version.json()["approval"]) == (1, "approved")
    seen = Client().get(url).json()
    assert seen["version"]["digest"] == version.json()["digest"]
    assert (seen["rev"], seen["waiting"], seen["mine"]) == (None, None, False)
    read = Client().get(seen["version"]["document"])
    assert read.content == write_scene(read_scene(document()))
    assert read["Content-Type"] == "application/json"


def test_a_scene_begins_with_a_template_or_a_document(hers: Client) -> None:
    made = send(hers, "post", URL, template="table_nine").json()
    assert made["genre"] == "icebreaker comedy"
    made = send(hers, "post", URL, document=document()).json()
    assert made["title"] == "Tea for two"
    assert (
        send(hers, "post", URL, template="x").json()["errors"][0]["field"] == "template"
    )
    both = send(hers, "post", URL, template="table_nine", document=document())
    assert both.status_code == 400


def test_a_save_over_another_one_is_a_conflict_with_what_is_there(
    alice: User, hers: Client
) -> None:
    url = f"{URL}{draft(alice).key}/draft/"
    send(hers, "put", url, document="{ first", rev=1)
    answer = send(hers, "put", url, document="second", rev=1)
    assert answer.status_code == 409
    body = answer.json()
    assert (body["type"], body["rev"], body["document"]) == (
        "urn:troupe:conflict", 2, "{ first",
    )  # fmt: skip


def test_what_keeps_a_scene_from_being_published_comes_with_its_places(
    alice: User, hers: Client
) -> None:
    scene = draft(alice, THREAT, initial="nowhere")
    answer = send(hers, "post", f"{URL}{scene.key}/publish/", rev=1)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:troupe:not-publishable"
    first = answer.json()["findings"][0]
    assert (first["severity"], first["code"], first["pointer"]) == (
        "error", "undefined-state", "/initial",
    )  # fmt: skip
    checked = send(
        hers, "post", f"{URL}{scene.key}/check/", document=scene.draft
    ).json()
    assert {"refused-text", "undefined-state"} <= {
        f["code"] for f in checked["findings"]
    }
    assert checked["publishable"] is False


def test_a_draft_and_its_check_are_the_authors_alone(
    alice: User, hers: Client, his: Client
) -> None:
    hidden, shown = draft(alice), published(alice)
    for path in ("", "draft/", "versions/"):
        assert his.get(f"{URL}{hidden.key}/{path}").status_code == 404
    assert his.get(f"{URL}{shown.key}/draft/").status_code == 403
    url = f"{URL}{shown.key}/"
    assert send(his, "put", f"{url}draft/", document="", rev=1).status_code == 403
    assert send(his, "post", f"{url}check/", document="").status_code == 403
    assert send(his, "post", f"{url}publish/", rev=1).status_code == 403
    assert send(his, "patch", url, visibility="private").status_code == 403
    assert his.delete(url).status_code == 403
    assert Client().get(f"{url}draft/").status_code in {401, 403}
    assert send(Client(), "post", URL, title="x").status_code == 401


def test_a_scene_is_changed_taken_off_and_removed(alice: User, hers: Client) -> None:
    scene = published(alice)
    url = f"{URL}{scene.key}/"
    changed = send(
        hers, "patch", url, visibility="unlisted", remixable=True, tags=["tea"]
    )
    assert changed.json()["tags"] == ["tea"]
    assert keys(Client().get(URL)) == []
    assert Client().get(url).status_code == 200
    assert hers.delete(f"{url}publish/").status_code == 204
    assert Client().get(url).status_code == 404
    assert hers.get(url).json()["version"] is None
    assert hers.delete(url).status_code == 204
    assert hers.get(url).status_code == 404


def test_a_remix_is_offered_by_its_author_alone(
    alice: User, his: Client, bob: User
) -> None:
    scene = published(alice)
    url = f"{URL}{scene.key}/remix/"
    assert his.post(url).status_code == 403
    services.change_scene(scene=scene, remixable=True)
    made = his.post(url).json()
    assert made["owner"]["username"] == "bob"
    assert made["remix_of"] == [
        {"title": "Tea for two", "author": "alice", "key": scene.key, "number": 1}
    ]
    assert Client().post(url).status_code == 401


# Finding ------------------------------------------------------------------------


def test_lists_have_filters_that_together_narrow(alice: User, bob: User) -> None:
    tea = published(alice)
    services.change_scene(scene=tea, tags=["afternoon", "süß"])
    train = published(
        bob,
        title="The night train",
        logline="Nobody gets off.",
        rating="teen",
        genre="Mystery",
        languages=["en", "de"],
    )
    mature = published(bob, title="Late", rating="mature")
    anyone = Client()

    def found(**query: str) -> list[str]:
        return keys(anyone.get(URL, query))

    assert found() == [train.key, tea.key]
    assert found(q="night") == found(q="nobody off") == found(q="@bob") == [train.key]
    assert found(q="100%") == found(q="nothing") == []
    assert found(tag="Afternoon") == found(tag="#süß") == [tea.key]
    assert found(tag="after") == []
    assert (
        found(rating="teen")
        == found(language="de")
        == found(genre="mystery")
        == [train.key]
    )
    assert found(rating="teen", q="tea") == []
    assert anyone.get(URL, {"rating": "x"}).status_code == 400
    assert anyone.get(URL, {"sort": "x"}).status_code == 400
    assert anyone.get(URL, {"mine": "x"}).status_code == 400
    assert mature.key not in found()


def test_what_is_for_adults_is_not_there_for_others(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    mature = published(alice, title="Late", rating="mature")
    url = f"{URL}{mature.key}/"
    assert client_of(bob).get(url).status_code == 200
    assert Client().get(url).status_code == 404
    assert client_of(minor(bob)).get(url).status_code == 404
    assert keys(client_of(bob).get(URL)) == []
    services.set_marks(scene=published(alice), adults_only=True)
    assert keys(client_of(bob).get(URL)) == []


def test_the_most_played_come_first_when_asked_and_pages_hold(
    alice: User, bob: User
) -> None:
    scenes = [published(alice, title=f"Scene {i}") for i in range(5)]
    for scene, times in zip(scenes, (1, 3, 0, 3, 2), strict=True):
        assert scene.version is not None
        for _ in range(times):
            Play.objects.create(person=bob, scene=scene, version=scene.version)
        Play.objects.create(person=bob, scene=scene, version=scene.version, slot=1)
    seen: list[str] = []
    url = f"{URL}?sort=played&limit=2"
    while url:
        page = Client().get(url)
        seen += keys(page)
        url = page.json()["next"]
    order = [scenes[i].key for i in (3, 1, 4, 0, 2)]
    assert seen == order
    assert Client().get(f"{URL}?sort=played").json()["results"][0]["plays"] == 3


def test_my_own_list_has_drafts_and_what_was_demoted(
    alice: User, hers: Client, his: Client
) -> None:
    first, second = draft(alice), published(alice)
    services.set_marks(scene=second, demoted=True)
    services.save_draft(scene=first, document="later", rev=1)
    assert keys(hers.get(URL, {"mine": "true"})) == [first.key, second.key]
    assert keys(his.get(URL)) == []
    assert keys(hers.get(URL)) == [second.key]
    assert Client().get(URL, {"mine": "true"}).status_code == 401


def test_a_list_asks_the_same_number_of_questions_however_long_it_is(
    alice: User, hers: Client, django_assert_num_queries: Any
) -> None:
    published(alice)
    hers.get(URL)
    with django_assert_num_queries(3):  # session, person, scenes
        hers.get(URL)
    published(alice)
    with django_assert_num_queries(3):
        assert len(keys(hers.get(URL))) == 2


# Versions -----------------------------------------------------------------------


def test_a_document_is_not_sent_again_to_who_has_it(alice: User) -> None:
    scene = published(alice)
    url = f"{URL}{scene.key}/versions/1/document/"
    first = Client().get(url)
    assert scene.version is not None
    assert first["ETag"] == f'"sha256:{scene.version.digest}"'
    again = Client().get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = Client().get(url, headers={"If-None-Match": '"sha256:0"'})
    assert other.status_code == 200


def test_old_versions_stay_readable_under_their_numbers(alice: User) -> None:
    scene = published(alice)
    next_version(scene, "Milk?")
    answer = Client().get(f"{URL}{scene.key}/versions/").json()
    assert [one["number"] for one in answer] == [2, 1]
    assert "sugar" in Client().get(answer[1]["document"]).content.decode()
    assert Client().get(f"{URL}{scene.key}/versions/1/").json()["number"] == 1
    assert Client().get(f"{URL}{scene.key}/versions/3/").status_code == 404
    assert Client().get(f"{URL}{scene.key}/versions/{10**30}/").status_code == 404


def test_who_plays_a_version_reads_it_whatever_became_of_the_scene(
    alice: User, bob: User, his: Client
) -> None:
    scene = published(alice)
    assert scene.version is not None
    url = f"{URL}{scene.key}/versions/1/document/"
    services.remove_scene(scene=scene)
    assert his.get(url).status_code == 404
    Play.objects.create(person=bob, scene=scene, version_id=scene.versions.get().pk)
    assert his.get(url).status_code == 200
    assert Client().get(url).status_code == 404
    services.set_withheld(scene=scene, level=Scene.Level.REMOVED)
    assert his.get(url).status_code == 404
