"""People under 18 scroll for so long a day; then the feed rests until their midnight."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from feed import services
from feed.models import Impression
from feed.selectors.scrolling import rests_until
from feed.tests.rows import post_by
from feed.tests.test_following import teen
from socialapp.accounts.models import User
from socialapp.accounts.services import create_token

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings

    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = dt.datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN)
"""The night after it is an hour shorter."""


@pytest.fixture
def tim() -> User:
    found = teen()
    User.objects.filter(pk=found.pk).update(time_zone="Europe/Berlin")
    found.refresh_from_db()
    return found


def look(viewer: User, author: User, seconds: float, at: dt.datetime) -> None:
    """One that was counted; of a single post it is never so long."""
    Impression.objects.create(
        viewer=f"user:{viewer.pk}",
        post=post_by(author),
        day=at.astimezone(dt.UTC).date(),
        seconds=seconds,
        created=at,
    )


def test_an_hour_on_screen_and_it_rests_until_midnight(tim: User, bob: User) -> None:
    look(tim, bob, 1800, EVENING - dt.timedelta(hours=2))
    look(tim, bob, 1799, EVENING)
    assert rests_until(tim, EVENING) is None
    look(tim, bob, 1, EVENING)
    until = rests_until(tim, EVENING)
    assert until == dt.datetime(2026, 3, 29, tzinfo=BERLIN)
    assert until is not None
    assert rests_until(tim, until - dt.timedelta(seconds=1)) == until
    assert rests_until(tim, until) is None


def test_the_day_is_that_of_their_own_clock(tim: User, bob: User) -> None:
    """Half past eleven in Berlin and half past midnight are one day in UTC."""
    late = dt.datetime(2026, 3, 27, 23, 30, tzinfo=BERLIN)
    look(tim, bob, 3600, late)
    assert rests_until(tim, late) is not None
    assert rests_until(tim, late + dt.timedelta(hours=1)) is None
    User.objects.filter(pk=tim.pk).update(time_zone="no such place")
    tim.refresh_from_db()
    assert rests_until(tim, late) == dt.datetime(2026, 3, 28, tzinfo=dt.UTC)


def test_adults_and_strangers_scroll_as_they_like(
    tim: User, alice: User, bob: User, client: Client, settings: Settings
) -> None:
    for one in (tim, alice):
        look(one, bob, 3600, timezone.now())
    assert rests_until(alice) is None
    assert client.get("/").context["posts"]
    settings.SCROLL_MINUTES = 61
    assert rests_until(tim) is None
    settings.SCROLL_MINUTES = 0
    assert rests_until(tim) is None


def rest(tim: User, bob: User) -> None:
    look(tim, bob, 3600, timezone.now())


def test_pages_are_calm_in_every_browser(
    tim: User, bob: User, client_of: ClientOf
) -> None:
    post = post_by(bob)
    built = services.build_feed(owner=bob, name="Fog", rules={"words": ["fog"]})
    services.change_feed(feed=built, visibility="public")
    ways = ["/", "/?order=trending", f"/?at={post.key}", "/?order=following"]
    ways += [built.get_absolute_url()]
    client = client_of(tim)
    assert client.get("/").context["posts"]
    rest(tim, bob)
    for browser in (client, client_of(tim)):
        for way in ways:
            page = browser.get(way)
            assert page.status_code == 200
            told = page.content.decode()
            assert "You scrolled for 60 minutes." in told, way
            assert "at 00:00</time> by your clock" in told
            assert "<article" not in told
    more = client.get("/more/", {"after": "x", "start": "6"})
    assert 'data-when="rest"' in more.content.decode()
    assert "<article" not in more.content.decode()
    assert more["X-After"] == ""
    # One post that somebody sent is no scrolling.
    assert client.get(post.get_absolute_url()).context["post"] == post


def test_the_api_says_until_when(tim: User, bob: User, client: Client) -> None:
    built = services.build_feed(owner=bob, name="Fog", rules={"words": ["fog"]})
    services.change_feed(feed=built, visibility="public")
    headers: Any = {"Authorization": f"Bearer {create_token(user=tim)[1]}"}
    rest(tim, bob)
    for url in ("feed/", "posts/", f"feeds/{built.key}/posts/"):
        answer = client.get(f"/api/v1/{url}", headers=headers)
        assert answer.status_code == 429, url
        assert answer["Content-Type"] == "application/problem+json"
        told = answer.json()
        assert told["type"] == "urn:troupe:scroll-limit"
        assert told["minutes"] == 60
        until = dt.datetime.fromisoformat(told["until"])
        assert until == rests_until(tim)
        assert until.utcoffset() == until.astimezone(BERLIN).utcoffset()
        wait = (until - timezone.now()).total_seconds()
        assert 0 < int(answer["Retry-After"]) <= wait + 60
    Impression.objects.all().delete()
    assert client.get("/api/v1/feed/", headers=headers).status_code == 200
