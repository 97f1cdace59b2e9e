"""Somebody who watches: on a phone, at a desk, and while something is taken down."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT
from tests.e2e.test_journey import playing, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

STAGE = Path(__file__).with_name("stage_viewer.py")

TAKE_DOWN = """
import os, time
from moderation import services
from socialapp.accounts.models import User
case = services.open_case(
    kind="post", key=os.environ["POST"], category="harassment", hold=False
)
services.decide_case(
    case=case, moderator=User.objects.get(username="vera"), measure="hide",
    rule="4.2", reason="It threatens a person by name.",
)
print("down at", time.time())
"""


FLICK = """() => {
  // At once: a busy machine would draw them out to several gestures.
  for (let delta = 90; delta > 1; delta *= 0.94) {
    document.querySelector('.feed__item[data-active]').dispatchEvent(
      new WheelEvent('wheel', {deltaY: delta, bubbles: true, cancelable: true}));
  }
}"""
"""A trackpad that runs out."""


def run_in(troupe: Troupe, code: str, **environment: str) -> str:
    """What a piece of code prints in the product's own copy."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=ROOT,
        env=os.environ
        | {
            "DATA_DIR": str(troupe.data),
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def at_place(page: Page, key: str) -> bool:
    return active(page) == key


@pytest.fixture(scope="module")
def house(troupe: Troupe) -> str:
    """The address of a copy with a dozen posts beside its own."""
    code = f"exec(compile(open({str(STAGE)!r}).read(), 'stage', 'exec'), globals())"
    assert "staged" in run_in(troupe, code)
    return troupe.url


def active(page: Page) -> str:
    key: str | None = page.evaluate(
        "document.querySelector('.feed__item[data-active]')?.dataset.key ?? null"
    )
    return key or ""


def keys(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.feed__item')].map(i => i.dataset.key)"
    )
    return found


def films(page: Page) -> int:
    return page.locator("video[src]").count()


def plays_alone(page: Page, key: str) -> None:
    wait_until(page, lambda: playing(page) == [key], 20, f"{key} plays alone")


def comes_to(page: Page, key: str) -> None:
    wait_until(page, lambda: active(page) == key, 10, f"{key} comes on screen")


def sign_in(page: Page, house: str, handle: str) -> None:
    page.goto(f"{house}/accounts/login/")
    page.fill("input[name=login]", handle)
    page.fill("input[name=password]", "correct horse battery")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(rf"^{re.escape(house)}/(\?.*)?$"))


def room(page: Page) -> dict[str, Any]:
    """How the column of six buttons stands to the words and the label."""
    found: dict[str, Any] = page.evaluate(
        """() => {
          const item = document.querySelector('.feed__item[data-active]');
          const column = item.querySelector('.clip__actions');
          const share = column.querySelector('[data-share-sheet]');
          while (column.children.length < 6) share.after(share.cloneNode(true));
          const of = (one) => one.getBoundingClientRect();
          const acts = [...column.querySelectorAll('.clip__act')].map(of);
          const words = [...item.querySelectorAll('.clip__foot > :not([hidden])')]
            .map((one) => of(one).right);
          const fits = {
            acts: acts.length,
            smallest: Math.min(...acts.map((one) => Math.min(one.width, one.height))),
            besideWords: Math.max(...words) <= Math.min(...acts.map((one) => one.left)) + 1,
            belowLabel: of(item.querySelector('.clip__labels')).bottom <= acts[0].top,
            aboveBar: acts[5].bottom <= of(document.querySelector('.tabbar')).top,
            // A face is in the upper half, in the middle.
            besideFace: acts[0].top >= innerHeight * 0.35 || acts[0].left >= innerWidth * 0.8,
            wide: document.documentElement.scrollWidth <= innerWidth,
          };
          for (const more of [...column.children].filter((one) => one !== share
            && one.matches('[data-share-sheet]'))) more.remove();
          return fits;
        }"""
    )
    return found


