"""What people keep: saves, collections, and what of them others may see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from feed import services
from feed.models import Collection, CollectionItem, PostStat, Save
from feed.selectors import saves as kept
from feed.services import SaveError
from feed.services import saves as writing
from feed.tests.rows import post_by
from moderation import subjects
from moderation.approvals import services as asking
from moderation.approvals.tests.words import DOUBT, THREAT
from moderation.models import Approval
from socialapp.accounts import keeping_apart
from socialapp.accounts.services import close_account

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from feed.models import Post
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def posts(alice: User) -> list[Post]:
    return [post_by(alice, minutes_ago=n) for n in range(4)]


@pytest.fixture
def kitchen(mallory: User, posts: list[Post]) -> Collection:
    """Mallory's public one, with posts 0, 1, 2 in this order."""
    made = services.create_collection(
        person=mallory,
        title="Kitchens",
        note="Rooms with a stove.",
        visibility="public",
    )
    for post in (posts[2], posts[1], posts[0]):
        services.put_in(collection=made, post=post)
    return made


def inside(collection: Collection, viewer: Any, limit: int = 24) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        page = kept.collected_page(collection, viewer, after=after, limit=limit)
        found += [post.key for post in page.posts]
        after = page.after
        if not after:
            return found


def test_a_post_is_saved_once_and_let_go(posts: list[Post], mallory: User) -> None:
    assert services.save_post(post=posts[0], person=mallory) == 1
    assert services.save_post(post=posts[0], person=mallory) == 1
    assert services.unsave_post(post=posts[0], person=mallory) == 0
    assert services.unsave_post(post=posts[0], person=mallory) == 0
    assert not Save.objects.exists()


def test_what_one_saved_comes_page_by_page(posts: list[Post], mallory: User) -> None:
    for post in posts:
        services.save_post(post=post, person=mallory)
    found, after = [], None
    while True:
        page = kept.saved_page(mallory, after=after, limit=3)
        found += page.posts
        after = page.after
        if not after:
            break
    assert found == posts[::-1]
    assert (page.count, page.gone) == (4, 0)
    assert all(post.saved for post in found)  # type: ignore[attr-defined]


def test_what_is_not_there_any_more_is_counted(
    posts: list[Post], mallory: User, bob: User, client_of: ClientOf
) -> None:
    theirs = post_by(bob)
    for post in (*posts, theirs):
        services.save_post(post=post, person=mallory)
    services.remove_post(post=posts[0])
    services.edit_post(post=posts[1], visibility="private")
    services.set_withheld(post=posts[2], level="hidden")
    keeping_apart.block(person=bob, whom=mallory)
    page = client_of(mallory).get("/saved/").content.decode()
    assert "4 clips are not there any more" in page
    assert posts[3].key in page
    for gone in (*posts[:3], theirs):
        assert gone.key not in page
    told = client_of(mallory).get("/api/v1/saved/").json()
    assert (told["count"], told["gone"], len(told["results"])) == (5, 4, 1)


@pytest.mark.parametrize("limit", [1, 2, 24])
def test_a_collection_keeps_the_order_of_its_owner(
    kitchen: Collection, posts: list[Post], limit: int
) -> None:
    def order() -> list[int]:
        keys = [post.key for post in posts]
        return [keys.index(key) for key in inside(kitchen, AnonymousUser(), limit)]

    assert order() == [0, 1, 2]
    services.put_in(collection=kitchen, post=posts[2], place=0)
    assert order() == [2, 0, 1]
    services.put_in(collection=kitchen, post=posts[2], place=1)
    assert order() == [0, 2, 1]
    services.put_in(collection=kitchen, post=posts[0], place=99)
    assert order() == [2, 1, 0]
    services.put_in(collection=kitchen, post=posts[3])
    assert order() == [3, 2, 1, 0]
    services.put_in(collection=kitchen, post=posts[3])
    assert order() == [3, 2, 1, 0]
    services.take_out(collection=kitchen, post=posts[1])
    assert order() == [3, 2, 0]


def test_what_is_collected_is_saved_and_outlives_the_collection(
    kitchen: Collection, posts: list[Post], mallory: User
) -> None:
    assert Save.objects.filter(person=mallory).count() == 3
    assert PostStat.objects.get(post=posts[0]).saves == 1
    services.unsave_post(post=posts[0], person=mallory)
    assert posts[0].key in inside(kitchen, mallory)
    services.remove_collection(collection=kitchen)
    assert Save.objects.filter(person=mallory).count() == 2


