"""Somebody remembers a line: they type it, and the clip begins where it is said."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]
    Fetch = Callable[..., tuple[int, bytes]]

READY_SECONDS = 240.0
"""For a starter post to be rendered and found, on a busy machine."""


def found(fetch: Fetch, query: str) -> list[dict[str, Any]]:
    status, body = fetch(f"/api/v1/search/?{query}")
    assert status == 200, body
    results: list[dict[str, Any]] = json.loads(body)["results"]
    return results


@pytest.fixture(scope="module")
def line(troupe: Troupe, fetch: Fetch) -> dict[str, Any]:
    """A spoken word that does not stand at the beginning of its clip."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        for one in found(fetch, "q=the&kind=said"):
            if one["at"] and one["at"] > 1.0:
                return one
        time.sleep(2)
    raise AssertionError("No starter post says anything that is found")


def test_a_line_is_typed_and_the_clip_begins_at_its_second(
    troupe: Troupe, phone: Page, look: Look, faults: Faults, line: dict[str, Any]
) -> None:
    page = phone
    page.goto(f"{troupe.url}/explore/")
    expect(page.locator(".tabbar [aria-current=page]")).to_have_text("Explore")
    expect(page.locator("main h2").first).to_be_visible()
    look(page, "search-1-explore")
    assert faults(page) == []

    # What may be meant stands below while it is typed, for eyes, keys and ears.
    box = page.get_by_role("combobox", name=re.compile("Search"))
    box.click()
    box.press_sequentially("thea", delay=30)
    option = page.get_by_role("option").first
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    look(page, "search-2-suggestions")
    assert faults(page) == []
    box.press("Escape")
    expect(option).to_be_hidden()

    # The end of the line, as it is said.
    pieces = line["said"]["pieces"]
    first = next(number for number, one in enumerate(pieces) if one["hit"])
    said = "".join(one["text"] for one in pieces[first:])
    phrase = " ".join(said.strip("… ").split()[:4])
    box.fill(f'"{phrase}"')
    box.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q="))
    row = page.locator(".hit-row").first
    expect(row.locator("mark.hit")).to_have_text(phrase)
    look(page, "search-3-said")
    assert faults(page) == []
    row.get_by_role("link", name=re.compile("from")).click()
    page.wait_for_url(re.compile(r"/p/\w+/\?t="))
    at = float(page.url.partition("t=")[2])
    assert at > 1.0
    video = page.locator("troupe-clip video")
    expect(video).to_have_js_property("paused", False)
    until = time.monotonic() + 20
    while not video.evaluate("v => v.played.length"):
        assert time.monotonic() < until, "it does not play"
        page.wait_for_timeout(50)
    begun, now = video.evaluate("v => [v.played.start(0), v.currentTime]")
    assert begun == pytest.approx(at, abs=0.2)
    assert now >= begun
    look(page, "search-4-clip")
    assert faults(page) == []

    # What was looked for is kept on this device alone, and can be forgotten.
    page.goto(f"{troupe.url}/explore/")
    page.get_by_role("combobox").click()
    expect(page.get_by_role("option").first).to_contain_text(phrase[:12])
    page.get_by_role("button", name="Forget these").click()
    expect(page.get_by_role("option")).to_have_count(0)
    assert page.evaluate("localStorage.getItem('troupe-searches')") is None


def test_what_is_nowhere_has_ways_out_and_a_slip_is_mended(
    troupe: Troupe, page: Page, look: Look, faults: Faults, line: dict[str, Any]
) -> None:
    page.goto(f"{troupe.url}/search/?q=xyzzyplugh&kind=scene")
    expect(page.get_by_role("heading", name="Nothing has that")).to_be_visible()
    look(page, "search-5-nothing")
    assert faults(page) == []
    page.get_by_role("link", name="Look at everything").click()
    page.wait_for_url(re.compile(r"\?q=xyzzyplugh$"))

    until = time.monotonic() + 60
    while True:
        page.goto(f"{troupe.url}/search/?q=lighthuose")
        if page.locator("[data-mended]").count() or time.monotonic() > until:
            break
        page.wait_for_timeout(1000)
    expect(page.locator("[data-mended]")).to_contain_text("lighthouse")
    expect(page.locator("main section").first).to_be_visible()
    look(page, "search-6-mended")
    assert faults(page) == []
