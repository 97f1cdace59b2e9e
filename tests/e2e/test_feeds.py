"""Somebody builds a feed on a phone, looks at what fits, and watches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
