"""Remixes on pages and over HTTP: what is offered, asked, answered and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from avatarfx.models import Clip
from feed import services
from feed.models import Post, Remix, RemixPass, RemixRequest
from feed.tests.remixing import character_of, open_up, original, remix_by
from feed.tests.rows import clip_of
from socialapp.accounts.models import Block, User
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

WORDS = "A card would have been nice."


@pytest.fixture(autouse=True)
def _fresh_rates() -> None:
    cache.clear()


@pytest.fixture
def post(alice: User) -> Post:
    made = original(alice, title="Storm warning")
    Character.objects.update(visibility="public")
    return made


@pytest.fixture
def hero(bob: User) -> Character:
    return character_of(bob, "Wren")


def api(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


# Pages ------------------------------------------------------------------------


def test_the_button_says_whether_one_asks_and_is_not_there_when_off(
    post: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    form = f'href="/p/{post.key}/remix/"'
    client = client_of(bob)
    assert "Ask to remix Storm warning, 0 made of it" in page(client, "/")
    open_up(alice)
    assert 'aria-label="Remix Storm warning' in page(client, f"/p/{post.key}/")
    services.edit_post(post=post, remixing="off")
    for address in ("/", f"/p/{post.key}/"):
        assert form not in page(client, address)
    # The form says why.
    shown = page(client, f"/p/{post.key}/remix/")
    assert "@alice does not want this clip remixed" in shown
    assert "Make a clip of my own" in shown


def test_the_way_from_asking_to_the_clip_and_to_the_end_of_it(
    post: Post, alice: User, bob: User, hero: Character, client_of: ClientOf
) -> None:
    asker, owner = client_of(bob), client_of(alice)
    wish = {"kind": "reply", "character": hero.key, "script": WORDS, "key": "k"}
    assert (
        asker.post(f"/p/{post.key}/remix/", wish).headers["Location"].endswith("mine")
    )
    request = RemixRequest.objects.get()
    assert WORDS in page(owner, "/remixes/")
    assert "You asked already" in page(asker, f"/p/{post.key}/remix/?kind=reply")
    yes = {"agreed": "1", "word": "Gladly.", "always": "1"}
    owner.post(f"/remixes/{request.key}/answer/", yes)
    assert "@bob" in page(owner, "/remixes/")
    mine = page(asker, "/remixes/?tab=mine")
    assert "Make it" in mine
    assert "Gladly." in mine
    made = asker.post(f"/remixes/{request.key}/make/")
    clip = Clip.objects.get(owner=bob)
    assert made.headers["Location"] == clip.get_absolute_url()
    owner.post("/remixes/passes/bob/")
    assert not RemixPass.objects.exists()
    child = remix_by(bob, post, title="The card")
    assert "The card" in page(owner, f"/remixes/?tab=made&of={post.key}")
    owner.post("/remixes/outcome/", {"choice": "hide", "post": child.key})
    assert asker.get(f"/p/{child.key}/").status_code == 200
    assert "does not want its remixes on stage" in page(asker, f"/p/{child.key}/")
    assert owner.get(f"/p/{child.key}/").status_code == 404
    owner.post("/remixes/outcome/", {"choice": "keep", "of": post.key})
    assert owner.get(f"/p/{child.key}/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "cover"}, "Choose one of"),
        ({"kind": "reply", "script": WORDS}, "Choose who speaks"),
        ({"kind": "reply", "script": ""}, "Choose who speaks"),
        ({"kind": "rewrite", "script": WORDS}, "does not let others write for Hob"),
    ],
)
def test_a_wish_that_cannot_be_keeps_its_words_and_says_why(
    post: Post, bob: User, fields: dict[str, str], told: str, client_of: ClientOf
) -> None:
    client = client_of(bob)
    response = client.post(f"/p/{post.key}/remix/", fields)
    assert response.status_code == 409
    assert told in response.content.decode()


def test_a_tombstone_on_the_page_of_a_remix(
    post: Post, alice: User, bob: User, client_of: ClientOf
) -> None:
    open_up(alice)
    child = remix_by(bob, post, title="3 a.m. edition")
    shown = page(Client(), f"/p/{child.key}/")
    assert "Remix of @alice" in shown
    assert f'href="/p/{post.key}/">Storm warning</a>' in shown
    services.remove_post(post=post)
    shown = page(Client(), f"/p/{child.key}/tree/")
    assert "Original removed by its author" in shown
    assert "Storm warning, by @alice with Hob. Credit stays." in shown
    Block.objects.create(person=alice, whom=bob)
    shown = page(client_of(bob), f"/p/{child.key}/tree/")
    assert "@alice" not in shown
    assert "Storm warning" not in shown


def test_the_switches_of_account_character_and_clip(
    post: Post, alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    levels = {"remix_clips": "on", "remix_characters": "ask"}
    client.post("/settings/remixing/", levels)
    alice.refresh_from_db()
    assert (alice.remix_clips, alice.remix_characters) == ("on", "ask")
    client.post("/settings/remixing/", {"remix_clips": "perhaps"})
    alice.refresh_from_db()
    assert alice.remix_clips == "on"
    client.post(f"/p/{post.key}/remixing/", {"remixing": "ask"})
    post.refresh_from_db()
    assert post.remixing == "ask"
    shown = page(client, f"/c/{clip_of(post).character.key}/edit/")
    assert 'name="remixing" value="off"' in shown


def test_a_stranger_switches_and_answers_nothing(
    post: Post, alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    request = RemixRequest.objects.create(
        asker=bob, post=post, kind="reply", character=character_of(bob),
        script=WORDS, sha256="0" * 64, expires=post.published.replace(year=2999),
    )  # fmt: skip
    request.answers.create(person=alice)
    client = client_of(mallory)
    for address in (
        f"/p/{post.key}/remixing/",
        f"/remixes/{request.key}/answer/",
        f"/remixes/{request.key}/withdraw/",
        f"/remixes/{request.key}/make/",
    ):
        assert client.post(address, {"agreed": "1"}).status_code == 404
    assert WORDS not in page(client, "/remixes/")
    assert WORDS not in page(client, "/remixes/?tab=mine")


@pytest.mark.parametrize("remixes", [1, 5])
def test_a_page_of_the_feed_costs_the_same_with_remixes(
    post: Post, alice: User, bob: User, remixes: int, django_assert_max_num_queries: Any
) -> None:
    open_up(alice)
    for _ in range(remixes):
        remix_by(bob, post)
    client = Client()
    client.get("/?order=newest")
    with django_assert_max_num_queries(9):
        assert "Remix of @alice" in page(client, "/?order=newest")


# HTTP -------------------------------------------------------------------------


def test_what_is_allowed_by_kind(post: Post, bob: User) -> None:
    told = api(bob).get(f"/api/v1/posts/{post.key}/remix/").json()
    kinds = {one["kind"]: one for one in told["kinds"]}
    assert kinds["reply"] == {
        "kind": "reply", "state": "ask", "why": "", "asks": ["alice"]
    }  # fmt: skip
    assert kinds["rewrite"]["state"] == "off"
    assert "does not let others write" in kinds["rewrite"]["why"]


def test_asking_answering_and_making_over_http(
    post: Post, alice: User, bob: User, hero: Character
) -> None:
    asker, owner = api(bob), api(alice)
    wish = {"kind": "reply", "character": hero.key, "script": WORDS}
    address = f"/api/v1/posts/{post.key}/remix/"
    asked = asker.post(address, wish, format="json")
    assert (asked.status_code, asked.json()["clip"]) == (202, None)
    key = asked.json()["request"]
    (waiting,) = owner.get("/api/v1/remix-requests/").json()["results"]
    assert (waiting["key"], waiting["script"]) == (key, WORDS)
    decision = f"/api/v1/remix-requests/{key}/"
    assert asker.put(decision, {"agreed": True}, format="json").status_code == 404
    done = owner.put(decision, {"agreed": True, "word": "Yes."}, format="json")
    assert done.json()["state"] == "approved"
    assert owner.put(decision, {"agreed": True}, format="json").status_code == 404
    made = asker.post(address, wish, format="json")
    assert made.json()["request"] is None
    assert Clip.objects.get(owner=bob).key == made.json()["clip"]
    (mine,) = asker.get("/api/v1/remix-requests/?of=mine").json()["results"]
    assert (mine["state"], mine["clip"]) == ("used", made.json()["clip"])


def test_a_request_of_its_own_and_taking_it_back(
    post: Post, bob: User, mallory: User, hero: Character
) -> None:
    asker = api(bob)
    wish = {"post": post.key, "kind": "reply", "character": hero.key, "script": WORDS}
    asked = asker.post("/api/v1/remix-requests/", wish, format="json")
    assert asked.status_code == 201
    address = f"/api/v1/remix-requests/{asked.json()['key']}/"
    assert api(mallory).get(address).status_code == 404
    assert api(mallory).delete(address).status_code == 404
    assert asker.delete(address).status_code == 204
    assert asker.get(address).json()["state"] == "withdrawn"


def test_a_refusal_is_a_problem_with_its_rule(
    post: Post, bob: User, hero: Character
) -> None:
    services.edit_post(post=post, remixing="off")
    wish = {"kind": "reply", "character": hero.key, "script": WORDS}
    answer = api(bob).post(f"/api/v1/posts/{post.key}/remix/", wish, format="json")
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:troupe:remix-off"
    assert "@alice does not want this clip remixed" in answer.json()["detail"]


def test_the_same_key_makes_one_clip(
    post: Post, alice: User, bob: User, hero: Character
) -> None:
    open_up(alice)
    asker, address = api(bob), f"/api/v1/posts/{post.key}/remix/"
    wish = {"kind": "reply", "character": hero.key, "script": WORDS}
    made = [
        asker.post(address, wish, format="json", headers={"Idempotency-Key": "a"})
        for _ in range(2)
    ]
    assert made[0].json() == made[1].json()
    other = asker.post(
        address, wish | {"script": "No."}, format="json",
        headers={"Idempotency-Key": "a"},
    )  # fmt: skip
    assert other.status_code == 422


def test_tree_remixes_and_outcome(post: Post, alice: User, bob: User) -> None:
    open_up(alice)
    child = remix_by(bob, post, title="3 a.m. edition")
    told = api(bob).get(f"/api/v1/posts/{child.key}/tree/").json()
    (above,) = told["above"]
    assert (above["state"], above["handle"], above["post"]["key"]) == (
        "shown", "alice", post.key
    )  # fmt: skip
    listed = api(bob).get(f"/api/v1/posts/{post.key}/remixes/").json()
    assert [one["key"] for one in listed["results"]] == [child.key]
    assert listed["results"][0]["remix_of"]["handle"] == "alice"
    address = f"/api/v1/posts/{post.key}/remixes/outcome/"
    done = api(alice).put(address, {"outcome": "unlink"}, format="json")
    assert done.json() == {"changed": 1}
    assert Remix.objects.get().outcome == "unlink"
    nothing = api(bob).put(address, {"outcome": "hide"}, format="json")
    assert nothing.json() == {"changed": 0}
    assert api(bob).get(f"/api/v1/posts/{child.key}/").json()["remix_of"] is None


def test_switches_and_passes_over_http(post: Post, alice: User, bob: User) -> None:
    client = api(alice)
    client.patch("/api/v1/me/", {"remix_clips": "on"}, format="json")
    alice.refresh_from_db()
    assert alice.remix_clips == "on"
    client.patch(f"/api/v1/posts/{post.key}/", {"remixing": "ask"}, format="json")
    key = clip_of(post).character.key
    client.patch(f"/api/v1/characters/{key}/", {"remixing": "on"}, format="json")
    assert client.get(f"/api/v1/characters/{key}/").json()["remixing"] == "on"
    assert api(bob).get(f"/api/v1/posts/{post.key}/").json()["remixing"] == "ask"
    client.put("/api/v1/me/remix-passes/bob/")
    (held,) = client.get("/api/v1/me/remix-passes/").json()
    assert held["person"]["username"] == "bob"
    assert client.put("/api/v1/me/remix-passes/alice/").status_code == 409
    client.delete("/api/v1/me/remix-passes/bob/")
    assert not RemixPass.objects.exists()
    bad = client.patch("/api/v1/me/", {"remix_clips": "perhaps"}, format="json")
    assert bad.status_code == 400
