"""A clip that is taken down while it plays: what open pages are told, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from avatarfx.models import Clip
from feed import selectors, services
from feed.models import Post
from feed.selectors import standing
from feed.tests.rows import clip_of, post_by
from socialapp.accounts.models import Block, Mute
from socialapp.lib import blobs, withheld

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def nothing_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test asks more often than strangers are looked up for."""
    monkeypatch.setattr("feed.selectors.standing.SHARED", 0.0)


def told(client: Client, *posts: Post) -> dict[str, list[str]]:
    keys = ",".join(post.key for post in posts)
    answer: dict[str, list[str]] = client.get(f"/standing/?keys={keys}").json()
    return answer


def test_a_page_hears_of_what_was_taken_down(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    stays, goes = post_by(alice), post_by(alice)
    services.set_withheld(post=goes, level=Post.Level.HIDDEN)
    for browser in (client, client_of(bob)):
        assert told(browser, stays, goes) == {"gone": [goes.key], "hidden": []}
    services.set_withheld(post=goes, level="")
    assert told(client, stays, goes) == {"gone": [], "hidden": []}


@pytest.mark.parametrize(
    "take",
    [
        lambda post: services.remove_post(post=post),
        lambda post: services.edit_post(post=post, visibility="private"),
        lambda post: Clip.objects.filter(post=post).update(removed=timezone.now()),
        lambda post: Clip.objects.filter(post=post).update(approval="pending"),
    ],
    ids=["removed", "made private", "clip removed", "words in doubt"],
)
def test_whoever_takes_it_away_it_is_gone(
    alice: User, client: Client, take: Callable[[Post], object]
) -> None:
    post = post_by(alice)
    take(post)
    assert told(client, post)["gone"] == [post.key]


def test_whom_one_hid_blocked_or_muted_is_hidden_and_not_gone(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    posts = [post_by(alice), post_by(alice)]
    browser = client_of(bob)
    services.want_less(person=bob, post=posts[0])
    assert told(browser, *posts) == {"gone": [], "hidden": [posts[0].key]}
    for model, one, other in (
        (Block, bob, alice),
        (Block, alice, bob),
        (Mute, bob, alice),
    ):
        row = model.objects.create(person=one, whom=other)
        answer = told(browser, posts[1])
        assert posts[1].key in answer["hidden"] + answer["gone"]
        row.delete()
    assert told(browser, posts[1]) == {"gone": [], "hidden": []}


def test_a_post_for_adults_leaves_the_page_of_a_minor(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    post = post_by(alice)
    services.set_marks(post=post, adults_only=True)
    assert told(client, post)["gone"] == [post.key]
    assert told(client_of(bob), post)["gone"] == []


def test_an_answer_that_the_page_has_is_not_sent_again(
    alice: User, client: Client
) -> None:
    post = post_by(alice)
    first = client.get(f"/standing/?keys={post.key}")
    again = client.get(
        f"/standing/?keys={post.key}", headers={"if-none-match": first["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    services.remove_post(post=post)
    assert told(client, post)["gone"] == [post.key]


def test_asking_costs_one_query_whatever_is_asked(
    alice: User,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    posts = [post_by(alice) for _ in range(4)]
    with django_assert_num_queries(1):
        told(client, *posts)


@pytest.mark.parametrize("keys", ["", ",,,", "../../etc", "x" * 400, "a%00b", "ÄÖÜ"])
def test_nonsense_is_answered_with_nothing(client: Client, db: None, keys: str) -> None:
    assert client.get("/standing/", {"keys": keys}).json() == {
        "gone": [],
        "hidden": [],
    }


def test_a_page_asks_about_a_dozen_at_most(alice: User, client: Client) -> None:
    keys = [f"nothere{n:02}" for n in range(40)]
    answer = client.get(f"/standing/?keys={','.join(keys)}").json()
    assert len(answer["gone"]) == 12


def test_the_film_itself_is_not_given_out_any_more(alice: User) -> None:
    post = post_by(alice, video=blobs.put(b"film", "mp4"))
    url = blobs.url(clip_of(post).video)
    assert Client().get(url).status_code == 200
    withheld.withhold(
        [blobs.name_of(clip_of(post).video)],
        cause=f"clip:{clip_of(post).key}",
        owner=alice.pk,
        removed=False,
    )
    answer = Client().get(url)
    assert answer.status_code == 404


def test_the_selector_names_each_key_once(alice: User) -> None:
    post = post_by(alice)
    services.remove_post(post=post)
    nobody = AnonymousUser()
    found = selectors.standing_of(viewer=nobody, keys=[post.key, post.key])
    assert found.gone == [post.key]


def test_strangers_share_a_look_for_half_a_second(
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr("feed.selectors.standing.SHARED", 0.5)
    strangers = standing._Strangers()
    one, other = post_by(alice), post_by(alice)
    keys = [one.key, other.key]
    with django_assert_num_queries(1):
        assert strangers.missing(keys, now=100.0) == []
    services.remove_post(post=one)
    with django_assert_num_queries(0):
        assert strangers.missing(keys, now=100.4) == []
    with django_assert_num_queries(1):
        assert strangers.missing(keys, now=100.6) == [one.key]
        assert strangers.missing([other.key], now=100.7) == []


def test_a_crowd_of_keys_is_answered_and_not_kept(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feed.selectors.standing.MOST_WATCHED", 4)
    strangers = standing._Strangers()
    post = post_by(alice)
    for n in range(10):
        nonsense = [f"nothere{n}{m}" for m in range(3)]
        assert strangers.missing([*nonsense, post.key], now=100.0) == nonsense
    assert len(strangers._asked) <= 4
    assert strangers.missing([post.key], now=200.0) == []
    assert list(strangers._asked) == [post.key]