def test_a_visitor_on_a_phone(
    house: str, phone: Page, look: Look, faults: Faults
) -> None:
    page = phone
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{house}/?order=newest")
    wait_until(page, lambda: len(playing(page)) == 1, 20, "the first clip plays")

    # The order is what it says.
    newest = page.request.get(f"{house}/api/v1/posts/?limit=6").json()["results"]
    assert keys(page)[:6] == [post["key"] for post in newest]
    assert [post["published"] for post in newest] == sorted(
        (post["published"] for post in newest), reverse=True
    )

    # Three keys, the fourth clip: it has the focus, and plays alone.
    for _ in range(3):
        page.keyboard.press("PageDown")
    fourth = keys(page)[3]
    plays_alone(page, fourth)
    focused = page.locator("article:focus")
    assert focused.get_attribute("data-key") == fourth
    assert focused.get_attribute("aria-posinset") == "4"
    assert films(page) <= 3
    for width, height in ((390, 844), (360, 640)):
        page.set_viewport_size({"width": width, "height": height})
        fits: dict[str, Any] = {}

        def has_room(fits: dict[str, Any] = fits) -> bool:
            # A step may still be on its way.
            fits.update(room(page))
            return fits["acts"] == 6 and fits["smallest"] >= 44 and all(fits.values())

        wait_until(page, has_room, 10, f"room on {width} by {height}: {fits}")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "viewer-1-feed")
    assert faults(page) == []

    # Whoever goes and comes back is where they were.
    page.wait_for_url(re.compile(rf"\?at={fourth}$"))
    page.goto(f"{house}/cast/")
    page.go_back()
    plays_alone(page, fourth)

    # One sheet for the rest. Less data: a picture, and no film before it is asked for.
    page.locator(".feed__item[data-active] [data-why]").click()
    sheet = page.locator("dialog.sheet")
    expect(sheet.get_by_text("You see the newest first.")).to_be_visible()
    saver = sheet.locator("[data-pref-toggle=saver]")
    saver.click()
    expect(saver).to_have_attribute("aria-pressed", "true")
    look(page, "viewer-2-more")
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".feed__item[data-active] [data-why]")).to_be_focused()
    page.keyboard.press("PageDown")
    wait_until(page, lambda: active(page) not in {"", fourth}, 10, "the next clip")
    fifth = page.locator(f".feed__item[data-key='{active(page)}']")
    expect(fifth.locator("[data-play]")).to_be_visible()
    page.wait_for_timeout(500)
    assert playing(page) == []
    assert films(page) <= 1
    fifth.locator("[data-play]").click()
    plays_alone(page, active(page))

    # The link, at this second, is counted as passed on once.
    wait_until(
        page,
        lambda: fifth.locator("video").evaluate("v => v.currentTime > 1.2"),
        20,
        "it runs",
    )
    key = active(page)
    fifth.locator("[data-share-sheet]").click()
    page.locator("[data-at]").check()
    page.locator("[data-copy=share-link]").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{re.escape(house)}/p/{key}/\?t=\d+", copied)
    look(page, "viewer-3-share")
    assert faults(page) == []
    page.locator("[data-copy=share-link]").click()
    shared = f"{house}/api/v1/posts/{key}/"
    wait_until(
        page, lambda: page.request.get(shared).json()["shares"] == 1, 5, "counted"
    )
    page.goto(copied)
    video = page.locator("main video")
    wait_until(
        page, lambda: video.evaluate("v => v.currentTime >= 1"), 20, "at that second"
    )


def test_somebody_at_a_desk(house: str, page: Page, look: Look, faults: Faults) -> None:
    # Their clock is more than a day wrong, which is nobody's business.
    page.add_init_script("const now = Date.now; Date.now = () => now() + 9.5e7;")
    sign_in(page, house, "ines")
    page.goto(f"{house}/?order=ranked")
    wait_until(page, lambda: len(playing(page)) == 1, 20, "the first clip plays")

    # Why it is here stands beside it, and sums up.
    aside = page.locator("[data-feed-aside]")
    expect(aside.locator(".why tfoot td")).to_be_visible()
    terms = [float(one) for one in aside.locator(".why tbody td").all_inner_texts()]
    total = float(aside.locator(".why tfoot td").inner_text())
    assert round(sum(terms), 3) == total
    look(page, "viewer-4-desk")
    assert faults(page) == []

    # A flick of many events is one step, in either direction; so are the keys.
    first, second, third = keys(page)[:3]
    page.evaluate(FLICK)
    plays_alone(page, second)
    # The middle of the house: the clip itself may still be on its way.
    page.mouse.move(640, 450)
    page.mouse.wheel(0, -120)
    plays_alone(page, first)
    for press, there in (
        ("j", second),
        ("ArrowDown", third),
        ("k", second),
        ("Home", first),
        ("End", keys(page)[-1]),
        ("Home", first),
    ):
        page.keyboard.press(press)
        wait_until(page, partial(at_place, page, there), 5, press)
        comes_to(page, there)
        assert page.locator("article:focus").get_attribute("data-key") == there
    page.keyboard.press("m")
    expect(page.locator(".feed__nav [data-sound]")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert not page.locator(f"[data-key='{first}'] video").evaluate("v => v.muted")
    page.keyboard.press("m")
    page.keyboard.press(" ")
    wait_until(page, lambda: playing(page) == [], 5, "paused")
    page.keyboard.press("Control+End")
    assert page.evaluate("!document.activeElement.closest('[role=feed]')")
    page.keyboard.press("Control+Home")
    assert page.evaluate("!document.activeElement.closest('[role=feed]')")

    # Nothing of somebody: it goes at once, stays away, and can be taken back.
    who = "otto"
    mine = page.request.get(f"{house}/api/v1/people/{who}/posts/").json()["results"]
    key = mine[0]["key"]
    page.goto(f"{house}/?order=newest&at={key}")
    theirs = page.locator(f".feed__item[data-creator={who}]")
    wait_until(page, lambda: active(page) == key, 10, "one of theirs")
    page.locator(".feed__item[data-active] [data-why]").click()
    page.locator(f"dialog.sheet button:has-text('Mute @{who}')").click()
    expect(theirs).to_have_count(0)
    wait_until(page, lambda: len(playing(page)) == 1, 20, "the next one plays")
    on_a_clip = "!!document.activeElement.closest('article')"
    wait_until(page, lambda: page.evaluate(on_a_clip), 10, "focus is on a clip")
    places = page.locator(".feed__item").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-posinset'))"
    )
    assert places == [str(n + 1) for n in range(len(places))]

    def creators() -> set[str]:
        found = page.request.get(f"{house}/api/v1/feed/?limit=20").json()["results"]
        return {post["author"]["username"] for post in found}

    assert creators()
    assert who not in creators()
    page.goto(f"{house}/tastes/")
    page.locator(f"form[action='/@{who}/mute/'] button").click()
    assert who in creators()


