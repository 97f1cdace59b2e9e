"""Between people: blocking, following, and what one keeps."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Faults = Callable[[Page], list[str]]
    Fetch = Callable[..., tuple[int, bytes]]
    Look = Callable[[Page, str], Path]

ROOT = Path(__file__).resolve().parent.parent.parent
STAGE = Path(__file__).with_name("stage_circle.py")
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def posts(troupe: Troupe, fetch: Fetch) -> list[str]:
    """Keys of what Ada published; Wren looks at it."""
    until = time.monotonic() + 240
    while fetch("/")[1].count(b"<article") < 1:
        assert time.monotonic() < until, "the starter posts did not come"
        time.sleep(1)
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", STAGE.read_text()],
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
            "DATA_DIR": str(troupe.data),
            "JOBS_BACKEND": "socialapp.jobs.backends.inline",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-2:]


def sign_in(page: Page, troupe: Troupe) -> None:
    page.goto(f"{troupe.url}/accounts/login/")
    page.fill("[name=login]", "wrenabara@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{troupe.url}/")


def test_who_is_followed_is_read_and_kept(
    troupe: Troupe, phone: Page, posts: list[str], faults: Faults, look: Look
) -> None:
    sign_in(phone, troupe)
    phone.goto(f"{troupe.url}/?order=following")
    expect(phone.get_by_text("Nothing from those you follow")).to_be_visible()
    assert faults(phone) == []
    look(phone, "circle-nobody")
    phone.goto(f"{troupe.url}/@adalind/")
    follow = phone.locator("troupe-follow button")
    follow.tap()
    expect(follow).to_have_attribute("aria-pressed", "true")
    expect(follow).to_have_text("Following")
    assert faults(phone) == []
    look(phone, "circle-profile")
    phone.goto(f"{troupe.url}/?order=following")
    first = phone.locator("article").first
    expect(first).to_have_attribute("data-key", posts[1])
    save = first.locator("troupe-save button")
    save.tap()
    expect(save).to_have_attribute("aria-pressed", "true")
    first.locator("[data-collect]").tap()
    sheet = phone.locator("dialog[open]")
    sheet.get_by_label("A new one").fill("Harbours")
    assert faults(phone) == []
    look(phone, "circle-sheet")
    sheet.get_by_role("button", name="Begin it").tap()
    expect(phone.get_by_text("It is in “Harbours” now.")).to_be_visible()
    phone.goto(f"{troupe.url}/saved/")
    assert faults(phone) == []
    look(phone, "circle-saved")
    phone.get_by_role("link", name="Harbours").tap()
    expect(phone.get_by_role("heading", name="Harbours")).to_be_visible()
    expect(phone.locator(f'a[href="/p/{posts[1]}/"]')).to_be_visible()
    assert faults(phone) == []
    look(phone, "circle-collection")


def test_a_block_reaches_a_feed_that_is_open(
    troupe: Troupe,
    page: Page,
    posts: list[str],
    *,
    expected_errors: list[str],
    faults: Faults,
    look: Look,
) -> None:
    # The clip that plays is gone for its viewer before it tells that it was watched.
    expected_errors.append(r"status of 404 .*/view/")
    sign_in(page, troupe)
    page.goto(f"{troupe.url}/?order=newest")
    expect(page.locator(f'article[data-key="{posts[1]}"]')).to_have_count(1)
    other = page.context.new_page()
    other.goto(f"{troupe.url}/@adalind/")
    other.get_by_label("More about @adalind").click()
    look(other, "circle-menu")
    other.get_by_role("button", name="Block @adalind").click()
    other.locator("dialog[open]").get_by_role("button", name="Block").click()
    expect(other.get_by_role("heading", name="You blocked @adalind")).to_be_visible()
    assert faults(other) == []
    look(other, "circle-blocked")
    # The next page of the feed that is open, as its script asks for it.
    more = page.evaluate("fetch('/more/?order=newest').then((a) => a.text())")
    assert posts[0] not in more
    assert posts[1] not in more
    assert "<article" in more
    assert page.request.get(f"{troupe.url}/p/{posts[0]}/").status == 404
    other.goto(f"{troupe.url}/tastes/")
    assert faults(other) == []
    look(other, "circle-tastes")
    other.get_by_role("button", name="Unblock @adalind").click()
    other.goto(f"{troupe.url}/@adalind/")
    expect(other.get_by_role("button", name="Follow @adalind")).to_be_visible()
