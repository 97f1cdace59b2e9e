"""Somebody under 18 who scrolled for an hour: the feed rests, in each of their browsers."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.test_pages import soon
from tests.e2e.test_viewer import run_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Open = Callable[..., Page]

PHONE_SIZE = {"width": 390, "height": 844}
PASSWORD = "four plain words work"


@pytest.fixture(scope="module", autouse=True)
def _posts(fetch: Callable[..., tuple[int, bytes]]) -> None:
    """One post is enough; those that ship are there soon after the start."""
    until = time.monotonic() + 240
    while b"<article" not in fetch("/")[1]:
        assert time.monotonic() < until, "the starter posts did not come"
        time.sleep(1)


def sign_up(page: Page, troupe: Troupe) -> None:
    page.goto(f"{troupe.url}/accounts/signup/")
    page.fill("[name=email]", "tim@example.org")
    page.fill("[name=username]", "tim")
    page.fill("[name=password1]", PASSWORD)
    year = str(dt.datetime.now(tz=dt.UTC).year - 15)
    for part, value in (("day", "1"), ("month", "1"), ("year", year)):
        page.fill(f"[name=birth_date_{part}]", value)
    page.click("main button:has-text('Create account')")
    page.wait_for_url(f"{troupe.url}/")


HOUR = """
from django.utils import timezone
from feed.models import Impression, Post
from socialapp.accounts.models import User
now = timezone.now()
Impression.objects.update_or_create(
    viewer=f"user:{User.objects.get(username='tim').pk}",
    post=Post.objects.order_by("pk")[0],
    day=now.date(),
    defaults={"seconds": 3600.0, "created": now},
)
"""


def an_hour_passes(troupe: Troupe) -> None:
    """Of looks that were counted; nobody waits for one here."""
    run_in(troupe, HOUR)


def test_the_feed_rests_and_says_until_when(
    troupe: Troupe,
    open_page: Open,
    look: Callable[[Page, str], Any],
    faults: Callable[[Page], list[str]],
) -> None:
    phone = open_page(viewport=PHONE_SIZE, is_mobile=True, has_touch=True)
    sign_up(phone, troupe)
    soon(lambda: phone.evaluate("!!document.querySelector('troupe-feed')?.active"))
    an_hour_passes(troupe)
    # Whoever is in the middle of a list finds the words at its end.
    phone.evaluate(
        """() => {
          const feed = document.querySelector("troupe-feed");
          feed.next ||= feed.dataset.after || "l-aaaaaa-0";
          return feed.more();
        }"""
    )
    rest = phone.locator("troupe-feed [data-when=rest]")
    expect(rest).to_contain_text("You scrolled for 60 minutes")
    rest.scroll_into_view_if_needed()
    expect(phone.locator("[data-tail] [data-when=wait]")).to_be_hidden()
    look(phone, "rest-tail-390")
    phone.goto(troupe.url)
    main = phone.get_by_role("main")
    expect(main).to_contain_text("That was enough for today")
    expect(main.locator("article")).to_have_count(0)
    assert faults(phone) == []
    look(phone, "rest-390")
    # Another browser is the same person.
    desk = open_page(viewport={"width": 1280, "height": 800})
    desk.goto(f"{troupe.url}/accounts/login/")
    desk.fill("[name=login]", "tim")
    desk.fill("[name=password]", PASSWORD)
    desk.click("main button[type=submit]")
    desk.wait_for_url(f"{troupe.url}/")
    expect(desk.get_by_role("main")).to_contain_text("That was enough for today")
    assert faults(desk) == []
    look(desk, "rest-1280")
    desk.get_by_role("link", name="Play a scene").click()
    desk.wait_for_url(f"{troupe.url}/scenes/")
