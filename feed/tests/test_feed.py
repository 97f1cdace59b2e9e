"""The ranked feed of one viewer: its order, its pages, what it leaves out, and why."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from feed import heat, selectors, services
from feed.models import (
    Follow,
    Hidden,
    Impression,
    PostStat,
    RankedList,
    Ranker,
    Unwanted,
)
from feed.ranking import PRIOR
from feed.selectors import candidates
from feed.services import Look
from feed.tests.rows import character_of, post_by
from feed.wording import because
from socialapp.accounts.models import Mute

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from conftest import ClientOf
    from feed.models import Post
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

GUEST = AnonymousUser()


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    candidates.forget()


def name_of(user: User) -> str:
    return f"user:{user.pk}"


def keys(
    user: User | AnonymousUser, *, order: str = "ranked", limit: int = 50
) -> list[str]:
    name = name_of(user) if user.is_authenticated else "visit:x"
    page = services.read_feed(viewer=user, name=name, order=order, limit=limit)
    return [post.key for post in page.posts]


def met(post: Post, *, views: int = 30, likes: int = 0) -> Post:
    PostStat.objects.filter(post=post).update(
        shown=views + 10, views=views, watched=views / 2, likes=likes
    )
    return post


def test_what_is_liked_comes_before_what_is_not(alice: User, bob: User) -> None:
    plain = met(post_by(alice, minutes_ago=60))
    liked = met(post_by(bob, minutes_ago=60), likes=20)
    assert keys(GUEST) == [liked.key, plain.key]
    assert keys(GUEST, order="newest")[0] in {liked.key, plain.key}


def test_whom_one_follows_comes_first_and_a_stranger_sees_no_difference(
    alice: User, bob: User, mallory: User
) -> None:
    of_alice = met(post_by(alice, minutes_ago=300))
    of_bob = met(post_by(bob, minutes_ago=60))
    assert keys(mallory) == [of_bob.key, of_alice.key]
    services.follow(person=mallory, creator=alice)
    assert keys(mallory) == [of_alice.key, of_bob.key]
    services.unfollow(person=mallory, creator=alice)
    services.follow(person=mallory, character=of_alice.character)
    assert keys(mallory) == [of_alice.key, of_bob.key]
    assert keys(GUEST) == [of_bob.key, of_alice.key]


def test_a_minor_gets_the_newest_and_nothing_that_they_did_counts(
    alice: User, bob: User, mallory: User
) -> None:
    mallory.birth_date = timezone.localdate() - dt.timedelta(days=15 * 365)
    mallory.save()
    old = met(post_by(alice, minutes_ago=300))
    new = met(post_by(bob, minutes_ago=60))
    services.follow(person=mallory, creator=alice)
    assert services.order_for(mallory) == "newest"
    assert services.order_for(bob) == "ranked"
    assert keys(mallory) == [new.key, old.key], "ranked, but not for them"


def test_a_hidden_creator_is_on_no_page_even_of_a_list_made_before(
    alice: User, bob: User, mallory: User
) -> None:
    for n in range(4):
        post_by(alice, minutes_ago=n)
        post_by(bob, minutes_ago=n)
    first = services.read_feed(
        viewer=mallory, name=name_of(mallory), order="ranked", limit=2
    )
    services.hide(person=mallory, creator=alice)
    rest, after = [], first.after
    while after:
        page = services.read_feed(
            viewer=mallory, name=name_of(mallory), order="ranked", after=after, limit=2
        )
        rest += page.posts
        after = page.after
    assert rest
    assert {post.author_id for post in rest} == {bob.pk}
    assert alice.username not in {p.author.username for p in rest}
    for order in ("ranked", "newest", "trending"):
        assert len(keys(mallory, order=order)) == 4
    services.unhide(person=mallory, creator=alice)
    assert len(keys(mallory)) == 8


def test_hiding_lets_go_and_following_shows_again(alice: User, mallory: User) -> None:
    services.follow(person=mallory, creator=alice)
    services.hide(person=mallory, creator=alice)
    assert not Follow.objects.exists()
    services.follow(person=mallory, creator=alice)
    assert not Mute.objects.exists()


def test_less_like_this_takes_it_out_and_pushes_its_kin_down(
    alice: User, mallory: User
) -> None:
    hob = character_of(alice)
    unwanted = met(post_by(alice, "#tax", character=hob), likes=20)
    kin = met(post_by(alice, "#tax", character=hob), likes=20)
    other = met(post_by(alice, "#sea", minutes_ago=900))
    assert keys(mallory)[-1] == other.key
    services.want_less(person=mallory, post=unwanted)
    assert keys(mallory) == [other.key, kin.key]
    services.want_again(person=mallory, post=unwanted)
    assert len(keys(mallory)) == 3
    assert not Unwanted.objects.exists()


def test_pages_repeat_and_skip_nothing_while_posts_are_added(
    alice: User, mallory: User
) -> None:
    before = {post_by(alice, minutes_ago=n).key for n in range(9)}
    found: list[str] = []
    after = None
    while True:
        page = services.read_feed(
            viewer=mallory, name=name_of(mallory), order="ranked", after=after, limit=2
        )
        found += [post.key for post in page.posts]
        post_by(alice)
        after = page.after
        if not after:
            break
    assert len(found) == len(set(found)) == 9
    assert set(found) == before


def test_what_was_seen_comes_last_and_a_small_house_never_runs_dry(
    alice: User, mallory: User
) -> None:
    posts = [post_by(alice, minutes_ago=n) for n in range(3)]
    services.note_looks(
        viewer=name_of(mallory),
        looks=[Look(posts[0].key, 2.0), Look(posts[1].key, 2.0)],
    )
    found = keys(mallory)
    assert found[0] == posts[2].key
    assert set(found) == {post.key for post in posts}


def test_a_list_is_its_viewers_and_another_cursor_begins_anew(
    alice: User, bob: User, mallory: User
) -> None:
    for n in range(4):
        post_by(alice, minutes_ago=n)
    page = services.read_feed(viewer=bob, name=name_of(bob), order="ranked", limit=2)
    stolen = services.read_feed(
        viewer=mallory, name=name_of(mallory), order="ranked", after=page.after, limit=2
    )
    assert stolen.list != page.list
    for wrong in ("l-nothere-2", "l-" + page.list, "7.3", "l-x-9999999", "\x00"):
        again = services.read_feed(
            viewer=bob, name=name_of(bob), order="ranked", after=wrong, limit=2
        )
        assert len(again.posts) == 2


def test_what_is_taken_down_is_gone_from_pages_that_are_still_to_come(
    alice: User, mallory: User
) -> None:
    posts = [post_by(alice, minutes_ago=n) for n in range(4)]
    page = services.read_feed(
        viewer=mallory, name=name_of(mallory), order="ranked", limit=1
    )
    for post in posts:
        services.set_withheld(post=post, level="hidden")
    rest = services.read_feed(
        viewer=mallory, name=name_of(mallory), order="ranked", after=page.after, limit=9
    )
    assert rest.posts == []
    assert rest.after is None


def test_a_house_without_a_post_has_an_empty_feed(mallory: User) -> None:
    assert keys(mallory) == keys(GUEST) == keys(GUEST, order="trending") == []


def test_queries_do_not_grow_with_the_house(
    alice: User, mallory: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(30):
        post_by(alice, f"#t{n}", minutes_ago=n)
    services.follow(person=mallory, creator=alice)
    with django_assert_max_num_queries(24):
        assert len(keys(mallory, limit=20)) == 20


def test_terms_on_the_page_sum_to_its_total(alice: User, mallory: User) -> None:
    post = met(post_by(alice, minutes_ago=100), likes=7)
    services.follow(person=mallory, creator=alice)
    page = services.read_feed(viewer=mallory, name=name_of(mallory), order="ranked")
    shown = selectors.list_of(name=name_of(mallory), key=page.list)
    assert shown is not None
    reason = selectors.reasons_for(shown=shown, post=post)
    assert reason is not None
    told = because(reason)
    thousandths = sum(round(term.points * 1000) for term in told.terms)
    assert f"{thousandths / 1000:.3f}" == told.shown_total
    assert any("You follow" in term.words for term in told.terms)
    assert not {"talked", "remixed"} & reason.terms.keys(), "posts have neither yet"


def test_why_tells_the_terms_of_the_list_that_showed_it(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    post = met(post_by(alice, "Fog"), likes=7)
    visitor = client_of(mallory)
    page = visitor.get("/").content.decode()
    assert f"/p/{post.key}/why/?list=" in page
    found = page.split(f"/p/{post.key}/why/?list=")[1].split('"')[0]
    told = visitor.get(f"/p/{post.key}/why/?list={found}&sheet=1").content.decode()
    assert "How new it is" in told
    assert "Together" in told
    assert "<html" not in told
    gone = visitor.get(f"/p/{post.key}/why/?list=nothere").content.decode()
    assert "there is no order to explain" in gone
    visitor.get("/?order=newest")
    assert "the newest first" in visitor.get(f"/p/{post.key}/why/").content.decode()
    assert visitor.get("/p/nothere/why/").status_code == 404


def test_the_order_that_was_chosen_is_kept(alice: User, client: Client) -> None:
    post_by(alice)
    assert (
        'href="/?order=ranked" aria-current="true"' in client.get("/").content.decode()
    )
    client.get("/?order=trending")
    page = client.get("/").content.decode()
    assert 'href="/?order=trending" aria-current="true"' in page
    assert 'href="/?order=newest"' in page
    client.get("/?order=luck")
    assert (
        'href="/?order=trending" aria-current="true"'
        in client.get("/").content.decode()
    )


def test_looks_count_a_viewer_once_a_day_and_lengthen(alice: User) -> None:
    post = post_by(alice)
    now = timezone.now().replace(hour=12)
    for seconds, watched in ((1.0, 0.2), (4.0, 0.9), (2.0, 0.1)):
        services.note_looks(
            viewer="visit:a", looks=[Look(post.key, seconds, watched)], now=now
        )
    row = Impression.objects.get()
    assert (row.seconds, row.watched) == (4.0, 0.9)
    assert PostStat.objects.get(post=post).shown == 1
    services.note_looks(viewer="visit:b", looks=[Look(post.key, 1.0)], now=now)
    tomorrow = now + dt.timedelta(days=1)
    services.note_looks(viewer="visit:a", looks=[Look(post.key, 1.0)], now=tomorrow)
    assert PostStat.objects.get(post=post).shown == Impression.objects.count() == 3


def test_what_no_person_could_look_at_is_not_counted(alice: User) -> None:
    posts = [post_by(alice, minutes_ago=n) for n in range(services.MOST_LOOKS * 3)]
    now = timezone.now()
    counted = 0
    for start in range(0, len(posts), services.MOST_LOOKS):
        batch = [Look(p.key, 0.5) for p in posts[start : start + services.MOST_LOOKS]]
        counted += services.note_looks(viewer="visit:bot", looks=batch, now=now)
    assert counted == 60
    assert services.note_looks(viewer="visit:a", looks=[Look(posts[0].key, 0.1)]) == 0
    late = now + dt.timedelta(minutes=2)
    last = [Look(posts[-1].key, 5.0)]
    assert services.note_looks(viewer="visit:bot", looks=last, now=late) == 1


def test_the_beacon_keeps_what_the_ranking_knew(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    post = post_by(alice)
    visitor = client_of(mallory)
    page = visitor.get("/").content.decode()
    shown = page.split('data-list="')[1].split('"')[0]
    body = {"list": shown, "looks": [[post.key, 3.5, 0.75]]}
    answer = visitor.post("/looks/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 204
    row = Impression.objects.get()
    assert (row.viewer, row.seconds, row.watched) == (name_of(mallory), 3.5, 0.75)
    assert len(row.traits) == len(PRIOR.row())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"looks": 3}',
        b'{"looks": [[1, 2, 3], ["a", "b", "c"], null, ["x", 1e999, 0], ["y", NaN, 1]]}',
        b"[" * 5000,
        b'{"list": {"a": 1}, "looks": [["nothere", 1, 1]]}',
        b'{"looks": [' + b'["a",1,1],' * 3000 + b'["a",1,1]]}',
    ],
)
def test_a_beacon_that_makes_no_sense_changes_nothing(
    body: bytes, mallory: User, client_of: ClientOf
) -> None:
    answer = client_of(mallory).post("/looks/", body, content_type="application/json")
    assert answer.status_code == 204
    assert not Impression.objects.exists()


def test_forms_follow_hide_and_take_back(
    alice: User, mallory: User, client_of: ClientOf
) -> None:
    post = post_by(alice)
    visitor = client_of(mallory)
    hob = post.character
    services.note_looks(viewer=name_of(mallory), looks=[Look(post.key, 3.0)])
    told = visitor.post(
        "/tastes/follow/",
        {"character": hob.key, "post": post.key},
        headers={"Accept": "application/json"},
    ).json()
    assert told == {"following": True, "text": f"You follow {hob.name}."}
    assert PostStat.objects.get(post=post).follows == 1
    visitor.post("/tastes/hide/", {"creator": alice.username})
    visitor.post(f"/p/{post.key}/less/", {"next": "//evil.example/"})
    page = visitor.get("/tastes/").content.decode()
    assert hob.name in page
    assert f"@{alice.username}" in page
    for path, field in (
        ("follow", {"character": hob.key}),
        ("hide", {"creator": "alice"}),
    ):
        answer = visitor.post(
            f"/tastes/{path}/", {**field, "on": "0", "next": "/tastes/"}
        )
        assert answer["Location"] == "/tastes/"
    answer = visitor.post(
        f"/p/{post.key}/less/", {"on": "0", "next": "//evil.example/"}
    )
    assert answer["Location"] == "/"
    assert not Follow.objects.exists()
    assert not Hidden.objects.exists()
    assert not Unwanted.objects.exists()
    assert visitor.post("/tastes/follow/", {"creator": "nobody"}).status_code == 404
    myself = visitor.post(
        "/tastes/hide/",
        {"creator": mallory.username},
        headers={"Accept": "application/json"},
    )
    assert myself.status_code == 400
    assert "not hidden" in myself.json()["detail"]


def test_old_lists_are_forgotten(alice: User) -> None:
    post_by(alice)
    keys(GUEST)
    assert services.forget_lists() == {}
    RankedList.objects.update(created=timezone.now() - dt.timedelta(hours=7))
    assert services.forget_lists() == {"lists forgotten": 1}


def test_learnt_weights_are_used_and_broken_ones_are_not(
    alice: User, bob: User
) -> None:
    old = met(post_by(alice, minutes_ago=3000), likes=20)
    new = met(post_by(bob, minutes_ago=1))
    row = Ranker.objects.create(
        weights=PRIOR.to_json() | {"fresh": 20.0, "liked": 0.0}, active=True
    )
    assert keys(GUEST) == [new.key, old.key]
    row.weights = {"fresh": "much"}
    row.save()
    assert keys(GUEST) == keys(GUEST)


def test_heat_halves_and_a_like_taken_back_leaves_none() -> None:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    later = start + dt.timedelta(seconds=heat.HALF_LIFE)
    one = heat.warmed(0.0, start)
    assert heat.now(one, start) == pytest.approx(1.0)
    assert heat.now(one, later) == pytest.approx(0.5)
    two = heat.warmed(one, later)
    assert heat.now(two, later) == pytest.approx(1.5)
    assert heat.now(heat.warmed(two, later, -1), later) == pytest.approx(0.5)
    assert heat.warmed(one, start, -1) == 0.0
    assert heat.warmed(0.0, start, -1) == 0.0


def test_likes_warm_a_post_and_trending_is_their_order(
    alice: User, bob: User, mallory: User
) -> None:
    cold = post_by(alice, minutes_ago=1)
    warm = post_by(bob, minutes_ago=600)
    services.like_post(post=warm, user=mallory)
    services.like_post(post=warm, user=mallory)
    assert keys(GUEST, order="trending") == [warm.key, cold.key]
    services.unlike_post(post=warm, user=mallory)
    assert PostStat.objects.get(post=warm).heat == 0.0


def test_fractions_of_views_add_up(alice: User) -> None:
    post = post_by(alice)
    length = post.longest_look
    services.count_view(post=post, viewer="visit:a", seconds=length / 4)
    services.count_view(post=post, viewer="visit:a", seconds=length / 2)
    services.count_view(post=post, viewer="visit:a", seconds=length / 8)
    services.count_view(post=post, viewer="visit:b", seconds=1e9, completed=True)
    assert PostStat.objects.get(post=post).watched == pytest.approx(1.5)


def test_at_most_so_many_are_followed(
    alice: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.tastes, "MOST_FOLLOWS", 0)
    with pytest.raises(services.TasteError, match="already"):
        services.follow(person=mallory, creator=alice)
