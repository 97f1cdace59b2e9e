"""What I said of others and what they made of mine, by program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from feed import services
from feed.api import people
from feed.models import Hidden, Post, Unwanted
from feed.tests.remixing import on_stage, open_up, original, remix_by
from feed.tests.rows import character_of, clip_of, post_by
from socialapp.accounts import keeping_apart
from socialapp.accounts.models import Block, Mute, User

if TYPE_CHECKING:
    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LISTS = ("blocks", "mutes", "hidden", "less", "appearances", "remixed")


@pytest.fixture(autouse=True)
def _one_to_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PAGE", 1)


def everything(client: Client, path: str) -> list[dict[str, Any]]:
    """All of a list, page by page."""
    found: list[dict[str, Any]] = []
    following = f"/api/v1/me/{path}/"
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.content
        found += answer.json()["results"]
        following = answer.json()["next"]
    return found


@pytest.mark.parametrize("name", LISTS)
def test_who_has_no_account_has_no_lists(name: str, db: None) -> None:
    assert Client().get(f"/api/v1/me/{name}/").status_code == 401


@pytest.mark.parametrize(("name", "model"), [("blocks", Block), ("mutes", Mute)])
def test_whom_i_block_and_mute_is_listed_and_let_back(
    name: str, model: Any, mallory: User, client_of: ClientOf, alice: User
) -> None:
    bob = User.objects.create_user(
        username="bob", email="bob@example.com", password=None
    )
    for whom in (alice, bob):
        model.objects.create(person=mallory, whom=whom)
    # Also who blocks me is mine to let back.
    keeping_apart.block(person=alice, whom=mallory)
    browser = client_of(mallory)
    rows = everything(browser, name)
    assert [row["username"] for row in rows] == ["bob", "alice"]
    assert rows[0].keys() == {"username", "created"}
    for handle in ("alice", "bob"):
        path = f"/api/v1/me/{name}/{handle}/"
        assert client_of(bob).delete(path).status_code == 404
        assert browser.delete(path).status_code == 204
        assert browser.delete(path).status_code == 404
    assert everything(browser, name) == []
    assert not model.objects.filter(person=mallory).exists()


def test_a_list_goes_on_where_it_was_while_rows_come(
    alice: User,
    bob: User,
    mallory: User,
    client_of: ClientOf,
) -> None:
    keeping_apart.mute(person=mallory, whom=alice)
    keeping_apart.mute(person=mallory, whom=bob)
    browser = client_of(mallory)
    first = browser.get("/api/v1/me/mutes/").json()
    newer = User.objects.create_user(
        username="newer", email="newer@example.com", password=None
    )
    keeping_apart.mute(person=mallory, whom=newer)
    second = browser.get(first["next"]).json()
    assert [one["username"] for one in first["results"]] == ["bob"]
    assert [one["username"] for one in second["results"]] == ["alice"]
    assert second["next"] is None


def test_characters_whom_i_hide_come_back_although_their_page_is_closed(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    kiko = character_of(alice, "Kiko")
    services.hide(person=mallory, character=kiko)
    browser = client_of(mallory)
    (row,) = everything(browser, "hidden")
    assert (row["key"], row["name"]) == (kiko.key, "Kiko")
    path = f"/api/v1/me/hidden/{kiko.key}/"
    assert client_of(alice).delete(path).status_code == 404
    assert browser.delete(path).status_code == 204
    assert not Hidden.objects.exists()


def test_what_i_want_less_like_is_listed_also_when_it_is_gone(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    gone, there = post_by(alice, "A secret"), post_by(alice, "Calm")
    for post in (gone, there):
        services.want_less(person=mallory, post=post)
    Post.objects.filter(pk=gone.pk).update(visibility="private")
    browser = client_of(mallory)
    rows = everything(browser, "less")
    assert [row["key"] for row in rows] == [there.key, gone.key]
    assert rows[0]["post"]["caption"] == "Calm"
    assert rows[1]["post"] is None
    for post in (gone, there):
        assert browser.delete(f"/api/v1/me/less/{post.key}/").status_code == 204
    assert not Unwanted.objects.exists()


def test_what_others_make_with_my_characters_is_listed(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    kiko, hob = character_of(alice, "Kiko"), character_of(bob, "Hob")
    leads = post_by(bob, character=kiko, minutes_ago=3)
    on_stage(clip_of(leads), hob)
    second = post_by(bob, character=hob, minutes_ago=2)
    on_stage(clip_of(second), kiko)
    post_by(bob, character=hob)
    post_by(alice, character=kiko)
    unlisted = post_by(mallory, character=kiko)
    services.edit_post(post=unlisted, visibility="unlisted")
    browser = client_of(alice)
    rows = everything(browser, "appearances")
    assert [row["key"] for row in rows] == [second.key, leads.key]
    page = browser.get("/api/v1/me/appearances/?limit=1").json()
    assert [row["key"] for row in page["results"]] == [second.key]
    rest = browser.get(page["next"]).json()
    assert [row["key"] for row in rest["results"]] == [leads.key]


def test_remixes_of_mine_are_kept_unlinked_and_taken_off_again(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    open_up(alice)
    first, other = original(alice, title="Storm"), original(alice, title="Calm")
    child, second = remix_by(bob, first, title="Again"), remix_by(bob, other)
    browser = client_of(alice)
    rows = everything(browser, "remixed")
    assert [row["key"] for row in rows] == [second.key, child.key]
    assert rows[1] | {"created": ""} == {
        "key": child.key,
        "handle": "bob",
        "title": "Again",
        "kind": "reply",
        "original": first.key,
        "outcome": "keep",
        "wanted": "keep",
        "kept_back": False,
        "created": "",
    }
    path = f"/api/v1/me/remixed/{child.key}/"

    def want(outcome: str, who: User = alice) -> Any:
        return client_of(who).put(
            path, {"outcome": outcome}, content_type="application/json"
        )

    hidden = want("hide").json()
    assert (hidden["outcome"], hidden["wanted"], hidden["kept_back"]) == (
        "hide",
        "hide",
        True,
    )
    assert client_of(mallory).get(f"/p/{child.key}/").status_code == 404
    # What is kept back is listed, and is put on stage again.
    only = browser.get(f"/api/v1/me/remixed/?of={first.key}").json()["results"]
    assert [(row["key"], row["kept_back"]) for row in only] == [(child.key, True)]
    assert want("unlink").json()["kept_back"] is False
    assert want("keep").json()["wanted"] == "keep"
    assert client_of(mallory).get(f"/p/{child.key}/").status_code == 200
    assert want("hide", mallory).status_code == 404
    assert want("burn").status_code == 400
    services.remove_post(post=child)
    assert [row["key"] for row in everything(browser, "remixed")] == [second.key]


def test_an_app_hears_what_may_still_be_shown(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    stays, goes, less = post_by(alice), post_by(alice), post_by(alice)
    path = f"/api/v1/feed/standing/?keys={stays.key},{goes.key},{less.key}"
    browser = client_of(mallory)
    first = browser.get(path)
    assert first.json() == {"gone": [], "hidden": []}
    same = browser.get(path, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    services.remove_post(post=goes)
    services.want_less(person=mallory, post=less)
    changed = browser.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.json() == {"gone": [goes.key], "hidden": [less.key]}
    assert Client().get(path).json()["gone"] == [goes.key]


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("", "joined by commas"),
        ("<script>", "joined by commas"),
        (",".join(["abcdefgh"] * 13), "13 are too many"),
    ],
)
def test_what_names_no_posts_is_refused_by_name(keys: str, says: str, db: None) -> None:
    answer = Client().get("/api/v1/feed/standing/", {"keys": keys})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "keys"
    assert says in answer.content.decode()