def test_a_collection_shows_others_what_is_public(
    kitchen: Collection, posts: list[Post], mallory: User, bob: User
) -> None:
    services.edit_post(post=posts[0], visibility="unlisted")
    assert inside(kitchen, mallory) == [posts[n].key for n in (0, 1, 2)]
    for viewer in (bob, AnonymousUser()):
        assert inside(kitchen, viewer) == [posts[n].key for n in (1, 2)]
        assert kept.collected_page(kitchen, viewer).gone == 1


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [("public", (200, 200, True)), ("unlisted", (200, 200, False)), ("private", (404, 200, False))],
)  # fmt: skip
def test_who_opens_a_collection(
    kitchen: Collection,
    mallory: User,
    client_of: ClientOf,
    visibility: str,
    expected: tuple[int, int, bool],
) -> None:
    services.change_collection(collection=kitchen, visibility=visibility)
    url, api = kitchen.get_absolute_url(), f"/api/v1/collections/{kitchen.key}/"
    stranger, owner, listed = expected
    for address in (url, api, f"{api}posts/"):
        assert Client().get(address).status_code == stranger
        assert client_of(mallory).get(address).status_code == owner
    shelf = Client().get("/@mallory/?tab=collections").content.decode()
    assert ("Kitchens" in shelf) == listed
    told = Client().get("/api/v1/people/mallory/collections/").json()
    assert bool(told) == listed
    assert "Kitchens" in client_of(mallory).get("/saved/").content.decode()


def test_a_collection_of_a_blocked_person_is_not_there(
    kitchen: Collection, mallory: User, bob: User, client_of: ClientOf
) -> None:
    keeping_apart.block(person=bob, whom=mallory)
    assert client_of(bob).get(kitchen.get_absolute_url()).status_code == 404
    assert Client().get(kitchen.get_absolute_url()).status_code == 200


def test_nobody_changes_somebody_elses_collection(
    kitchen: Collection, posts: list[Post], bob: User, client_of: ClientOf
) -> None:
    browser, url = client_of(bob), kitchen.get_absolute_url()
    for act in ("edit", "remove", "items"):
        sent = browser.post(f"{url}{act}/", {"title": "Mine", "post": posts[0].key})
        assert sent.status_code == 404
    into = {"collection": kitchen.key}
    sent = browser.post(f"/p/{posts[3].key}/collections/", into)
    assert sent.status_code == 404
    api = f"/api/v1/collections/{kitchen.key}/"
    assert browser.patch(api, {"title": "x"}, "application/json").status_code == 404
    assert browser.delete(api).status_code == 404
    assert browser.put(f"{api}posts/{posts[3].key}/").status_code == 404
    kitchen.refresh_from_db()
    assert (kitchen.title, kitchen.items.count()) == ("Kitchens", 3)


def test_words_that_the_rules_refuse_make_no_collection(mallory: User) -> None:
    with pytest.raises(SaveError):
        services.create_collection(person=mallory, title=THREAT[:80])
    assert not Collection.objects.exists()


