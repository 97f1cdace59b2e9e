"""Explore, trends, tags and the pages of search."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone

from feed import services
from feed.models import Post, PostStat, Tag
from feed.search import keeping, trending
from feed.search.exploring import MET, explore, new_creators
from feed.search.suggesting import suggestions
from feed.search.trending import FLOOR, count_trends, trending_tags
from feed.tests.rows import character_of, clip_of, post_by
from feed.tests.test_search import saying
from socialapp.accounts.models import Block, User
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOBODY = AnonymousUser()


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    trending.forget()


def person(number: int) -> User:
    return User.objects.create_user(
        username=f"maker{number}",
        email=f"maker{number}@example.com",
        password=None,
        birth_date=dt.date(1990, 1, 1),
    )


@pytest.fixture
def makers(db: None) -> list[User]:
    return [person(number) for number in range(FLOOR + 1)]


def tagged(author: User, name: str, *, days: float = 0.0) -> Post:
    """A post with a tag, whatever screening says of its caption."""
    post = post_by(author)
    tag, _ = Tag.objects.get_or_create(name=name)
    post.tags.add(tag)
    when = timezone.now() - dt.timedelta(days=days)
    Post.objects.filter(pk=post.pk).update(published=when)
    keeping.note_post(post)
    return post


def names() -> list[str]:
    return [one.name for one in count_trends(timezone.now())]


# Trends --------------------------------------------------------------------------


def test_one_person_makes_no_trend_however_much_they_post(makers: list[User]) -> None:
    for _ in range(FLOOR * 3):
        tagged(makers[0], "mine")
    for maker in makers[:FLOOR]:
        tagged(maker, "ours")
    assert names() == ["ours"]
    (trend,) = trending_tags(NOBODY)
    assert (trend.people, trend.name) == (FLOOR, "ours")


def test_a_tag_that_is_always_used_trends_less_than_one_that_grew(
    makers: list[User],
) -> None:
    for maker in makers[:FLOOR]:
        tagged(maker, "grown")
        tagged(maker, "steady")
        tagged(maker, "steady", days=10)
    assert names() == ["grown", "steady"]
    old = [tagged(person(50 + n), "steady", days=5 + n % 20) for n in range(28)]
    assert len(old) == 28
    assert names() == ["grown"]


def test_what_is_demoted_or_withheld_makes_no_trend_at_once(
    makers: list[User], alice: User
) -> None:
    posts = [tagged(maker, "ours") for maker in makers[:FLOOR]]
    assert names() == ["ours"]
    services.set_marks(post=posts[0], demoted=True)
    assert names() == []
    services.set_marks(post=posts[0], demoted=False)
    services.set_withheld(post=posts[0], level="hidden")
    assert names() == []
    services.set_withheld(post=posts[0], level="")
    assert [one.name for one in trending_tags(alice)] == ["ours"]
    for post in posts:
        services.remove_post(post=post)
    assert trending_tags(alice) == []


# New creators --------------------------------------------------------------------


def test_new_creators_are_new_and_few_have_met_them(
    makers: list[User], alice: User, bob: User
) -> None:
    now = timezone.now()
    for maker in makers:
        post_by(maker)
    tagged(alice, "old", days=40)
    post_by(alice)
    famous = post_by(bob)
    PostStat.objects.filter(post=famous).update(shown=MET)
    shown = new_creators(NOBODY, now=now)
    assert {one.person for one in shown} == set(makers)
    assert all(one.post and one.post.author == one.person for one in shown)
    Block.objects.create(person=makers[0], whom=alice)
    assert makers[0] not in {one.person for one in new_creators(alice, now=now)}


def test_everybody_new_has_a_turn(makers: list[User]) -> None:
    for maker in makers:
        post_by(maker)
    now = timezone.now()
    first = {
        new_creators(NOBODY, now=now + dt.timedelta(hours=hour), most=1)[0].person.pk
        for hour in range(40)
    }
    assert first == {maker.pk for maker in makers}
    same = [new_creators(NOBODY, now=now, most=2) for _ in range(2)]
    assert same[0] == same[1]


# Pages ---------------------------------------------------------------------------


def test_a_house_with_nothing_in_it_says_what_to_do(client: Client) -> None:
    assert explore(NOBODY).nothing
    page = client.get("/explore/").content.decode()
    assert "The house is empty" in page
    assert "Make the first one" in page
    assert "Nothing has that" in client.get("/search/?q=anything").content.decode()


def test_explore_shows_what_there_is(client: Client, makers: list[User]) -> None:
    tagged(makers[0], "fog")
    Character.objects.update(visibility="public")
    page = client.get("/explore/").content.decode()
    assert "#fog" in page
    assert "@maker0" in page
    assert "Hob" in page
    for maker in makers[:FLOOR]:
        tagged(maker, "mist")
    trending.forget()
    page = client.get("/explore/").content.decode()
    assert "More than usual" in page
    assert f"{FLOOR} people" in page


def test_the_page_of_a_post_begins_at_the_second_that_was_asked_for(
    client: Client, alice: User
) -> None:
    post = saying(alice, "One two walnut")
    page = client.get("/search/", {"q": "walnut"}).content.decode()
    assert f'href="/p/{post.key}/?t=1.5"' in page
    assert '<mark class="hit">walnut</mark>' in page
    assert 'data-at="1.50"' in client.get(f"/p/{post.key}/?t=1.5").content.decode()
    for wrong in ("nan", "-1", "1e9", "x", "3.0"):
        page = client.get(f"/p/{post.key}/", {"t": wrong}).content.decode()
        assert "data-at" not in page


def test_what_is_typed_is_shown_as_text(client: Client) -> None:
    page = client.get("/search/", {"q": '"><script>x</script>'}).content.decode()
    assert "<script>x" not in page
    told = client.get("/search/suggest/", {"q": "<b>"}).json()
    assert told == {"suggestions": []}


def test_mended_spelling_is_said_and_can_be_undone(client: Client, alice: User) -> None:
    saying(alice, "The lighthouse")
    keeping.sweep()
    page = client.get("/search/", {"q": "lighthuose"}).content.decode()
    assert "Showing results for <b>lighthouse</b>" in page
    page = client.get("/search/", {"q": "lighthuose", "as": "typed"}).content.decode()
    assert "Nothing has that" in page


def test_suggestions_name_what_begins_so_and_may_be_seen(
    alice: User, bob: User
) -> None:
    hob = character_of(alice, "Walnut Hob")
    Character.objects.filter(pk=hob.pk).update(visibility="public", tagline="dull")
    for _ in range(3):
        saying(alice, "walnuts", character=hob)
    call_command("reindex", verbosity=0)
    found = [(one.kind, one.text) for one in suggestions(bob, "old wal")]
    assert ("words", "old walnuts") in found
    assert {kind for kind, _ in found} == {"words"}
    found = [(one.kind, one.text) for one in suggestions(bob, "wal")]
    assert ("character", "Walnut Hob") in found
    assert suggestions(bob, "dul") == []
    Block.objects.create(person=alice, whom=bob)
    assert ("character", "Walnut Hob") not in [
        (one.kind, one.text) for one in suggestions(bob, "wal")
    ]


# Over HTTP -----------------------------------------------------------------------


def test_the_api_tells_the_second_and_the_line(client: Client, alice: User) -> None:
    post = saying(alice, "One two walnut")
    told = client.get("/api/v1/search/", {"q": "walnut", "kind": "said"}).json()
    (one,) = told["results"]
    assert (one["kind"], one["at"], one["post"]["key"]) == ("said", 1.5, post.key)
    assert one["said"]["pieces"][-1] == {"text": "walnut", "hit": True}
    assert (one["character"], one["tag"], told["next"]) == (None, None, None)
    assert client.get("/api/v1/search/?kind=nonsense").status_code == 400
    assert client.get("/api/v1/search/").json()["results"] == []


def test_the_api_pages_by_its_cursor(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feed.search.finding.PAGE", 2)
    made = {post_by(alice, "walnut").key for _ in range(3)}
    told = client.get("/api/v1/search/", {"q": "walnut", "kind": "clip"}).json()
    seen = [one["post"]["key"] for one in told["results"]]
    told = client.get(told["next"]).json()
    seen += [one["post"]["key"] for one in told["results"]]
    assert set(seen) == made
    assert len(seen) == 3
    assert told["next"] is None


def test_the_api_explores(client: Client, makers: list[User]) -> None:
    for maker in makers[:FLOOR]:
        tagged(maker, "mist")
    told = client.get("/api/v1/explore/").json()
    assert told["trends"][0]["name"] == "mist"
    assert len(told["creators"]) == FLOOR
    trends: list[dict[str, Any]] = client.get("/api/v1/tags/trending/").json()
    assert trends == told["trends"]
    told = client.get("/api/v1/search/suggest/", {"q": "mis"}).json()
    assert told == {
        "suggestions": [{"kind": "tag", "text": "mist", "url": "/tag/mist/"}]
    }


# Tags ----------------------------------------------------------------------------


def test_however_a_tag_is_written_it_is_one_page(
    client: Client, alice: User, client_of: ClientOf
) -> None:
    post = post_by(alice, "A walnut at night ＃ＦＯＧ")
    assert [tag.name for tag in post.tags.all()] == ["fog"]
    moved = client.get("/tag/Fo\u200bg/")
    assert moved.status_code == 302
    assert moved["Location"] == "/tag/fog/"
    page = client.get("/tag/fog/").content.decode()
    assert "1 post<" in page
    assert post.key in page
    services.set_marks(post=post, adults_only=True)
    assert "1 post<" not in client.get("/tag/fog/").content.decode()
    assert "1 post<" in client_of(alice).get("/tag/fog/").content.decode()


def test_tags_that_are_one_are_made_one(alice: User) -> None:
    posts = [post_by(alice) for _ in range(3)]
    for post, written in zip(posts, ("Cafe\u0301", "café", "caf\u200bé"), strict=True):
        tag = Tag.objects.create(name=written)
        post.tags.add(tag)
    posts[0].tags.add(Tag.objects.get(name="café"))
    Tag.objects.create(name="\u200b")
    fold = import_module("feed.migrations.0011_fold_tags").fold
    fold(apps, None)
    assert [tag.name for tag in Tag.objects.all()] == ["café"]
    assert all(post.tags.count() == 1 for post in posts)
    fold(apps, None)
    assert Tag.objects.count() == 1


def test_a_renamed_character_is_found_by_its_new_name(
    alice: User, client: Client
) -> None:
    post = post_by(alice)
    character = clip_of(post).character
    Character.objects.filter(pk=character.pk).update(name="Marrowbone")
    keeping.note(kind="character", pk=character.pk)
    told = client.get("/api/v1/search/", {"q": "marrowbone", "kind": "clip"}).json()
    assert [one["post"]["key"] for one in told["results"]] == [post.key]
