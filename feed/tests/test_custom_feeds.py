"""Feeds that people build hold exactly what fits, and muted words are heard nowhere."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser

from feed import selectors, services
from feed.models import CustomFeed, MutedWord, Post, Subscription
from feed.rules import Rules
from feed.selectors import pages
from feed.tests.rows import character_of, post_by
from socialapp.accounts.models import Block
from socialapp.accounts.signals import account_closed
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

GUEST = AnonymousUser()


def build(owner: User, rules: dict[str, Any], **fields: Any) -> CustomFeed:
    fields = {"name": "Storms", "visibility": "public"} | fields
    return services.build_feed(owner=owner, rules=rules, **fields)


def read(feed: CustomFeed, viewer: Any = GUEST, limit: int = 4) -> list[Post]:
    """All of it, page by page."""
    found: list[Post] = []
    after = None
    while True:
        page = services.read_feed(
            viewer=viewer,
            name="",
            order=f"{services.BUILT}{feed.key}",
            after=after,
            limit=limit,
        )
        found += page.posts
        after = page.after
        if after is None:
            return found


def test_a_feed_holds_exactly_the_posts_that_its_rules_mean(
    alice: User, bob: User
) -> None:
    chance = random.Random(6)  # noqa: S311
    cast = [character_of(alice, "Hob"), character_of(alice, "Nan")]
    said = ["A storm. It comes.", "Ein Sturm zieht auf über dem Meer.", "Tea at five."]
    for number in range(18):
        script = chance.choice(said)
        post = post_by(
            chance.choice([alice, bob]),
            chance.choice(["#storm", "#rain #storm", "#tea", "no tag, a storm"]),
            minutes_ago=number,
            character=chance.choice(cast),
            seconds=chance.choice([3.0, 12.0, 40.0]),
            captions=chance.choice(["", "sha256:" + "0" * 64 + ".vtt"]),
            title=chance.choice(["", "Storm warning"]),
        )
        assert post.clip is not None
        post.clip.script = script
        post.clip.save(update_fields=["script"])
        post.language = chance.choice(["en", "de", ""])
        post.save(update_fields=["language"])
    options: dict[str, list[Any]] = {
        "tags": [["storm"], ["tea", "storm"]],
        "without_tags": [["rain"]],
        "characters": [[cast[0].key], [one.key for one in cast]],
        "creators": [["bob"], ["alice", "bob"]],
        "languages": [["en"], ["en", "de"]],
        "kinds": [["clip"], ["snippet"], ["clip", "snippet"]],
        "shortest": [3, 10],
        "longest": [12, 50],
        "captioned": [True],
        "words": [["storm"], ["it comes", "sturm"]],
        "without_words": [["storm warning"], ["tea"]],
        "order": ["newest", "trending"],
    }
    posts = list(Post.objects.full())
    filled = 0
    for _ in range(40):
        names = chance.sample([n for n in options if n != "order"], 3)
        rules = {name: chance.choice(options[name]) for name in names}
        rules["order"] = chance.choice(options["order"])
        feed = build(alice, rules)
        wanted = {p.pk for p in posts if Rules.from_json(rules).fits(_facts(p))}
        found = [post.pk for post in read(feed)]
        assert len(found) == len(set(found))
        assert set(found) == wanted, rules
        filled += bool(wanted)
        services.delete_feed(feed=feed)
    assert filled > 10


def _facts(post: Post) -> Any:
    return selectors.facts_of(post)


def test_pages_stay_whole_while_posts_are_added(alice: User, bob: User) -> None:
    for number in range(6):
        post_by(bob, "#storm", minutes_ago=number)
    feed = build(alice, {"tags": ["storm"], "words": ["not one"]})
    first = services.read_feed(
        viewer=GUEST, name="", order=f"{services.BUILT}{feed.key}", limit=3
    )
    late = post_by(bob, "#storm", minutes_ago=-5)
    rest = services.read_feed(
        viewer=GUEST,
        name="",
        order=f"{services.BUILT}{feed.key}",
        after=first.after,
        limit=10,
    )
    keys = [one.key for one in first.posts + rest.posts]
    assert len(keys) == 6
    assert len(set(keys)) == 6
    assert late.key not in keys


def test_rules_that_name_nobody_are_refused(alice: User) -> None:
    with pytest.raises(services.CustomFeedError, match="nobody called @nemo") as told:
        build(alice, {"creators": ["nemo"]})
    assert told.value.field == "creators"
    with pytest.raises(services.CustomFeedError, match="no character"):
        build(alice, {"characters": ["zzzzzz"]})


def test_what_may_not_be_said_is_no_name_of_a_shared_feed(alice: User) -> None:
    with pytest.raises(services.CustomFeedError) as told:
        build(alice, {"tags": ["x"]}, name="I will kill you")
    assert told.value.field == "name"


def test_a_private_feed_is_there_for_its_owner_alone(
    alice: User, bob: User, client_of: ClientOf, client: Client
) -> None:
    feed = build(alice, {"tags": ["storm"]}, visibility="private")
    url = feed.get_absolute_url()
    assert client_of(alice).get(url).status_code == 200
    for stranger in (client, client_of(bob)):
        assert stranger.get(url).status_code == 404
        assert stranger.get(f"/api/v1/feeds/{feed.key}/posts/").status_code == 404
    services.change_feed(feed=feed, visibility="unlisted")
    assert client.get(url).status_code == 200
    assert feed not in selectors.feeds_around(bob)
    Block.objects.create(person=alice, whom=bob)
    assert client_of(bob).get(url).status_code == 404


def test_under_18_a_feed_is_for_oneself(alice: User) -> None:
    alice.birth_date = alice.date_joined.date().replace(
        year=alice.date_joined.year - 15
    )
    alice.save()
    with pytest.raises(services.CustomFeedError, match="Until you are 18"):
        build(alice, {"tags": ["storm"]})
    assert build(alice, {"tags": ["storm"]}, visibility="private").pk


def test_a_muted_word_is_on_no_page_but_ones_own(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    loud = post_by(bob, "Spoilers: the butler #storm", minutes_ago=1)
    calm = post_by(bob, "Nothing #storm", minutes_ago=2)
    mine = post_by(alice, "No spoilers here #storm", minutes_ago=3)
    feed = build(bob, {"tags": ["storm"]})
    services.mute_words(person=alice, words="SPOILERS")
    for order in ("ranked", "newest", "trending", f"{services.BUILT}{feed.key}"):
        page = services.read_feed(viewer=alice, name="user:1", order=order, limit=20)
        assert {one.key for one in page.posts} == {calm.key, mine.key}, order
    tagged = client_of(alice).get("/tag/storm/").content.decode()
    assert loud.key not in tagged
    assert calm.key in tagged
    assert loud.key in {one.key for one in read(feed, bob)}
    key = MutedWord.objects.get(person=alice).key
    client_of(alice).post("/tastes/words/", {"remove": key})
    assert loud.key in {one.key for one in read(feed, alice)}


def test_a_mute_of_a_day_ends(alice: User, bob: User) -> None:
    post_by(bob, "Spoilers")
    row = services.mute_words(person=alice, words="spoilers", days=1)
    assert selectors.feed_page(viewer=alice).posts == []
    assert row.until is not None
    MutedWord.objects.update(until=row.created)
    assert len(selectors.feed_page(viewer=alice).posts) == 1


def test_a_page_goes_on_past_many_muted_posts(alice: User, bob: User) -> None:
    for number in range(8):
        post_by(bob, "Spoilers", minutes_ago=number)
    old = post_by(bob, "Calm", minutes_ago=60)
    services.mute_words(person=alice, words="spoilers")
    page = selectors.feed_page(viewer=alice, limit=2)
    assert [one.key for one in page.posts] == [old.key]
    assert page.after is None


def test_an_empty_page_that_is_not_the_last_says_so_and_goes_on(
    alice: User, bob: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(alice)
    monkeypatch.setattr(pages, "STEP", 2)
    monkeypatch.setattr(pages, "TRIED", 2)
    monkeypatch.setattr("feed.views.custom.SHOWN", 2)
    monkeypatch.setattr("feed.views.custom.LOOKED_THROUGH", 2)
    needle = post_by(bob, "A needle", minutes_ago=90)
    for number in range(16):
        post_by(bob, "Hay", minutes_ago=number)
    feed = build(alice, {"words": ["needle"]})
    path = f"/feeds/{feed.key}/"
    about = client.get(path)
    told = about.content.decode()
    assert "Nothing so far" in told
    assert "Nothing fits the rules yet" not in told
    assert "Show older ones" in told
    assert f'href="{path}watch/"' in told
    for _ in range(4):
        assert f"/p/{needle.key}/" not in about.content.decode()
        about = client.get(path, {"after": about.context["after"]})
    assert f"/p/{needle.key}/" in about.content.decode()
    # Watched, the page goes on by itself, from an empty list.
    watched = client.get(f"{path}watch/")
    assert watched.status_code == 200
    assert 'role="feed"' in watched.content.decode()
    assert f'data-after="{watched.context["after"]}"' in watched.content.decode()
    fragment = client.get(f"{path}more/", {"after": watched.context["after"]})
    assert "<article" not in fragment.content.decode()
    assert fragment["X-After"]
    # By program.
    answer = client.get(f"/api/v1/feeds/{feed.key}/posts/?limit=2").json()
    assert answer["results"] == []
    assert answer["next"]
    found: list[str] = []
    while following := answer["next"]:
        answer = client.get(following).json()
        found += [one["key"] for one in answer["results"]]
    assert found == [needle.key]
    form = {
        "name": "Needles",
        "words": "needle",
        "order": "newest",
        "visibility": "private",
        "preview": "1",
    }
    previewed = client.post("/feeds/new/", form).content.decode()
    assert "Older ones may fit" in previewed


def test_a_feed_that_nothing_fits_says_that(alice: User, client: Client) -> None:
    post_by(alice, "Hay")
    feed = build(alice, {"words": ["needle"]})
    path = f"/feeds/{feed.key}/"
    assert "Nothing fits the rules yet" in client.get(path).content.decode()
    assert client.get(f"{path}watch/").status_code == 302


def test_a_tag_whose_newest_one_mutes_goes_on(
    alice: User, bob: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "STEP", 24)
    monkeypatch.setattr(pages, "TRIED", 24)
    old = post_by(bob, "Calm #storm", minutes_ago=90)
    for number in range(24):
        post_by(bob, "Spoilers #storm", minutes_ago=number)
    services.mute_words(person=alice, words="spoilers")
    browser = client_of(alice)
    page = browser.get("/tag/storm/")
    assert "Nothing under this tag" not in page.content.decode()
    rest = browser.get("/tag/storm/", {"after": page.context["after"]})
    assert old.key in rest.content.decode()


@pytest.mark.parametrize(
    "fields", [{"visibility": "private"}, {"withheld": "hidden"}, {"waits": True}]
)
def test_a_shared_feed_does_not_name_a_character_who_is_not_on_show(
    alice: User, bob: User, client_of: ClientOf, fields: dict[str, Any]
) -> None:
    kiko = character_of(alice, "Kiko")
    Character.objects.update(visibility="public")
    feed = build(alice, {"characters": [kiko.key]})
    path = f"/feeds/{feed.key}/"
    assert "Kiko" in client_of(bob).get(path).content.decode()
    Character.objects.filter(pk=kiko.pk).update(**fields)
    told = client_of(bob).get(path).content.decode()
    assert "Kiko" not in told
    assert "a character who is not on show" in told
    assert "Kiko" in client_of(alice).get(path).content.decode()


def test_a_form_builds_previews_and_changes_a_feed(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    post_by(bob, "#storm")
    browser = client_of(alice)
    form = {
        "name": "Storms",
        "tags": "#storm rain, hail",
        "order": "newest",
        "visibility": "public",
    }
    shown = browser.post("/feeds/new/", form | {"preview": "1"})
    assert "What fits now" in shown.content.decode()
    assert CustomFeed.objects.count() == 0
    made = browser.post("/feeds/new/", form)
    feed = CustomFeed.objects.get()
    assert made["Location"] == feed.get_absolute_url()
    assert feed.rules == {"tags": ["storm", "rain", "hail"]}
    edit = f"{feed.get_absolute_url()}edit/"
    assert "#storm, #rain, #hail" in browser.get(edit).content.decode()
    refused = browser.post(edit, form | {"tags": "", "name": "Empty"})
    assert refused.status_code == 400
    assert "at least one rule" in refused.content.decode()
    assert client_of(bob).post(edit, form).status_code == 404
    watched = browser.get(f"{feed.get_absolute_url()}watch/").content.decode()
    assert f'data-more="/feeds/{feed.key}/more/"' in watched


def test_a_reader_keeps_a_feed_until_it_closes(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    feed = build(alice, {"tags": ["storm"]})
    browser = client_of(bob)
    browser.post(f"{feed.get_absolute_url()}subscribe/", {"on": "1"})
    browser.post(f"{feed.get_absolute_url()}subscribe/", {"on": "1"})
    assert [one.pk for one in selectors.feeds_read(bob)] == [feed.pk]
    assert "Storms" in browser.get("/feeds/").content.decode()
    services.change_feed(feed=feed, visibility="private")
    assert list(selectors.feeds_read(bob)) == []
    assert Subscription.objects.count() == 1


def test_the_api_builds_shares_and_reads(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    post = post_by(bob, "#storm")
    mine, theirs = client_of(alice), client_of(bob)
    body = {"name": "Storms", "rules": {"tags": ["storm"]}, "visibility": "public"}
    made = mine.post("/api/v1/feeds/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    key = made.json()["key"]
    assert made.json()["rules"] == {"tags": ["storm"]}
    odd = body | {"rules": {"colour": "red"}}
    refused = mine.post("/api/v1/feeds/", odd, content_type="application/json")
    assert refused.status_code == 400
    assert "There is no rule" in refused.json()["detail"]
    page = theirs.get(f"/api/v1/feeds/{key}/posts/").json()
    assert [one["key"] for one in page["results"]] == [post.key]
    assert theirs.put(f"/api/v1/feeds/{key}/subscription/").json()["subscribed"]
    listed = theirs.get("/api/v1/feeds/?of=read").json()["results"]
    assert [(one["key"], one["subscribed"]) for one in listed] == [(key, True)]
    assert (
        theirs.patch(
            f"/api/v1/feeds/{key}/", {"name": "Mine"}, content_type="application/json"
        ).status_code
        == 403
    )
    word = mine.post(
        "/api/v1/me/muted-words/",
        {"words": "Butler", "days": 7},
        content_type="application/json",
    )
    assert word.json()["words"] == "butler"
    gone = f"/api/v1/me/muted-words/{word.json()['key']}/"
    assert theirs.delete(gone).status_code == 404
    assert mine.delete(gone).status_code == 204


def test_who_leaves_takes_feeds_and_words_along(alice: User, bob: User) -> None:
    feed = build(alice, {"tags": ["storm"]})
    services.subscribe(person=bob, feed=feed)
    services.mute_words(person=alice, words="butler")
    account_closed.send(sender=type(alice), user=alice)
    assert not CustomFeed.objects.exists()
    assert not Subscription.objects.exists()
    assert not MutedWord.objects.exists()