def test_words_in_doubt_keep_a_collection_to_its_owner(
    mallory: User,
    client_of: ClientOf,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made = services.create_collection(
        person=mallory, title="Odd", note=DOUBT, visibility="public"
    )
    assert made.approval == "pending"
    url = made.get_absolute_url()
    assert Client().get(url).status_code == 404
    assert "wait for a look" in client_of(mallory).get(url).content.decode()
    row = Approval.objects.get(subject_key=made.key)
    with django_capture_on_commit_callbacks(execute=True):
        asking.decide(approval=row, moderator=None, approve=True)
    made.refresh_from_db()
    assert made.approval == "approved"
    assert Client().get(url).status_code == 200


def test_a_collection_is_reported_hidden_and_put_back(
    kitchen: Collection, bob: User, mallory: User, client_of: ClientOf
) -> None:
    subject, thing = subjects.get("collection"), kitchen
    assert subject.visible(thing, bob)
    assert subject.snapshot(thing)["Note"] == "Rooms with a stove."
    subject.hide(thing)
    assert client_of(bob).get(kitchen.get_absolute_url()).status_code == 404
    assert client_of(mallory).get(kitchen.get_absolute_url()).status_code == 200
    subject.remove(thing)
    assert client_of(mallory).get(kitchen.get_absolute_url()).status_code == 404
    subject.restore(thing)
    assert client_of(bob).get(kitchen.get_absolute_url()).status_code == 200


def test_there_is_a_most_of_everything(
    kitchen: Collection,
    posts: list[Post],
    mallory: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for limit in ("MOST_SAVES", "MOST_COLLECTIONS", "MOST_ITEMS"):
        monkeypatch.setattr(writing, limit, 1)
    with pytest.raises(SaveError, match="Let some of them go"):
        services.save_post(post=posts[3], person=mallory)
    with pytest.raises(SaveError, match="Delete one"):
        services.create_collection(person=mallory, title="Another")
    with pytest.raises(SaveError, match="Begin another"):
        services.put_in(collection=kitchen, post=posts[3])
    assert (Save.objects.count(), CollectionItem.objects.count()) == (3, 3)


@pytest.mark.parametrize("title", ["", " ", "x" * 81])
def test_a_title_that_cannot_be_one_is_refused(mallory: User, title: str) -> None:
    with pytest.raises(SaveError):
        services.create_collection(person=mallory, title=title)


def test_who_leaves_takes_their_saves_back(
    kitchen: Collection,
    posts: list[Post],
    mallory: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=mallory)
    assert not Collection.objects.exists()
    assert PostStat.objects.get(post=posts[0]).saves == 0


def test_pages_cost_the_same_however_much_is_kept(
    kitchen: Collection,
    posts: list[Post],
    mallory: User,
    django_assert_num_queries: Any,
) -> None:
    def ask(number: int) -> None:
        with django_assert_num_queries(number):
            kept.collected_page(kitchen, mallory)
        with django_assert_num_queries(number):
            kept.saved_page(mallory)
        with django_assert_num_queries(4):
            found = kept.shelves([kitchen, second], mallory)
        assert [shelf.count for shelf in found] == [kitchen.items.count(), 1]

    second = services.create_collection(person=mallory, title="Stoves")
    services.put_in(collection=second, post=posts[0])
    ask(5)
    services.put_in(collection=kitchen, post=posts[3])
    ask(5)


def test_the_button_saves_without_scripts_and_shows_it(
    posts: list[Post], mallory: User, client_of: ClientOf
) -> None:
    post, browser = posts[0], client_of(mallory)
    url = f"{post.get_absolute_url()}save/"
    assert browser.post(url)["Location"] == post.get_absolute_url()
    page = browser.get(post.get_absolute_url()).content.decode()
    assert f'aria-pressed="true" aria-label="Save {post.title}"' in page
    told = browser.post(
        url, {"saved": "0"}, headers={"Accept": "application/json"}
    ).json()
    assert told == {"saved": False, "saves": 0, "text": "Not saved any more."}
    door = Client().post(url)["Location"]
    assert door == f"/accounts/signup/?next={post.get_absolute_url()}"


def test_a_sheet_puts_a_post_into_collections(
    posts: list[Post], mallory: User, client_of: ClientOf
) -> None:
    browser, url = client_of(mallory), f"/p/{posts[0].key}/collections/"
    browser.post(url, {"title": "Kitchens"})
    made = Collection.objects.get()
    assert made.visibility == "private"
    assert inside(made, mallory) == [posts[0].key]
    sheet = browser.get(f"{url}?sheet=1").content.decode()
    assert 'aria-pressed="true"' in sheet
    assert "<html" not in sheet
    browser.post(url, {"collection": made.key, "in": "0"})
    assert inside(made, mallory) == []
    refused = browser.post(url, {"title": ""}, headers={"Accept": "application/json"})
    assert refused.status_code == 400


def test_the_page_of_a_collection_arranges_and_changes_it(
    kitchen: Collection, posts: list[Post], mallory: User, client_of: ClientOf
) -> None:
    browser, url = client_of(mallory), kitchen.get_absolute_url()
    browser.post(f"{url}items/", {"post": posts[2].key, "do": "front"})
    browser.post(f"{url}items/", {"post": posts[0].key, "do": "out"})
    assert inside(kitchen, mallory) == [posts[2].key, posts[1].key]
    browser.post(f"{url}items/", {"post": posts[2].key, "do": "back"})
    browser.post(
        f"{url}edit/", {"title": "Stoves", "note": "", "visibility": "private"}
    )
    page = browser.get(url).content.decode()
    assert "Stoves" in page
    assert page.index(posts[1].key) < page.index(posts[2].key)
    assert browser.post(f"{url}remove/")["Location"] == "/saved/"
    assert not Collection.objects.exists()


def test_collections_are_kept_by_program(
    posts: list[Post], mallory: User, client_of: ClientOf
) -> None:
    browser = client_of(mallory)

    def send(method: str, url: str, **body: Any) -> Any:
        return getattr(browser, method)(url, json.dumps(body), "application/json")

    saved = f"/api/v1/posts/{posts[0].key}/save/"
    assert browser.put(saved).json() == {"saved": True, "saves": 1}
    assert browser.get(f"/api/v1/posts/{posts[0].key}/").json()["saved"]
    assert browser.delete(saved).json() == {"saved": False, "saves": 0}
    made = send("post", "/api/v1/collections/", title="Kitchens")
    assert made.status_code == 201
    url = f"/api/v1/collections/{made.json()['key']}/"
    for post in posts[:2]:
        assert browser.put(f"{url}posts/{post.key}/").status_code == 204
    assert send("put", f"{url}posts/{posts[0].key}/", place=0).status_code == 204
    told = browser.get(f"{url}posts/?limit=1").json()
    assert told["results"][0]["key"] == posts[0].key
    assert browser.get(told["next"]).json()["results"][0]["key"] == posts[1].key
    assert send("patch", url, visibility="public").json()["visibility"] == "public"
    assert browser.delete(f"{url}posts/{posts[0].key}/").status_code == 204
    assert browser.get("/api/v1/collections/").json()[0]["title"] == "Kitchens"
    assert Client().get("/api/v1/collections/").json() == []
    assert browser.delete(url).status_code == 204
    assert send("post", "/api/v1/collections/", title="").status_code == 400
