"""Blocks and mutes hold wherever somebody is met."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group
from django.test import Client

from feed import selectors, services
from feed.models import Follow, Hidden, Post
from feed.tests.rows import character_of, post_by
from moderation import services as moderation
from socialapp.accounts import keeping_apart
from socialapp.accounts.models import Mute, User
from socialapp.characters.models import Character
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ORDERS = ("ranked", "newest", "trending", "following")


def names(viewer: Any, order: str) -> set[str]:
    name = f"user:{viewer.pk}" if viewer.pk else "visit:x"
    page = services.read_feed(viewer=viewer, name=name, order=order, limit=50)
    return {post.author.username for post in page.posts}


@pytest.fixture
def town(alice: User, bob: User, mallory: User) -> dict[str, Post]:
    """Posts of Alice and Bob under one tag; Mallory follows both."""
    for creator in (alice, bob):
        services.follow(person=mallory, creator=creator)
    return {
        "alice": post_by(alice, "To #tea", minutes_ago=1),
        "bob": post_by(bob, "To #tea", minutes_ago=2),
    }


@pytest.mark.parametrize("blocker", ["alice", "mallory"])
@pytest.mark.parametrize("order", ORDERS)
def test_a_block_empties_every_order_both_ways(
    town: dict[str, Post], alice: User, mallory: User, order: str, blocker: str
) -> None:
    post_by(mallory)
    services.follow(person=alice, creator=mallory)
    assert "alice" in names(mallory, order)
    ways = (alice, mallory) if blocker == "alice" else (mallory, alice)
    keeping_apart.block(person=ways[0], whom=ways[1])
    assert "alice" not in names(mallory, order)
    assert "mallory" not in names(alice, order)
    assert "bob" in names(mallory, order)
    if order != "following":
        assert "alice" in names(AnonymousUser(), order)


@pytest.mark.parametrize("order", ["ranked", "trending"])
def test_a_list_made_before_the_block_holds_it_too(
    alice: User, bob: User, mallory: User, order: str
) -> None:
    for n in range(4):
        post_by(alice, minutes_ago=n)
        post_by(bob, minutes_ago=n)
    name = f"user:{mallory.pk}"
    page = services.read_feed(viewer=mallory, name=name, order=order, limit=2)
    keeping_apart.block(person=alice, whom=mallory)
    rest: list[Post] = []
    while page.after:
        page = services.read_feed(
            viewer=mallory, name=name, order=order, limit=2, after=page.after
        )
        rest += page.posts
    assert rest
    assert {post.author_id for post in rest} == {bob.pk}


def test_nothing_of_a_blocked_person_is_there(
    town: dict[str, Post], alice: User, mallory: User, client_of: ClientOf
) -> None:
    post = town["alice"]
    character = character_of(alice)
    Character.objects.filter(pk=character.pk).update(visibility="public")
    addresses = (
        post.get_absolute_url(),
        f"{post.get_absolute_url()}why/",
        character.get_absolute_url(),
        f"{character.get_absolute_url()}clips/",
        f"/api/v1/posts/{post.key}/",
        f"/api/v1/characters/{character.key}/",
    )
    browser, theirs = client_of(mallory), client_of(alice)
    assert {browser.get(url).status_code for url in addresses} == {200}
    keeping_apart.block(person=mallory, whom=alice)
    assert {browser.get(url).status_code for url in addresses} == {404}
    assert {theirs.get(url).status_code for url in addresses} == {200}
    assert {Client().get(url).status_code for url in addresses} == {200}
    tag = browser.get("/tag/tea/").content.decode()
    assert town["bob"].key in tag
    assert post.key not in tag


def test_likes_and_other_acts_of_the_blocked_come_to_nothing(
    town: dict[str, Post], alice: User, mallory: User, client_of: ClientOf
) -> None:
    post, browser = town["alice"], client_of(mallory)
    keeping_apart.block(person=alice, whom=mallory)
    for act in ("like", "less", "view"):
        assert browser.post(f"{post.get_absolute_url()}{act}/").status_code == 404
    asked = browser.post("/tastes/follow/", {"creator": "alice"})
    assert asked.status_code == 404
    assert browser.put("/api/v1/people/alice/follow/").status_code == 404
    post.stat.refresh_from_db()
    assert (post.stat.likes, post.stat.views) == (0, 0)
    with pytest.raises(services.TasteError, match="blocks the other"):
        services.follow(person=mallory, creator=alice)


def test_the_profile_of_whom_one_blocked_offers_the_way_back(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    browser = client_of(mallory)
    browser.post("/@alice/block/")
    page = browser.get("/@alice/").content.decode()
    assert "You blocked @alice" in page
    assert "Alice</h1>" not in page
    theirs = client_of(alice).get("/@mallory/")
    assert theirs.status_code == 404
    for page in ("followers", "following"):
        assert client_of(alice).get(f"/@mallory/{page}/").status_code == 404
    browser.post("/@alice/block/", {"on": "0"})
    assert "Alice</h1>" in browser.get("/@alice/").content.decode()


def test_a_block_ends_follows_of_people_and_their_characters(
    alice: User, bob: User, mallory: User
) -> None:
    services.follow(person=mallory, creator=alice)
    services.follow(person=mallory, character=character_of(alice))
    services.follow(person=alice, creator=mallory)
    services.follow(person=mallory, creator=bob)
    keeping_apart.block(person=alice, whom=mallory)
    assert list(Follow.objects.values_list("creator__username", flat=True)) == ["bob"]


def test_a_starter_is_followed_through_every_block(alice: User, mallory: User) -> None:
    kiko = character_of(alice)
    Character.objects.update(starter=True)
    services.follow(person=mallory, character=kiko)
    keeping_apart.block(person=mallory, whom=alice)
    assert Follow.objects.get().character == kiko


def test_a_mute_keeps_the_feed_and_opens_by_address(
    town: dict[str, Post], alice: User, mallory: User, client_of: ClientOf
) -> None:
    services.hide(person=mallory, creator=alice)
    for order in ORDERS:
        assert "alice" not in names(mallory, order)
    browser = client_of(mallory)
    assert browser.get(town["alice"].get_absolute_url()).status_code == 200
    profile = browser.get("/@alice/").content.decode()
    assert "Unmute @alice" in profile
    assert town["alice"].key in profile
    assert town["alice"].key not in browser.get("/tag/tea/").content.decode()


def test_a_moderator_whom_somebody_blocked_still_sees_the_case(
    town: dict[str, Post], alice: User, mallory: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=mallory.pk).update(is_staff=True)
    mallory.groups.set(Group.objects.filter(name="Moderators"))
    case = moderation.open_case(
        kind="post", key=town["alice"].key, category="hate", hold=False
    )
    keeping_apart.block(person=alice, whom=mallory)
    page = client_of(mallory).get(case.get_absolute_url())
    assert page.status_code == 200
    assert "To #tea" in page.content.decode()


def test_a_page_costs_the_same_however_many_are_blocked(
    town: dict[str, Post], mallory: User, django_assert_num_queries: Any
) -> None:
    def page() -> None:
        selectors.feed_page(viewer=mallory, limit=10)

    with django_assert_num_queries(3):
        page()
    for n in range(5):
        other = User.objects.create_user(
            username=f"p{n}", email=f"p{n}@example.com", password=None
        )
        post_by(other)
        keeping_apart.block(person=mallory, whom=other)
        keeping_apart.mute(person=mallory, whom=other)
    with django_assert_num_queries(3):
        page()


def test_people_block_and_mute_by_program(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    browser = client_of(mallory)
    for act, told in (("mute", "muted"), ("block", "blocked")):
        url = f"/api/v1/people/alice/{act}/"
        for _ in range(2):
            assert browser.put(url).json() == {told: True}
        assert browser.delete(url).json() == {told: False}
        refused = browser.put(f"/api/v1/people/mallory/{act}/")
        assert refused.status_code == 400
        assert refused["Content-Type"] == "application/problem+json"
    browser.put("/api/v1/people/alice/block/")
    assert client_of(alice).get("/api/v1/people/mallory/").status_code == 404
    assert client_of(alice).get("/api/v1/people/mallory/posts/").status_code == 404
    assert client_of(alice).get("/api/v1/people/mallory/characters/").status_code == 404


def test_the_page_of_ones_taste_lists_and_undoes(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    browser = client_of(mallory)
    hob = character_of(bob)
    services.follow(person=mallory, creator=bob)
    services.hide(person=mallory, character=hob)
    keeping_apart.mute(person=mallory, whom=bob)
    keeping_apart.block(person=mallory, whom=alice)
    page = browser.get("/tastes/").content.decode()
    assert page.count("@bob") >= 2
    assert "@alice" in page
    assert hob.name in page
    browser.post("/@alice/block/", {"on": "0", "next": "/tastes/"})
    browser.post("/@bob/mute/", {"on": "0", "next": "/tastes/"})
    browser.post("/tastes/hide/", {"character": hob.key, "on": "0"})
    assert not mallory.blocks.exists()
    assert not Mute.objects.exists()
    assert not Hidden.objects.exists()


def test_the_old_way_of_hiding_by_program_mutes(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    browser = client_of(mallory)
    body = {"creator": "alice"}
    sent = browser.post("/api/v1/feed/hide/", body, content_type="application/json")
    assert sent.json() == {"hidden": True}
    assert Mute.objects.get().whom == alice
    browser.post("/api/v1/feed/show/", body, content_type="application/json")
    assert not Mute.objects.exists()


def test_people_who_were_hidden_are_muted_after_the_move(
    alice: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two halves of the migration, on rows as both sides have them."""
    moving = import_module("feed.migrations.0013_mutes")
    mutes, taken = apps.get_model("accounts", "Mute"), []
    Mute.objects.create(person=mallory, whom=alice)

    class Rows(list[Any]):
        def filter(self, **_: Any) -> Rows:
            return self

        all = filter

        def iterator(self) -> Any:
            return iter(list(self))

        def delete(self) -> None:
            self.clear()

        def bulk_create(self, rows: Any, **_: Any) -> None:
            taken.extend(rows)

    class Kept:
        objects = Rows()

        def __init__(self, **fields: Any) -> None:
            self.__dict__.update(fields)

    class Then:
        @staticmethod
        def get_model(_app: str, name: str) -> Any:
            return Kept if name == "Hidden" else mutes

    moving.hide_muted_people(Then, None)
    assert not Mute.objects.exists()
    assert [(row.person_id, row.creator_id) for row in taken] == [
        (mallory.pk, alice.pk)
    ]
    Kept.objects.extend(taken)
    moving.mute_hidden_people(Then, None)
    assert not Kept.objects
    assert list(Mute.objects.values_list("person", "whom")) == [(mallory.pk, alice.pk)]


def test_nobody_is_told_of_whom_they_do_not_hear(
    alice: User, bob: User, mallory: User
) -> None:
    keeping_apart.mute(person=alice, whom=mallory)
    services.follow(person=mallory, creator=alice)
    assert not Notice.objects.exists()
    services.follow(person=bob, creator=alice)
    assert Notice.objects.get().lead == "@bob follows you."
