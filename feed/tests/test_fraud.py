"""What pages and apps say that was watched, and who was followed for it: what cannot have
been counts for nothing."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from feed import selectors, services
from feed.models import Attention, Follow, Impression, PostStat, View
from feed.ranking.traits import NAMES
from feed.services import Look
from feed.tests.remixing import on_stage
from feed.tests.rows import character_of, clip_of, post_by
from socialapp.characters.models import Character
from socialapp.characters.services import forget_owner

if TYPE_CHECKING:
    from conftest import ClientOf
    from feed.models import Post
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = timezone.now().replace(hour=12)
BOT = "visit:bot"


def stat_of(post: Post) -> PostStat:
    return PostStat.objects.get(post=post)


def after(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


@pytest.fixture
def posts(alice: User) -> list[Post]:
    """Twenty clips of ten seconds."""
    hob = character_of(alice)
    return [post_by(alice, character=hob, seconds=10.0) for _ in range(20)]


@pytest.mark.parametrize(
    ("length", "seconds", "counts"),
    [
        (10.0, 0.0, False),
        (10.0, 1.9, False),
        (10.0, 2.0, True),
        (3.0, 1.4, False),
        (3.0, 1.5, True),
        (10.0, float("nan"), False),
        (10.0, -4.0, False),
        (None, 1.9, False),
        (None, 2.0, True),
    ],
)
def test_a_view_is_two_seconds_or_half_of_the_clip(
    alice: User, length: float | None, seconds: float, counts: bool
) -> None:
    post = post_by(alice, seconds=length)
    counted = services.count_view(post=post, viewer=BOT, seconds=seconds, now=NOW)
    assert counted == counts
    assert View.objects.count() == stat_of(post).views == counts


@pytest.mark.parametrize("way", ["page", "api"])
def test_pages_and_apps_are_held_to_it(
    alice: User, bob: User, client_of: ClientOf, way: str
) -> None:
    post = post_by(alice, seconds=10.0)
    browser = client_of(bob)

    def say(seconds: str, completed: str) -> None:
        told = {"seconds": seconds, "completed": completed}
        if way == "page":
            browser.post(f"/p/{post.key}/view/", told)
        else:
            url = f"/api/v1/posts/{post.key}/views/"
            browser.post(url, told, content_type="application/json")

    say("0", "1")
    say("1.2", "1")
    assert not View.objects.exists()
    say("4", "1")
    view = View.objects.get()
    assert (view.seconds, view.completed) == (4.0, False)
    assert stat_of(post).watched == pytest.approx(0.4)


def test_nobody_saw_to_the_end_what_they_had_no_time_for(alice: User) -> None:
    post = post_by(alice, seconds=10.0)
    services.count_view(post=post, viewer=BOT, seconds=9.3, completed=True, now=NOW)
    assert not View.objects.get().completed
    later = after(4)
    services.count_view(post=post, viewer=BOT, seconds=9.5, completed=True, now=later)
    assert View.objects.get().completed
    assert stat_of(post).watched == 1.0


def test_one_session_watches_no_more_than_the_time_it_had(posts: list[Post]) -> None:
    """Twenty clips to their ends, all at once: of two at most there was the time."""
    for post in posts:
        services.count_view(post=post, viewer=BOT, seconds=1e9, completed=True, now=NOW)
    rows = View.objects.filter(viewer=BOT)
    seconds = sum(row.seconds for row in rows)
    assert seconds <= 10.0 * services.attention.SPEED
    assert rows.filter(completed=True).count() == 2
    assert sum(stat_of(post).watched for post in posts) == pytest.approx(seconds / 10)
    assert sum(stat_of(post).views for post in posts) == rows.count() <= 3
    assert all(stat_of(post).heat == 0 for post in posts)
    # Nor when the same is said again and again.
    for _ in range(5):
        for post in posts:
            services.count_view(
                post=post, viewer=BOT, seconds=10.0, completed=True, now=NOW
            )
    assert sum(row.seconds for row in rows.all()) == pytest.approx(seconds)


def test_who_watches_at_twice_the_speed_is_believed(posts: list[Post]) -> None:
    """As the page tells: after two seconds of each, and when the next one comes."""
    at = 0.0
    for post in posts:
        services.count_view(post=post, viewer=BOT, seconds=2.0, now=after(at + 1.0))
        at += 5.0
        services.count_view(
            post=post, viewer=BOT, seconds=10.0, completed=True, now=after(at)
        )
    assert View.objects.filter(completed=True, seconds=10.0).count() == len(posts)
    assert {stat_of(post).watched for post in posts} == {1.0}


def test_what_was_on_screen_at_once_counts_once(posts: list[Post]) -> None:
    """An hour of each in one batch, again and again: three minutes are the most that a
    page may have saved up."""
    for _ in range(4):
        batch = [Look(post.key, 3600.0, 1.0) for post in posts]
        services.note_looks(viewer=BOT, looks=batch, now=NOW)
    rows = Impression.objects.filter(viewer=BOT)
    dwell = sum(stat_of(post).dwell for post in posts)
    assert dwell == pytest.approx(sum(row.seconds for row in rows))
    assert dwell <= services.looks.SAVED
    assert rows.count() == sum(stat_of(post).shown for post in posts) == 2
    assert max(row.seconds for row in rows) == 120.0


def test_looks_in_their_time_count_whole(posts: list[Post]) -> None:
    for n, post in enumerate(posts):
        look = Look(post.key, 6.0, 0.6)
        services.note_looks(viewer=BOT, looks=[look], now=after(6.0 * n))
    rows = Impression.objects.filter(viewer=BOT, seconds=6.0, watched=0.6)
    assert rows.count() == len(posts)
    assert {stat_of(post).dwell for post in posts} == {6.0}


def test_no_more_was_watched_than_it_was_on_screen(posts: list[Post]) -> None:
    post = posts[0]
    services.note_looks(viewer=BOT, looks=[Look(post.key, 1.0, 1.0)], now=NOW)
    assert Impression.objects.get().watched == pytest.approx(0.25)
    # It was in three looks that somebody saw it to its end.
    for at in (20, 40):
        look = Look(post.key, 3.0, 1.0)
        services.note_looks(viewer=BOT, looks=[look], now=after(at))
    row = Impression.objects.get()
    assert (row.seconds, row.watched) == (3.0, 1.0)
    assert stat_of(post).dwell == pytest.approx(3.0)


def test_the_ranker_learns_from_what_was_believed(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    post = post_by(alice, seconds=60.0)
    visitor = client_of(bob)
    page = visitor.get("/").content.decode()
    shown = page.split('data-list="')[1].split('"')[0]
    body = {"list": shown, "looks": [[post.key, 0.5, 1.0]]}
    visitor.post("/looks/", json.dumps(body), content_type="application/json")
    (outcome,) = selectors.outcomes(days=1)
    assert not outcome.success
    assert len(outcome.traits) == len(NAMES)
    body["looks"] = [[post.key, 50.0, 0.9]]
    visitor.post("/looks/", json.dumps(body), content_type="application/json")
    assert selectors.outcomes(days=1)[0].success


def test_old_times_are_forgotten(posts: list[Post]) -> None:
    services.count_view(post=posts[0], viewer=BOT, seconds=5.0)
    assert services.forget_attention() == {}
    Attention.objects.update(
        watched=timezone.now() - dt.timedelta(days=2),
        looked=timezone.now() - dt.timedelta(days=2),
    )
    assert services.forget_attention() == {"viewers' times forgotten": 1}


def saw(person: User, post: Post) -> None:
    looks = [Look(post.key, 3.0)]
    services.note_looks(viewer=f"user:{person.pk}", looks=looks)


def test_a_follow_counts_for_the_post_that_led_to_it(
    alice: User, bob: User, mallory: User
) -> None:
    """Its author, or anybody on stage in it; and once, however often it is said."""
    kiko = character_of(bob, "Kiko")
    post, other = post_by(alice), post_by(bob)
    on_stage(clip_of(post), kiko)
    saw(mallory, post)
    whom: list[dict[str, Any]] = [
        {"creator": alice},
        {"character": post.character},
        {"character": kiko},
    ]
    for number, one in enumerate(whom, 1):
        for _ in range(3):
            services.follow(person=mallory, post=post, **one)
        assert stat_of(post).follows == number
        assert Follow.objects.filter(post=post).count() == number
    # Of others it says nothing.
    services.follow(person=mallory, creator=bob, post=post)
    services.follow(person=mallory, character=other.character, post=post)
    assert (stat_of(post).follows, stat_of(other).follows) == (3, 0)
    for number, one in enumerate(whom, 1):
        services.unfollow(person=mallory, **one)
        assert stat_of(post).follows == 3 - number


def test_a_post_that_nobody_showed_them_won_nobody(alice: User, bob: User) -> None:
    post = post_by(alice)
    services.follow(person=bob, creator=alice, post=post)
    assert (Follow.objects.count(), stat_of(post).follows) == (1, 0)
    services.unfollow(person=bob, creator=alice)
    saw(bob, post)
    Impression.objects.update(day=timezone.now().date() - dt.timedelta(days=3))
    services.follow(person=bob, creator=alice, post=post)
    assert stat_of(post).follows == 0
    services.unfollow(person=bob, creator=alice)
    services.count_view(post=post, viewer=f"user:{bob.pk}", seconds=2.0)
    services.follow(person=bob, creator=alice, post=post)
    assert stat_of(post).follows == 1


@pytest.mark.parametrize("way", ["mute", "block", "owner"])
def test_whatever_ends_a_follow_takes_it_back(
    alice: User, bob: User, mallory: User, way: str
) -> None:
    kiko = character_of(bob, "Kiko")
    post = post_by(alice)
    on_stage(clip_of(post), kiko)
    saw(mallory, post)
    services.follow(person=mallory, character=kiko, post=post)
    services.follow(person=mallory, creator=alice, post=post)
    assert stat_of(post).follows == 2
    if way == "mute":
        services.hide(person=mallory, creator=alice)
    elif way == "block":
        services.part(mallory, alice)
    else:
        clip_of(post).actors.filter(character=kiko).delete()
        forget_owner(owner=bob)
        assert not Character.objects.filter(pk=kiko.pk).exists()
    assert stat_of(post).follows == Follow.objects.filter(post=post).count() == 1


def test_follows_over_the_api_are_checked_as_well(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    post = post_by(bob)
    browser = client_of(mallory)
    for _ in range(5):
        told = {"creator": alice.username, "post": post.key}
        for what in ("follow", "unfollow"):
            answer = browser.post(
                f"/api/v1/feed/{what}/", told, content_type="application/json"
            )
            assert answer.status_code == 200
    assert (stat_of(post).follows, Follow.objects.count()) == (0, 0)
