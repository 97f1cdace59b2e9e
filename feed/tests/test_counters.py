"""Counters under many hands at once: they are count(*), whatever happens."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from feed import services
from feed.models import Follow, Impression, Like, PostStat, Save, View
from feed.services import Look
from feed.tests.rows import character_of, post_by

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def at_once(calls: Sequence[Callable[[], object]]) -> list[Exception]:
    """Run every call in a thread of its own, all starting together; their errors."""
    ready = threading.Barrier(len(calls))
    errors: list[Exception] = []

    def run(call: Callable[[], object]) -> None:
        try:
            ready.wait(timeout=10)
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return errors


def people(number: int) -> list[User]:
    return [
        get_user_model().objects.create_user(
            username=f"guest{n}", email=f"guest{n}@example.com", password="x"
        )
        for n in range(number)
    ]


def test_impatient_fingers_like_once(alice: User) -> None:
    post = post_by(alice)
    guests = people(4)
    errors = at_once(
        [
            partial(services.like_post, post=post, user=user)
            for user in guests
            for _ in range(3)
        ]
    )
    assert errors == []
    assert PostStat.objects.get(post=post).likes == Like.objects.count() == 4


def test_likes_and_unlikes_that_meet_leave_a_true_count(alice: User) -> None:
    post = post_by(alice)
    guests = people(4)
    for user in guests[:2]:
        services.like_post(post=post, user=user)
    errors = at_once(
        [
            partial(change, post=post, user=user)
            for user in guests
            for change in (services.like_post, services.unlike_post)
        ]
        + [partial(services.unlike_post, post=post, user=guests[0])] * 3
    )
    assert errors == []
    assert PostStat.objects.get(post=post).likes == Like.objects.count()


def test_a_storm_of_fifty_leaves_true_counts(alice: User) -> None:
    """Fifty threads like, unlike, save and let go of one post, all at once."""
    post = post_by(alice)
    guests = people(10)
    for user in guests[:5]:
        services.like_post(post=post, user=user)
        services.save_post(post=post, person=user)
    changes: list[Callable[[], object]] = []
    for n, user in enumerate(guests):
        like = partial(services.like_post, post=post, user=user)
        unlike = partial(services.unlike_post, post=post, user=user)
        save = partial(services.save_post, post=post, person=user)
        unsave = partial(services.unsave_post, post=post, person=user)
        changes += [like, unlike, save, unsave, like if n % 2 else save]
    assert len(changes) == 50
    assert at_once(changes) == []
    stat = PostStat.objects.get(post=post)
    assert stat.likes == Like.objects.count()
    assert stat.saves == Save.objects.count()


def test_a_clip_in_ten_tabs_is_one_view(alice: User) -> None:
    post = post_by(alice)
    errors = at_once(
        [partial(services.count_view, post=post, viewer="visit:x", seconds=2.0)] * 10
    )
    assert errors == []
    assert PostStat.objects.get(post=post).views == View.objects.count() == 1


def test_one_session_in_ten_threads_watches_no_more_than_its_time(alice: User) -> None:
    hob = character_of(alice)
    posts = [post_by(alice, character=hob) for _ in range(10)]
    looks = [Look(post.key, 3600.0, 1.0) for post in posts]
    now = timezone.now()
    changes: list[Callable[[], object]] = [
        partial(
            services.count_view,
            post=post,
            viewer="visit:x",
            seconds=3.0,
            completed=True,
            now=now,
        )
        for post in posts
    ]
    changes += [
        partial(services.note_looks, viewer="visit:x", looks=[look], now=now)
        for look in looks
    ]
    assert at_once(changes) == []
    seconds = sum(row.seconds for row in View.objects.all())
    assert seconds <= 3.0 * services.attention.SPEED + 1e-6
    assert sum(row.seconds for row in Impression.objects.all()) <= services.looks.SAVED
    for stat in PostStat.objects.all():
        assert stat.views == stat.post.views.count()
        assert stat.shown == stat.post.impressions.count()
        watched = sum(row.seconds / 3.0 for row in stat.post.views.all())
        assert stat.watched == pytest.approx(watched)
        dwell = sum(row.seconds for row in stat.post.impressions.all())
        assert stat.dwell == pytest.approx(dwell)


def test_follows_that_come_and_go_at_once_leave_a_true_count(alice: User) -> None:
    post = post_by(alice)
    guests = people(4)
    changes: list[Callable[[], object]] = []
    for n, user in enumerate(guests):
        services.note_looks(viewer=f"user:{user.pk}", looks=[Look(post.key, 2.0)])
        follow = partial(services.follow, person=user, creator=alice, post=post)
        unfollow = partial(services.unfollow, person=user, creator=alice)
        if n % 2:
            follow()
        changes += [follow, unfollow, unfollow, follow]
    assert at_once(changes) == []
    stat = PostStat.objects.get(post=post)
    assert stat.follows == Follow.objects.filter(post=post).count()
