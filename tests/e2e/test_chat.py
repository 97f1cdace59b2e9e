"""On a phone: open a character, talk, hear the answer, choose another, mend a memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.test_pages import join

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

ANSWER = 30_000
"""Milliseconds for an authored answer, its first use of the encoder included."""


def test_a_conversation_on_a_phone(
    phone: Page,
    troupe: Troupe,
    faults: Callable[[Page], list[str]],
    look: Callable[[Page, str], Path],
    expected_errors: list[str],
) -> None:
    expected_errors.append("422")
    join(phone, troupe, "talker")
    phone.goto(f"{troupe.url}/cast/")
    phone.click("a.poster >> nth=0")
    phone.click("[aria-label^='Talk to']")
    expect(phone.locator(".topbar .badge--ai")).to_be_visible()
    expect(phone.get_by_text("All of this is made up")).to_be_visible()
    expect(phone.locator("troupe-stage")).to_have_attribute("data-drawn", "webgl")
    greeting = phone.locator(".msg").first
    expect(greeting).to_be_visible()
    assert faults(phone) == []

    phone.fill("#say", "My name is Wren. Good evening to you.")
    phone.click("[aria-label='Send']")
    expect(phone.locator(".msg--me")).to_contain_text("My name is Wren")
    reply = phone.locator("[data-message]:not(.msg--me)").nth(1)
    expect(reply).to_be_visible(timeout=ANSWER)
    stage = phone.locator("troupe-stage")
    expect(stage).to_have_attribute("data-state", "playing", timeout=ANSWER)
    expect(phone.locator("[data-surtitle]")).to_be_visible()
    look(phone, "chat-phone")
    expect(stage).not_to_have_attribute("data-state", "playing", timeout=ANSWER)

    reply.locator("[aria-label='Another reply']").click()
    expect(phone.get_by_text("2 of 2")).to_be_visible(timeout=ANSWER)
    phone.click("[aria-label='Previous reply']")
    expect(phone.get_by_text("1 of 2")).to_be_visible()
    assert faults(phone) == []

    phone.click("[aria-label='What is remembered']")
    memory = phone.locator("#memory-sheet")
    fact = memory.locator("input[name=text]").first
    expect(fact).to_have_value("Your name is Wren")
    look(phone, "chat-memory-phone")
    fact.fill("Your name is Robin")
    memory.locator("[aria-label^='Save']").click()
    expect(memory.get_by_text("then changed it")).to_be_visible()
    memory.locator("[aria-label^='Forget']").click()
    expect(memory.get_by_text("Nothing yet")).to_be_visible()
    assert faults(phone) == []
    memory.locator("[aria-label='Close']").click()

    phone.fill("#say", "I want to kill myself.")
    phone.click("[aria-label='Send']")
    care = phone.locator("[data-care]")
    expect(care).to_be_visible(timeout=ANSWER)
    expect(care).to_contain_text("988")
    expect(phone.locator(".msg--me")).to_have_count(1)
    look(phone, "chat-care-phone")
    assert faults(phone) == []

    phone.reload()
    expect(phone.locator(".msg--me")).to_contain_text("My name is Wren")
    phone.goto(f"{troupe.url}/chats/")
    expect(phone.locator(".chats__row")).to_have_count(1)
    look(phone, "chats-phone")
    assert faults(phone) == []


def test_a_line_goes_to_the_studio_as_it_was_shown(
    page: Page, troupe: Troupe, look: Callable[[Page, str], Path]
) -> None:
    join(page, troupe, "clipper")
    page.goto(f"{troupe.url}/cast/")
    page.click("a.poster >> nth=0")
    page.click("[aria-label^='Talk to']")
    line = page.locator("[data-message]").first
    said = line.locator(".msg__bubble p").first.inner_text()
    look(page, "chat-desktop")
    line.locator("[aria-label='More']").click()
    page.get_by_text("Make a clip of this").click()
    expect(page.locator("[data-script]")).to_have_text(said)
    look(page, "chat-clip-desktop")
    page.get_by_text("Open the studio").click()
    page.wait_for_url(re.compile("/studio/"))
    expect(page.locator("#script")).to_have_value(said)
    assert "script=" not in page.url
