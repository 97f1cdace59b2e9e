"""Many who do the same are one notice, which names them and rings seldom."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from socialapp.accounts.models import Block, Mute, User
from socialapp.accounts.services import close_account
from socialapp.notices import selectors, services
from socialapp.notices.models import Notice, NoticeBy
from socialapp.notices.tests.telling import FOG, crowd, leads, like, person

if TYPE_CHECKING:
    from pytest_django import (
        DjangoAssertNumQueries,
        DjangoCaptureOnCommitCallbacks,
    )

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def an_hour_later() -> None:
    Notice.objects.update(created=timezone.now() - timedelta(hours=1, minutes=1))


def test_those_who_join_in_are_named_in_one_notice(
    alice: User, bob: User, mallory: User
) -> None:
    like(alice, bob)
    assert leads(alice) == ["@bob liked “Fog”."]
    like(alice, mallory)
    assert leads(alice) == ["@mallory and @bob liked “Fog”."]
    like(alice, person("ada"))
    assert leads(alice) == ["@ada, @mallory and 1 other liked “Fog”."]
    like(alice, *crowd(30))
    assert leads(alice) == ["@fan29, @fan28 and 31 others liked “Fog”."]
    like(alice, bob)
    assert Notice.objects.get().people == NoticeBy.objects.count() == 33


def test_a_storm_is_one_row_and_the_last_like_costs_what_the_second_did(
    alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first, *most, last = crowd(1_000)
    like(alice, first)
    notice = Notice.objects.get()
    NoticeBy.objects.bulk_create(NoticeBy(notice=notice, person=one) for one in most)
    Notice.objects.update(people=999)
    with django_assert_max_num_queries(12):
        like(alice, last)
    assert Notice.objects.get().people == 1_000
    assert leads(alice) == ["@fan999, @fan998 and 998 others liked “Fog”."]


def test_it_is_new_again_at_most_once_an_hour(
    alice: User, bob: User, mallory: User
) -> None:
    like(alice, bob)
    services.mark_seen(person=alice)
    like(alice, mallory)
    assert selectors.unseen_of(alice) == 0
    an_hour_later()
    services.notify(
        people=[alice], kind=Notice.Kind.CLIP_READY, about="clip:1", lead="Ready."
    )
    like(alice, person("ada"))
    assert selectors.unseen_of(alice) == 2
    assert leads(alice)[0].startswith("@ada")


def test_who_takes_it_back_is_named_no_more(
    alice: User, bob: User, mallory: User
) -> None:
    like(alice, bob, mallory, words="“So foggy”")
    assert services.forget(about=FOG, by=mallory) == 1
    assert leads(alice) == ["@bob liked “Fog”."]
    assert Notice.objects.get().words == ""
    assert services.forget(about=FOG, by=mallory) == 0
    services.forget(about=FOG, by=bob)
    assert leads(alice) == []
    assert selectors.unseen_of(alice) == 0


def test_like_and_unlike_does_not_ring_over_and_over(alice: User, bob: User) -> None:
    like(alice, bob)
    services.mark_seen(person=alice)
    for _ in range(5):
        services.forget(about=FOG, by=bob)
        like(alice, bob)
    assert leads(alice) == ["@bob liked “Fog”."]
    assert selectors.unseen_of(alice) == 0


def test_what_everybody_took_back_is_swept(alice: User, bob: User) -> None:
    like(alice, bob)
    services.forget(about=FOG, by=bob)
    assert services.sweep() == {"notices": 0}
    an_hour_later()
    assert services.sweep() == {"notices": 1}


def test_nobody_hears_of_themselves_or_of_whom_they_keep_away(
    alice: User, bob: User, mallory: User
) -> None:
    like(alice, alice)
    Mute.objects.create(person=alice, whom=bob)
    Block.objects.create(person=mallory, whom=alice)
    like(alice, bob, mallory)
    assert not Notice.objects.exists()
    like(bob, alice)
    assert leads(bob) == ["@alice liked “Fog”."]


def test_who_is_kept_away_later_goes_out_of_what_was_told(
    alice: User, bob: User, mallory: User
) -> None:
    like(alice, bob, mallory)
    services.separate(person=alice, whom=mallory)
    assert leads(alice) == ["@bob liked “Fog”."]


def test_who_leaves_the_house_leaves_the_news_of_others(
    alice: User,
    bob: User,
    mallory: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    like(alice, bob, mallory)
    like(alice, mallory, about="post:rain", words="“Mallory says hello”")
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=mallory)
    assert leads(alice) == ["@bob liked “Fog”."]
    told = [str(row) for row in Notice.objects.values_list("lead", "words")]
    assert "allory" not in "".join(told)


def test_a_lead_without_a_name_is_told_as_it_is(
    alice: User, bob: User, mallory: User
) -> None:
    like(alice, bob, mallory, lead="Somebody liked “Fog”.")
    assert leads(alice) == ["Somebody liked “Fog”."]
    assert Notice.objects.get().people == 2


def test_one_event_for_many_costs_the_same_as_for_a_few(
    alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    people = crowd(20)
    with django_assert_max_num_queries(14):
        told = services.notify(
            people=people,
            kind=Notice.Kind.STREAM_STARTED,
            about="stream:1",
            lead="@alice went on air.",
            by=alice,
        )
    assert told == Notice.objects.count() == 20
