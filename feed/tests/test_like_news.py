"""Whose post is liked hears of it once, with the names of those who liked it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feed import services
from feed.tests.rows import post_by
from socialapp.accounts import keeping_apart
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def told(person: User) -> list[str]:
    kind = Notice.Kind.POST_LIKED
    return [one.lead for one in Notice.objects.filter(person=person, kind=kind)]


def test_likes_of_a_post_are_one_notice_that_names_them(
    alice: User, bob: User, mallory: User
) -> None:
    post = post_by(alice, title="Fog")
    services.like_post(post=post, user=bob)
    services.like_post(post=post, user=bob)
    assert told(alice) == ["@bob liked “Fog”."]
    services.like_post(post=post, user=mallory)
    assert told(alice) == ["@mallory and @bob liked “Fog”."]
    services.unlike_post(post=post, user=bob)
    assert told(alice) == ["@mallory liked “Fog”."]
    services.like_post(post=post, user=alice)
    assert told(alice) == ["@mallory liked “Fog”."]


def test_who_is_blocked_is_named_no_more(alice: User, bob: User, mallory: User) -> None:
    post = post_by(alice, title="Fog")
    for fan in (bob, mallory):
        services.like_post(post=post, user=fan)
    keeping_apart.block(person=alice, whom=mallory)
    assert told(alice) == ["@bob liked “Fog”."]


def test_nobody_under_18_is_named(alice: User, bob: User) -> None:
    bob.birth_date = bob.date_joined.date().replace(year=bob.date_joined.year - 15)
    bob.save()
    services.like_post(post=post_by(alice), user=bob)
    assert told(alice) == []
