"""A newcomer, on a phone: watches, joins, makes a character from a picture, hears it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
import resvg_py
from playwright.sync_api import expect

from socialapp.content import library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

RENDER_SECONDS = 180.0
"""For a clip of some six seconds, behind the starter posts, on a busy machine."""


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawing of the cast as anybody would upload it: one flat picture."""
    svg, _ = library.drawing("imani")
    file = tmp_path_factory.mktemp("portrait") / "drawing.png"
    file.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=600)))
    return file


def playing(page: Page) -> list[str]:
    """Keys of the feed's items whose video runs."""
    keys: list[str] = page.evaluate(
        "[...document.querySelectorAll('.feed__item')]"
        ".filter(i => i.querySelector('video') && !i.querySelector('video').paused)"
        ".map(i => i.dataset.key)"
    )
    return keys


def wait_until(
    page: Page, true: Callable[[], object], seconds: float, what: str
) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"{what}: still not after {seconds} s"
        page.wait_for_timeout(200)


def test_a_newcomer_sees_their_character_speak_in_the_feed(
    troupe: Troupe, phone: Page, look: Look, faults: Faults, portrait: Path
) -> None:
    page = phone

    # Watching needs no account: one clip plays, muted, with its label and captions.
    page.goto(troupe.url + "/")
    wait_until(page, lambda: page.locator(".feed__item").count(), 120, "a first post")
    page.reload()
    wait_until(page, lambda: len(playing(page)) == 1, 20, "one clip plays")
    first = playing(page)[0]
    item = page.locator(f".feed__item[data-key='{first}']")
    assert item.locator("video").evaluate("v => v.muted")
    assert item.locator(".badge--ai").is_visible()
    wait_until(
        page, lambda: item.locator("[data-surtitle]").is_visible(), 15, "captions"
    )
    look(page, "journey-1-feed")
    assert faults(page) == []

    # A like asks a visitor to join, and is kept.
    item.locator("troupe-like button").click()
    page.wait_for_url(re.compile("/accounts/signup/"))
    look(page, "journey-2-signup")
    assert faults(page) == []
    page.fill("input[name=email]", "newcomer@example.org")
    page.fill("input[name=username]", "newcomer")
    page.fill("input[name=password1]", "four plain words work")
    days = page.locator("fieldset .dob input")
    for place, value in enumerate(("9", "4", "1990")):
        days.nth(place).fill(value)
    page.click("button[type=submit]:has-text('Create account')")
    page.wait_for_url(re.compile(rf"/(\?.*)?$|/p/{first}/"))
    liked = page.locator(
        f".feed__item[data-key='{first}'] troupe-like button, main troupe-like button"
    ).first
    assert liked.get_attribute("aria-pressed") == "true"
    assert any("newcomer@example.org" in mail for mail in troupe.mails())

    # A picture becomes a character that talks before it is saved.
    page.goto(troupe.url + "/create/character/")
    look(page, "journey-3-portrait")
    assert faults(page) == []
    page.set_input_files("input[name=picture]", portrait)
    page.wait_for_url(re.compile("/face/"), timeout=60_000)
    assert page.locator("[data-handle]").count() == 4
    stage = page.locator("troupe-stage")
    wait_until(
        page,
        lambda: stage.get_attribute("data-drawn") == "webgl",
        30,
        "the portrait in WebGL",
    )
    page.locator("[data-play]").click()
    mouths: set[str | None] = set()

    def moves() -> bool:
        mouths.add(stage.get_attribute("data-mouth"))
        return len(mouths) >= 3

    wait_until(page, moves, 60, "the preview's mouth moves")
    look(page, "journey-4-face")
    assert faults(page) == []
    page.locator("[data-next]").click()
    page.wait_for_selector("[data-about]")
    page.fill("input[name=name]", "Commander Vale")
    page.fill("textarea[name=greeting], input[name=greeting]", "Good evening, crew.")
    look(page, "journey-5-about")
    assert faults(page) == []
    page.locator("[data-submit]").click()
    page.wait_for_url(re.compile("/made/"))
    look(page, "journey-6-made")

    # Two sentences, and the render advances before their eyes.
    page.click("a:has-text('Make a clip')")
    page.wait_for_selector("#script")
    page.fill(
        "#script",
        "Good evening from up here. [whispers] You left the kitchen light on.",
    )
    page.fill("#title", "The kitchen light")
    page.locator("[data-publish]").check()
    look(page, "journey-7-studio")
    assert faults(page) == []
    page.locator("[data-render]").click()
    page.wait_for_selector("troupe-ladder")
    expect(page.locator("troupe-ladder [data-meter]")).to_be_in_viewport()
    look(page, "journey-8-ladder")
    percents: list[int] = []

    def done() -> bool:
        meter = page.locator("troupe-ladder [data-meter]")
        if meter.count():
            percents.append(int(meter.first.get_attribute("value") or 0))
        return bool(page.locator("troupe-ladder[data-state=ready]").count())

    wait_until(page, done, RENDER_SECONDS, "the clip is ready")
    assert percents == sorted(percents), percents
    assert any(0 < percent < 100 for percent in percents), percents

    # It is in the feed, newest first, with sound, captions and a full performance.
    top = page.locator(".feed__item").first

    def published() -> bool:
        page.goto(troupe.url + "/")
        return "The kitchen light" in top.inner_text()

    # What it is called is screened once more when it is published.
    wait_until(page, published, 60, "their clip in the feed")
    assert top.locator(".badge--warn").count() == 0
    wait_until(
        page,
        lambda: top.locator("video").evaluate("v => v.currentTime > 1"),
        30,
        "their clip plays",
    )
    look(page, "journey-9-own-clip")
    length = top.locator("video").evaluate("v => v.duration")
    assert 2.0 < length < 12.0
    assert "4 of 5" in page.locator("body").inner_text() or page.request.get(
        troupe.url + "/studio/"
    ).text().count("4 of 5")
