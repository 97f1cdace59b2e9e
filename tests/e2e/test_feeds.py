"""Somebody builds a feed on a phone, looks at what fits, and watches it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.test_journey import wait_until
from tests.e2e.test_viewer import active, run_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]


def test_a_feed_is_built_previewed_and_watched(
    troupe: Troupe, phone: Page, look: Look, faults: Faults
) -> None:
    page = phone
    page.goto(f"{troupe.url}/accounts/signup/")
    page.fill("input[name=email]", "builder@example.org")
    page.fill("input[name=username]", "builder")
    page.fill("input[name=password1]", "four plain words work")
    days = page.locator("fieldset .dob input")
    for place, value in enumerate(("9", "4", "1990")):
        days.nth(place).fill(value)
    page.click("button[type=submit]:has-text('Create account')")
    page.goto(f"{troupe.url}/feeds/new/")
    page.fill("input[name=name]", "Ghosts and theatres")
    page.fill("input[name=tags]", "#ghost, #theatre")
    page.click("button[name=preview]")
    expect(page.get_by_role("heading", name="What fits now")).to_be_visible()
    expect(page.locator(".poster--clip")).to_have_count(1)
    look(page, "feeds-1-preview")
    assert faults(page) == []
    page.click("button:has-text('Save')")
    expect(page.get_by_role("heading", name="Ghosts and theatres")).to_be_visible()
    look(page, "feeds-2-about")
    assert faults(page) == []
    page.click("main a:has-text('Watch')")
    expect(page.locator(".feed__item")).to_have_count(1)

    # A word of its caption is muted, and the post is in no feed any more.
    page.goto(f"{troupe.url}/tastes/words/")
    page.fill("input[name=words]", "#theatre")
    page.click("button:has-text('Mute')")
    expect(page.get_by_role("button", name="Let in again #theatre")).to_be_visible()
    look(page, "feeds-3-words")
    assert faults(page) == []
    page.goto(f"{troupe.url}/feeds/")
    page.click("text=Ghosts and theatres")
    expect(page.get_by_text("Nothing fits the rules yet")).to_be_visible()
    page.goto(f"{troupe.url}/numbers/")
    look(page, "feeds-4-numbers")
    assert faults(page) == []


STAGE = Path(__file__).with_name("stage_feeds.py")


def staged(troupe: Troupe, **environment: str) -> str:
    code = f"exec(compile(open({str(STAGE)!r}).read(), 'stage', 'exec'), globals())"
    return run_in(troupe, code, **environment).strip().splitlines()[-1]


@pytest.fixture
def hay(troupe: Troupe) -> Iterator[tuple[str, str, str]]:
    """Key of the newest post, who plays in its second seat, and a word of the oldest."""
    told, *found = staged(troupe).split("|")
    assert told == "staged"
    newest, name, word = found
    yield newest, name, word
    assert staged(troupe, CLEAR="1") == "cleared"


def test_an_empty_page_goes_on_and_a_character_is_hidden(
    troupe: Troupe,
    phone: Page,
    look: Look,
    faults: Faults,
    hay: tuple[str, str, str],
) -> None:
    newest, name, word = hay
    page = phone
    page.goto(f"{troupe.url}/accounts/signup/")
    page.fill("input[name=email]", "needle@example.org")
    page.fill("input[name=username]", "needle")
    page.fill("input[name=password1]", "four plain words work")
    days = page.locator("fieldset .dob input")
    for place, value in enumerate(("9", "4", "1990")):
        days.nth(place).fill(value)
    page.click("button[type=submit]:has-text('Create account')")
    page.wait_for_load_state()

    # What fits is older than all that one page looks through: it comes by itself.
    build(page, troupe, "Not hay", words=word)
    page.click("main a:has-text('Watch')")
    expect(page.locator(".feed__item").first).to_be_visible(timeout=30_000)
    expect(page.locator(f".feed__item[data-key='{newest}']")).to_have_count(0)
    wait_until(page, lambda: bool(active(page)), 20, "what came is on screen")

    # Nothing fits at all: it is said, and no skeleton is left standing.
    build(page, troupe, "Nothing", words="zyzzyva")
    expect(page.get_by_text("Nothing fits the rules yet")).to_be_visible()
    path = page.url
    page.goto(f"{path}watch/")
    expect(page.get_by_role("heading", name="Nothing fits", exact=True)).to_be_visible(
        timeout=30_000
    )
    expect(page.locator(".feed__wait")).to_be_hidden()
    look(page, "feeds-5-nothing-fits")
    assert faults(page) == []

    # Hidden from the sheet of a post of theirs: away at once, second seats too.
    page.goto(f"{troupe.url}/?order=newest")
    expect(page.locator(f".feed__item[data-key='{newest}']")).to_have_count(1)
    page.locator(f".feed__item[data-key='{newest}'] a[data-why]").click()
    button = page.get_by_role("button", name=f"Hide {name}")
    button.scroll_into_view_if_needed()
    look(page, "feeds-6-hide")
    assert faults(page) == []
    button.click()
    expect(page.locator(f".feed__item[data-key='{newest}']")).to_have_count(0)
    page.goto(f"{troupe.url}/tastes/")
    expect(page.get_by_role("button", name=f"Show again {name}")).to_be_visible()
    page.goto(f"{troupe.url}/?order=newest")
    expect(page.locator(".feed__item").first).to_be_visible()
    expect(page.locator(f".feed__item[data-key='{newest}']")).to_have_count(0)
    # What was staged is taken away: nobody is looking at it any more by then.
    page.goto(f"{troupe.url}/accounts/logout/")


def build(page: Page, troupe: Troupe, name: str, *, words: str) -> None:
    page.goto(f"{troupe.url}/feeds/new/")
    page.fill("input[name=name]", name)
    page.fill("[name=words]", words)
    page.click("button:has-text('Save')")
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible(
        timeout=30_000
    )
