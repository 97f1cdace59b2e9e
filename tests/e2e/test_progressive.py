"""A clip is watched while it is made, by its owner alone, and becomes the film."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]
    Fetch = Callable[..., tuple[int, bytes]]

SECONDS = 180_000
"""Milliseconds: a clip of some ten seconds, behind the starter posts, on a busy machine."""

SCRIPT = (
    "Good evening to everybody who found the door. They said the lamp would never burn"
    " again, and yet here we are, the two of us, in the light."
)
PASSWORD = "correct horse battery"
STAGE = f"""
import datetime as dt
from socialapp.accounts.models import User
User.objects.create_user(
    username="fennelworth", email="fennelworth@example.org", password="{PASSWORD}",
    display_name="Fennel", birth_date=dt.date(1990, 4, 1),
)
"""


def join(troupe: Troupe, page: Page) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", STAGE],
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
            "DATA_DIR": str(troupe.data),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    sign_in(troupe, page)


def sign_in(troupe: Troupe, page: Page) -> None:
    """As whom the first test of this file created."""
    page.goto(f"{troupe.url}/accounts/login/")
    page.fill("[name=login]", "fennelworth@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{troupe.url}/")


def wait_until(page: Page, true: str) -> None:
    """An expression; the page's policy lets Playwright's own waiting evaluate none."""
    until = time.monotonic() + SECONDS / 1000
    while not page.evaluate(true):
        assert time.monotonic() < until, true
        page.wait_for_timeout(50)


def segments(troupe: Troupe) -> list[Path]:
    return sorted(troupe.data.glob("media/private/live/*/*/*.m4s"))


def test_a_clip_is_watched_while_it_is_made(
    troupe: Troupe, phone: Page, fetch: Fetch, look: Look, faults: Faults
) -> None:
    page = phone
    join(troupe, page)
    page.goto(f"{troupe.url}/studio/")
    page.fill("[data-script]", SCRIPT)
    page.locator("[data-render]").click()
    page.wait_for_url(re.compile("again="), timeout=SECONDS)
    key = page.url.partition("again=")[2].partition("#")[0]
    page.goto(f"{troupe.url}/clips/{key}/")

    # A second tab is closed as soon as it shows something; nobody misses it.
    other = page.context.new_page()
    other.goto(page.url)
    early = page.locator("troupe-early troupe-clip")
    expect(early).to_be_visible(timeout=SECONDS)
    expect(early.locator(".badge--ai")).to_be_visible()
    other.close()

    asked = page.request.get(f"{troupe.url}/api/v1/clips/{key}/progress/").json()
    if live := asked["live"]:
        first = f"{live['segments']}0.m4s"
        assert page.request.get(troupe.url + first).headers["cache-control"] == (
            "private, no-store"
        )
        for address in (first, live["playlist"], live["init"], live["captions"]):
            assert fetch(address)[0] in {401, 403}

    # The page begins by itself, or the person does; sound is off until they want it.
    film = early.locator("video")
    assert film.evaluate("v => v.muted")
    if film.evaluate("v => v.paused"):
        early.locator("[data-toggle]").click()
    wait_until(
        page,
        "!document.querySelector('troupe-early')"
        " || document.querySelector('troupe-early video').currentTime > 0.5",
    )
    assert faults(page) == []
    look(page, "progressive-1-early")

    # When it has played, the film stands there, signed and whole.
    expect(page.locator("[download$='.mp4']")).to_be_visible(timeout=SECONDS)
    whole = page.locator("troupe-clip video")
    wait_until(page, "document.querySelector('troupe-clip video').readyState >= 1")
    assert whole.evaluate("v => v.src").endswith(".mp4")
    assert faults(page) == []
    look(page, "progressive-2-film")
    assert segments(troupe) != []


def test_what_is_stopped_can_be_watched_no_more(
    troupe: Troupe, page: Page, look: Look
) -> None:
    sign_in(troupe, page)
    before = set(segments(troupe))
    page.goto(f"{troupe.url}/studio/")
    page.fill("[data-script]", f"{SCRIPT} {SCRIPT}")
    page.locator("[data-render]").click()
    early = page.locator("troupe-early troupe-clip")
    expect(early).to_be_visible(timeout=SECONDS)
    look(page, "progressive-3-studio")
    page.get_by_role("button", name="Cancel and keep the ticket").click()
    page.wait_for_load_state()
    expect(page.locator("troupe-early troupe-clip")).to_have_count(0)
    until = time.monotonic() + 60
    while set(segments(troupe)) - before:
        assert time.monotonic() < until, "the segments of a cancelled clip stay"
        page.wait_for_timeout(200)


def test_the_studio_stays_while_the_clip_comes(
    troupe: Troupe, page: Page, look: Look, faults: Faults
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(troupe, page)
    page.goto(f"{troupe.url}/studio/")
    page.fill("[data-script]", SCRIPT)
    page.evaluate("window.stayed = true")
    once = page.locator("[name=key]").input_value()
    page.locator("[data-render]").click()
    page.wait_for_url(re.compile("again="), timeout=SECONDS)
    key = page.url.partition("again=")[2]
    expect(page.locator(f"troupe-ladder[data-key='{key}']")).to_be_in_viewport()
    look(page, "progressive-3-studio-ladder")
    early = page.locator("troupe-early troupe-clip")
    expect(early).to_be_visible(timeout=SECONDS)
    expect(early).to_be_in_viewport(ratio=0.5)
    look(page, "progressive-4-studio-early")
    assert page.evaluate("window.stayed"), "the page was not loaded again"
    expect(page.locator("[data-render]")).to_have_text("Render another take")
    assert page.locator("[name=key]").input_value() != once
    wait_until(page, "document.querySelector('troupe-ladder').dataset.state == 'ready'")
    expect(page.get_by_role("link", name="Watch it")).to_be_visible()
    assert faults(page) == []

    # What stands there is what the server shows whoever comes back.
    page.reload()
    expect(page.locator(f"troupe-ladder[data-key='{key}']")).to_be_visible()
    assert page.locator("[data-script]").input_value() == SCRIPT
