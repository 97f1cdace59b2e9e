"""A feed with nothing in it, or nothing for whoever looks, or nothing new."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from feed import services
from feed.models import RankedList
from feed.services import Look
from feed.tests.rows import post_by

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def no_lists_of_before() -> None:
    cache.clear()


def page_of(client: Client, path: str = "/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("order", services.ORDERS)
def test_an_empty_house_opens_in_every_order(
    alice: User, client: Client, client_of: ClientOf, order: str
) -> None:
    for browser in (client, client_of(alice)):
        page = page_of(browser, f"/?order={order}")
        assert 'class="feed__tabs"' in page
        assert "<article" not in page
        more = browser.get(f"/more/?order={order}&after=nonsense&start=x")
        assert (more.status_code, more["X-After"]) == (200, "")
        api = browser.get(f"/api/v1/feed/?order={order}").json()
        assert api["results"] == []


def test_a_minor_is_told_that_there_is_nothing_for_them(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    services.set_marks(post=post_by(alice), adults_only=True)
    bob.birth_date = timezone.now().date() - dt.timedelta(days=15 * 365)
    bob.save()
    page = page_of(client_of(bob))
    assert "Nothing for you here yet" in page
    assert "Nobody has published" not in page


def test_who_has_seen_everything_still_has_a_feed(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    posts = [post_by(alice, minutes_ago=n) for n in range(3)]
    looks = [Look(post.key, 5.0, 1.0) for post in posts]
    services.note_looks(viewer=f"user:{bob.pk}", looks=looks)
    page = page_of(client_of(bob), "/?order=ranked")
    assert page.count("<article") == 3


def test_a_post_of_the_future_or_the_past_moves_no_clock(
    alice: User, client: Client
) -> None:
    """A copy whose clock was put right has posts of tomorrow."""
    ahead = post_by(alice, minutes_ago=-60 * 20)
    behind = post_by(alice, minutes_ago=60 * 24 * 400)
    for order in services.ORDERS:
        page = page_of(client, f"/?order={order}")
        assert ahead.key in page
        assert behind.key in page


def test_visitors_without_a_name_are_given_one_list_for_a_minute(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feed.services.lists.FEW", 0)
    post_by(alice)
    for _ in range(5):
        assert "<article" in page_of(Client())
    assert RankedList.objects.filter(viewer="").count() == 1
    page_of(Client(), "/?order=trending")
    assert RankedList.objects.filter(viewer="").count() == 2


def test_of_few_posts_no_list_is_given_for_long(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feed.services.lists.SOON", 0)
    for count in (1, 2):
        post_by(alice)
        assert page_of(Client()).count("<article") == count


def test_whoever_has_a_name_has_a_list_of_their_own(
    alice: User, bob: User, client: Client, client_of: ClientOf
) -> None:
    post_by(alice)
    for browser in (client, client_of(alice), client_of(bob)):
        page_of(browser)
        page_of(browser)
    names = set(RankedList.objects.values_list("viewer", flat=True))
    assert {f"user:{alice.pk}", f"user:{bob.pk}", ""} < names


def test_a_list_of_nobody_that_was_forgotten_is_made_anew(alice: User) -> None:
    post_by(alice)
    page_of(Client())
    RankedList.objects.all().delete()
    assert "<article" in page_of(Client())


def test_a_house_that_has_just_opened_is_not_empty_for_a_minute(alice: User) -> None:
    assert "<article" not in page_of(Client())
    post_by(alice)
    assert "<article" in page_of(Client())