@pytest.fixture
def take_down(house: str, troupe: Troupe) -> Callable[[str], float]:
    """Decides, as a moderator does; when it was decided."""

    def decided(key: str) -> float:
        told = run_in(troupe, TAKE_DOWN, POST=key)
        return float(told.rpartition("down at ")[2])

    return decided


def test_what_is_taken_down_leaves_every_open_page_in_five_seconds(
    house: str,
    take_down: Callable[[str], float],
    open_page: Callable[..., Page],
    faults: Faults,
    expected_errors: list[str],
) -> None:
    # The film and the player are asked for once more, and are not there.
    expected_errors.append("404")
    feed = open_page(viewport={"width": 390, "height": 844}, is_mobile=True)
    feed.goto(f"{house}/?order=newest")
    wait_until(feed, lambda: len(playing(feed)) == 1, 20, "it plays")
    key = active(feed)
    film = feed.locator(f"[data-key='{key}'] video").get_attribute("src")
    elsewhere = open_page(viewport={"width": 300, "height": 300})
    elsewhere.goto(f"{house}/embed/{key}/")
    elsewhere.locator("[data-play]").click()
    wait_until(
        elsewhere,
        lambda: elsewhere.locator("video").evaluate("v => v.currentTime > 0.3"),
        20,
        "it plays elsewhere",
    )
    assert faults(elsewhere) == []
    alone = open_page(viewport={"width": 390, "height": 844}, is_mobile=True)
    alone.goto(f"{house}/p/{key}/")
    assert feed.request.get(f"{house}{film}").ok

    down = take_down(key)
    assert feed.request.get(f"{house}{film}").status == 404
    gone: dict[str, float] = {}
    while len(gone) < 3:
        if feed.locator(f"[data-key='{key}'][data-gone]").count():
            gone.setdefault("feed", time.time() - down)
        if elsewhere.locator("[data-none]").is_visible():
            gone.setdefault("embed", time.time() - down)
        if alone.get_by_text("This was taken down").count():
            gone.setdefault("post", time.time() - down)
        assert time.time() - down < 8.0, gone
        feed.wait_for_timeout(50)
    print(f"gone after {gone}")
    assert max(gone.values()) <= 5.0
    assert elsewhere.locator("video").count() == 0

    # What is left of it says so, and the next one is a key away.
    card = feed.locator(f"[data-key='{key}']")
    expect(card.get_by_text("This clip was taken down")).to_be_visible()
    assert card.locator("video, img, a").count() == 0
    if kept := os.environ.get("SCREENSHOTS"):
        feed.screenshot(path=Path(kept) / "viewer-5-taken-down.png")
    assert faults(feed) == []
    card.get_by_role("button", name="Next clip").click()
    wait_until(feed, lambda: len(playing(feed)) == 1, 20, "the next one plays")
    assert active(feed) == keys(feed)[1]


def test_less_movement_and_a_film_that_does_not_come(
    house: str, open_page: Callable[..., Page], expected_errors: list[str]
) -> None:
    expected_errors.append("Failed to load resource")
    page = open_page(
        viewport={"width": 390, "height": 844}, reduced_motion="reduce", is_mobile=True
    )
    page.goto(f"{house}/?order=newest")
    item = page.locator(".feed__item[data-active]")
    expect(item.locator("[data-play]")).to_be_visible()
    page.wait_for_timeout(500)
    assert playing(page) == []
    page.keyboard.press(" ")
    plays_alone(page, active(page))

    page.route("**/*.mp4", lambda route: route.abort())
    page.keyboard.press("End")
    expect(item.locator("[data-play]")).to_be_visible()
    page.keyboard.press(" ")
    expect(item.get_by_text("This clip did not load.")).to_be_visible()
    page.unroute("**/*.mp4")
    item.get_by_role("button", name="Try again").click()
    plays_alone(page, active(page))

    # The next page does not come either: it can be asked for again.
    page.route("**/more/**", lambda route: route.abort())
    page.goto(f"{house}/?order=newest")
    page.keyboard.press("End")
    page.keyboard.press("PageDown")
    tail = page.locator("[data-tail]")
    expect(tail.get_by_text("The next clips did not come")).to_be_visible()
    count = len(keys(page))
    page.unroute("**/more/**")
    tail.locator("[data-when=failed] [data-again]").click()
    wait_until(page, lambda: len(keys(page)) > count, 10, "they come")
