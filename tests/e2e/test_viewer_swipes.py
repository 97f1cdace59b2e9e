"""Fingers in the feed on a phone: a swipe is one clip, and the next one is there already."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.test_journey import playing, wait_until
from tests.e2e.test_viewer import (  # noqa: F401 - house is a fixture
    active,
    comes_to,
    house,
    keys,
    plays_alone,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Route

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

BUFFERED = """key => {
  const video = document.querySelector(`[data-key='${key}'] video`);
  const {buffered, duration, readyState} = video;
  const end = buffered.length ? buffered.end(buffered.length - 1) : 0;
  return {
    source: video.hasAttribute('src'),
    whole: readyState >= 4 && end > duration - 0.3,
    paused: video.paused,
  };
}"""
"""What a browser has of a film that was not asked for yet."""


FRAME_SECONDS = 0.016
"""Between two positions that a finger reports."""


def finger(page: Page, path: list[int]) -> None:
    """Set down at the first of these heights, lifted at the last, one a frame between.

    The times are those of the events: a busy machine does not make a finger slower.
    """
    session = page.context.new_cdp_session(page)
    began = time.time()
    last = len(path) - 1
    for at, y in enumerate(path):
        kinds = ["touchStart"] if not at else ["touchMove"]
        for kind in [*kinds, *(["touchEnd"] if at == last else [])]:
            session.send(
                "Input.dispatchTouchEvent",
                {
                    "type": kind,
                    "touchPoints": [] if kind == "touchEnd" else [{"x": 150, "y": y}],
                    "timestamp": began + at * FRAME_SECONDS,
                },
            )
    session.detach()


def swipe(page: Page, start: int, end: int, frames: int) -> None:
    """From one height to another in so many frames, and let go in full motion."""
    step = (end - start) / frames
    finger(page, [round(start + step * at) for at in range(frames + 1)])


def at_rest(page: Page) -> None:
    """The page lies still, and a clip fills it from top to bottom."""
    seen: list[float] = []

    def still() -> bool:
        seen.append(page.evaluate("document.querySelector('[data-house]').scrollTop"))
        return len(seen) > 6 and len(set(seen[-6:])) == 1

    wait_until(page, still, 10, "it comes to rest")
    top = page.evaluate(
        "document.querySelector('.feed__item[data-active]').getBoundingClientRect().top"
    )
    assert abs(top) <= 1


def test_a_swipe_is_exactly_one_clip(
    house: str,  # noqa: F811
    phone: Page,
    look: Look,
    faults: Faults,
) -> None:
    page = phone
    page.goto(f"{house}/?order=newest")
    wait_until(page, lambda: len(playing(page)) == 1, 20, "the first clip plays")
    first, second, third, fourth = keys(page)[:4]

    swipe(page, 620, 320, 10)
    plays_alone(page, second)
    at_rest(page)
    assert active(page) == second
    # The places are counted for who reads by them.
    here = page.locator(f".feed__item[data-key='{second}']")
    assert here.get_attribute("aria-posinset") == "2"
    look(page, "swipe-1-second")
    assert faults(page) == []

    # However hard it is thrown, and over nearly the whole screen: there and back.
    for frames in (4, 7):
        for start, end, there in ((700, 150, third), (150, 700, second)):
            swipe(page, start, end, frames)
            comes_to(page, there)
            at_rest(page)
            assert active(page) == there, f"{frames} frames from {start} to {end}"
    swipe(page, 320, 620, 10)
    plays_alone(page, first)
    at_rest(page)

    # A finger that thinks better of it stays where it was; one past the middle goes on.
    finger(page, [*range(620, 480, -20), *[480] * 12])
    at_rest(page)
    assert active(page) == first
    finger(page, [*range(740, 240, -20), *[240] * 12])
    plays_alone(page, second)
    at_rest(page)
    # One after the other, whether or not a film has come.
    for there in (third, fourth):
        swipe(page, 700, 300, 8)
        comes_to(page, there)
        at_rest(page)
    plays_alone(page, fourth)
    look(page, "swipe-2-fourth")
    # What a finger left behind is in nobody's way.
    page.keyboard.press("Home")
    plays_alone(page, first)


def test_the_next_clip_is_there_before_anybody_steps_to_it(
    house: str,  # noqa: F811
    phone: Page,
    expected_errors: list[str],
) -> None:
    page = phone
    # From the third on nothing comes any more.
    expected_errors.append("Failed to load resource")
    page.goto(f"{house}/?order=newest")
    wait_until(page, lambda: len(playing(page)) == 1, 20, "the first clip plays")
    second, third = keys(page)[1:3]
    waiting: dict[str, Any] = {}

    def has_it() -> bool:
        waiting.update(page.evaluate(BUFFERED, second))
        return bool(waiting["whole"])

    wait_until(page, has_it, 20, "the next film is here")
    assert waiting["paused"]
    # One ahead, no more.
    assert not page.evaluate(BUFFERED, third)["source"]

    # The network goes: what is on its way to the next clip does not need it.
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.abort()

    page.route("**/*.mp4", refuse)
    page.context.set_offline(offline=True)
    swipe(page, 620, 320, 10)
    plays_alone(page, second)
    video = page.locator(f"[data-key='{second}'] video")
    wait_until(
        page, lambda: video.evaluate("v => v.currentTime > 0.5"), 10, "it runs offline"
    )
    own = video.evaluate("v => v.currentSrc")
    assert own not in refused


@pytest.mark.parametrize("saver", ["on", "off"])
def test_who_saves_data_fetches_nothing_ahead(
    house: str,  # noqa: F811
    phone: Page,
    saver: str,
) -> None:
    page = phone
    # Not where a test ends: an empty page has no storage.
    page.add_init_script(
        f"if (location.host) localStorage.setItem('troupe-saver', '{saver}')"
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{house}/?order=newest")
    films = page.locator(".feed__item troupe-clip").evaluate_all(
        "all => all.slice(0, 2).map(one => one.dataset.video)"
    )
    fetched = [False, False]

    def seen() -> list[bool]:
        return [any(url.endswith(film) for url in asked) for film in films]

    if saver == "off":
        wait_until(page, lambda: seen() == [True, True], 20, "this one and the next")
        return
    page.locator(".feed__item[data-active] [data-play]").wait_for()
    # What is fetched ahead is asked for at once; other requests come later than that.
    page.wait_for_load_state("networkidle")
    assert seen() == fetched, "nothing before it is asked for"
    page.locator(".feed__item[data-active] [data-play]").click()
    plays_alone(page, active(page))
    page.wait_for_load_state("networkidle")
    assert seen() == [True, False], "the one that was asked for, and nothing ahead"
