"""Whoever is hidden or followed is so in every seat, not as the lead alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feed import selectors, services
from feed.models import Hidden, Post, PostStat, Snippet, SnippetLine
from feed.search.finding import search
from feed.selectors import following
from feed.tests.remixing import on_stage
from feed.tests.rows import character_of, clip_of, post_by
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ORDERS = ("ranked", "newest", "trending", "following")


def duet(author: User, lead: Character, *others: Character, **fields: Any) -> Post:
    post = post_by(author, character=lead, **fields)
    on_stage(clip_of(post), *others)
    return post


def chat(author: User, lead: Character, other: Character) -> Post:
    """Lines of a chat that the lead begins and the other answers, as rows alone."""
    said = Snippet.objects.create(owner=author, lead=lead, sha256="0" * 64)
    for number, one in enumerate((lead, other)):
        SnippetLine.objects.create(
            snippet=said, number=number, character=one, name=one.name, text="Hm."
        )
    post = Post.objects.create(author=author, kind="snippet", snippet=said)
    PostStat.objects.create(post=post)
    return post


def keys(viewer: User, order: str, limit: int = 20) -> list[str]:
    page = services.read_feed(
        viewer=viewer, name=f"user:{viewer.pk}", order=order, limit=limit
    )
    return [post.key for post in page.posts]


def test_who_is_hidden_is_on_no_page_in_whichever_seat(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    hob, kiko = character_of(alice, "Hob"), character_of(bob, "Kiko")
    alone = duet(alice, hob, title="Walnut alone")
    both = duet(alice, hob, kiko, title="Walnut both")
    lines = chat(alice, hob, kiko)
    services.follow(person=mallory, creator=alice)
    list_of = services.read_feed(
        viewer=mallory, name=f"user:{mallory.pk}", order="ranked", limit=1
    )
    services.hide(person=mallory, character=kiko)
    for order in ORDERS:
        assert keys(mallory, order) == [alone.key], order
    rest = services.read_feed(
        viewer=mallory,
        name=f"user:{mallory.pk}",
        order="ranked",
        after=list_of.after,
    )
    assert both.key not in [post.key for post in rest.posts]
    found = search(mallory, "walnut", kind="clip").shelves[0].found
    assert [one.thing.key for one in found] == [alone.key]
    told = selectors.standing_of(viewer=mallory, keys=[both.key, lines.key, alone.key])
    assert (told.gone, set(told.hidden)) == ([], {both.key, lines.key})
    # What they ask for by its address is there.
    assert client_of(mallory).get(f"/p/{both.key}/").status_code == 200
    services.unhide(person=mallory, character=kiko)
    assert set(keys(mallory, "newest")) == {alone.key, both.key, lines.key}


@pytest.fixture(params=["asking each", "looking through the newest"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "asking each":
        monkeypatch.setattr(following, "FEW", 0)
        monkeypatch.setattr(following, "WINDOW", 100)
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_who_is_followed_is_shown_in_whichever_seat_and_once(
    alice: User, bob: User, mallory: User
) -> None:
    hob, kiko = character_of(alice, "Hob"), character_of(bob, "Kiko")
    services.follow(person=mallory, character=kiko)
    leads = duet(bob, kiko, hob, minutes_ago=4)
    second = duet(alice, hob, kiko, minutes_ago=3)
    duet(alice, hob, minutes_ago=2)
    lines = chat(alice, hob, kiko)
    assert keys(mallory, "following") == [lines.key, second.key, leads.key]
    first = services.read_feed(viewer=mallory, name="", order="following", limit=1)
    rest = services.read_feed(
        viewer=mallory, name="", order="following", limit=9, after=first.after
    )
    assert [post.key for post in (*first.posts, *rest.posts)] == [
        lines.key,
        second.key,
        leads.key,
    ]
    services.set_withheld(post=second, level="hidden")
    assert keys(mallory, "following") == [lines.key, leads.key]


def test_second_seats_cost_no_query_more(alice: User, bob: User, mallory: User) -> None:
    hob, kiko = character_of(alice, "Hob"), character_of(bob, "Kiko")
    duet(alice, hob)
    services.follow(person=mallory, creator=alice)
    with CaptureQueriesContext(connection) as without:
        keys(mallory, "following")
    services.follow(person=mallory, character=kiko)
    duet(alice, hob, kiko)
    with CaptureQueriesContext(connection) as with_them:
        assert len(keys(mallory, "following")) == 2
    assert len(with_them) == len(without)


def test_the_sheet_hides_whom_it_names_and_shows_them_again(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    hob, kiko = character_of(alice, "Hob"), character_of(bob, "Kiko")
    other = character_of(bob, "Imani")
    post = duet(alice, hob, kiko, other)
    Character.objects.filter(pk=other.pk).update(withheld="hidden")
    browser = client_of(mallory)
    for path in (f"/p/{post.key}/why/", f"/p/{post.key}/why/?sheet=1"):
        page = browser.get(path).content.decode()
        assert page.index("Hide Hob") < page.index("Hide Kiko")
        assert "Imani" not in page
    # Both pages are closed: they were met in the post.
    for one in (hob, kiko):
        body = {"character": one.key, "post": post.key}
        told = browser.post(
            "/tastes/hide/", body, headers={"Accept": "application/json"}
        )
        assert told.json() == {
            "hidden": True,
            "text": f"Nothing of {one.name} comes to you now.",
        }
    assert Hidden.objects.filter(person=mallory).count() == 2
    assert browser.post("/tastes/hide/", {"character": other.key}).status_code == 404
    page = browser.get(f"/p/{post.key}/why/").content.decode()
    assert "Show Kiko again" in page
    browser.post("/tastes/hide/", {"character": kiko.key, "on": "0"})
    assert Hidden.objects.get(person=mallory).character == hob
    own = client_of(alice).get(f"/p/{post.key}/why/").content.decode()
    assert "Hide Hob" not in own
