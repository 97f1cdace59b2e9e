"""The feed under keys, fingers and wishes, and every page at every width."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Open = Callable[..., Page]
    Faults = Callable[[Page], list[str]]
    Fetch = Callable[..., tuple[int, bytes]]

PASSWORD = "four plain words work"
POSTS = 3
"""Needed on the stage before the feed can be walked through."""


@pytest.fixture(scope="module", autouse=True)
def _posts(fetch: Fetch) -> None:
    """The starter posts that are not shipped are rendered after the start."""
    until = time.monotonic() + 240
    while fetch("/")[1].count(b"<article") < POSTS:
        assert time.monotonic() < until, "the starter posts did not come"
        time.sleep(1)


def join(page: Page, troupe: Troupe, handle: str) -> None:
    page.goto(f"{troupe.url}/accounts/signup/")
    page.fill("[name=email]", f"{handle}@example.org")
    page.fill("[name=username]", handle)
    page.fill("[name=password1]", PASSWORD)
    for part, value in (("day", "9"), ("month", "4"), ("year", "1990")):
        page.fill(f"[name=birth_date_{part}]", value)
    page.click("main button:has-text('Create account')")
    page.wait_for_url(f"{troupe.url}/")


def playing(page: Page) -> list[str]:
    """``aria-posinset`` of every clip that runs."""
    places: list[str] = page.evaluate(
        "[...document.querySelectorAll('article')]"
        ".filter(a => a.querySelector('video')?.paused === false).map(a => a.ariaPosInSet)"
    )
    return places


def soon(true: Callable[[], Any], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_keys_walk_the_feed_and_one_clip_plays(troupe: Troupe, page: Page) -> None:
    page.goto(troupe.url)
    soon(lambda: playing(page) == ["1"])
    page.focus("article >> nth=0")
    page.keyboard.press("PageDown")
    soon(lambda: playing(page) == ["2"])
    assert page.evaluate("document.activeElement.ariaPosInSet") == "2"
    page.keyboard.press("ArrowDown")
    soon(lambda: playing(page) == ["3"])
    page.keyboard.press("PageUp")
    soon(lambda: playing(page) == ["2"])
    page.keyboard.press("Space")
    soon(lambda: playing(page) == [])
    page.keyboard.press("Space")
    soon(lambda: playing(page) == ["2"])
    page.keyboard.press("Control+End")
    assert not page.evaluate(
        "document.querySelector('troupe-feed').contains(document.activeElement)"
    )


def test_buttons_walk_the_feed_and_the_aside_follows(
    troupe: Troupe, page: Page
) -> None:
    page.goto(troupe.url)
    soon(lambda: playing(page) == ["1"])
    aside = page.locator("[data-feed-aside] .person__name")
    first = aside.inner_text()
    page.click("[aria-label='Next clip']")
    soon(lambda: playing(page) == ["2"])
    soon(lambda: aside.inner_text() != first)


def test_less_movement_means_that_nothing_starts_by_itself(
    troupe: Troupe, open_page: Open
) -> None:
    page = open_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.goto(troupe.url)
    button = page.locator("article >> nth=0").locator("[data-play]")
    expect(button).to_be_visible()
    time.sleep(1)
    assert playing(page) == []
    button.click()
    soon(lambda: playing(page) == ["1"])


def test_sound_and_captions_are_remembered_for_the_next_clip(
    troupe: Troupe, page: Page
) -> None:
    page.goto(troupe.url)
    soon(lambda: playing(page) == ["1"])
    clip = page.locator("article >> nth=0")
    expect(clip.locator("[data-surtitle] .is-now")).to_be_visible(timeout=15_000)
    page.click(".feed__nav [data-sound]")
    page.keyboard.press("c")
    expect(clip.locator("[data-surtitle]")).to_be_hidden()
    page.click("[aria-label='Next clip']")
    soon(lambda: playing(page) == ["2"])
    following = page.locator("article >> nth=1")
    assert following.locator("video").evaluate("video => video.muted") is False
    page.reload()
    page.locator("article >> nth=0").locator("[data-why]").click()
    for name in ("sound", "captions-toggle"):
        pressed = page.locator(f"dialog [data-{name}]")
        expect(pressed).to_have_attribute("aria-pressed", str(name == "sound").lower())


def test_a_double_tap_likes_and_never_unlikes(troupe: Troupe, page: Page) -> None:
    join(page, troupe, "fingers")
    clip = page.locator("article >> nth=0")
    heart = clip.locator("troupe-like button")
    before = int((heart.get_attribute("aria-label") or "").split()[-1])
    for _ in range(2):
        clip.locator("troupe-clip").dblclick(position={"x": 150, "y": 150})
        expect(heart).to_have_attribute("aria-pressed", "true")
        expect(heart).to_have_attribute("aria-label", f"Like, {before + 1}")
    with page.expect_response("**/like/"):
        heart.click()
    expect(heart).to_have_attribute("aria-label", f"Like, {before}")
    page.reload()
    expect(heart).to_have_attribute("aria-label", f"Like, {before}")


def test_a_watched_clip_counts_one_view(troupe: Troupe, page: Page) -> None:
    page.goto(troupe.url)
    with page.expect_request(lambda request: "/view/" in request.url) as sent:
        soon(lambda: playing(page) == ["1"])
    response = sent.value.response()
    assert response
    assert response.status == 204


def test_the_feed_loads_more_as_it_is_walked(troupe: Troupe, page: Page) -> None:
    page.goto(troupe.url)
    soon(lambda: playing(page) == ["1"])
    feed = page.locator("troupe-feed")
    if not feed.get_attribute("data-after"):
        pytest.skip("all posts fit on the first page so far")
    page.focus("article >> nth=0")
    for _ in range(5):
        page.keyboard.press("PageDown")
        time.sleep(0.6)
    soon(lambda: page.locator("article").count() > 6)
    expect(page.locator("[role=feed]")).to_have_attribute("aria-busy", "false")


def test_the_script_editor_shows_tags_and_says_what_is_wrong(
    troupe: Troupe, page: Page
) -> None:
    join(page, troupe, "writer")
    page.goto(f"{troupe.url}/studio/")
    page.click("[data-tag=whispers]")
    page.keyboard.type("Good evening.")
    assert page.input_value("#script") == "[whispers] Good evening."
    expect(page.locator("[data-mirror] .mood")).to_have_text("[whispers]")
    expect(page.locator("[data-count]")).to_contain_text("of 60 seconds")
    expect(page.locator("[data-error]")).to_be_hidden()
    page.fill("#script", "Добрый вечер")
    expect(page.locator("[data-error-text]")).to_contain_text("Cyrillic")
    page.fill("#script", "Kept for later.")
    page.reload()
    assert page.input_value("#script") == "Kept for later."


def test_the_preview_fills_its_stage_on_a_sharp_screen(
    troupe: Troupe, phone: Page
) -> None:
    join(phone, troupe, "sharp")
    phone.goto(f"{troupe.url}/studio/")
    stage = phone.locator("troupe-stage")
    expect(stage).to_have_attribute("data-drawn", "webgl", timeout=30_000)
    canvas = stage.locator("canvas").bounding_box()
    assert canvas == stage.bounding_box()


def test_the_theme_is_chosen_once_for_every_page(
    troupe: Troupe, open_page: Open
) -> None:
    page = open_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page.goto(f"{troupe.url}/create/")
    page.click(".rail [value=light]")
    house = "getComputedStyle(document.body.parentElement).backgroundColor"
    assert page.evaluate(house) == "rgb(251, 246, 238)"
    page.goto(f"{troupe.url}/cast/")
    assert page.get_attribute("html", "data-theme") == "light"
    assert page.evaluate(house) == "rgb(251, 246, 238)"


PLACES = (
    "/", "/create/", "/create/card/", "/cast/", "/studio/", "/clips/", "/settings/", "/@{me}/",
    "/@{me}/?tab=characters", "/accounts/password/change/", "/accounts/email/",
    "/settings/leave/", "/settings/data/", "/decisions/", "/accounts/reauthenticate/",
    "/live/new/",
)  # fmt: skip
DOORS = (
    "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/rules/",
    "/takedown/", "/transparency/", "/verify/", "/live/",
)  # fmt: skip


@pytest.mark.parametrize("colours", ["dark", "light"])
def test_no_page_has_a_serious_fault_or_scrolls_sideways(
    troupe: Troupe, open_page: Open, faults: Faults, colours: str
) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, color_scheme=colours)
    me = f"walker.{colours}"

    def looked_at(path: str) -> None:
        page.goto(troupe.url + path)
        for width in (320, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, f"{path} at {width}: {over} px too wide"
            assert faults(page) == [], f"{path} at {width}"

    for path in DOORS:
        looked_at(path)
    join(page, troupe, me)
    post = page.get_attribute("article .clip__title a", "href")
    for path in (*PLACES, post or "/p/"):
        looked_at(path.format(me=me))
