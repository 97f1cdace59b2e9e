"""On a phone: open a character, talk, hear the answer, choose another, mend a memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP
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


def test_two_people_share_a_chat(
    open_page: Callable[..., Page],
    phone: Page,
    troupe: Troupe,
    faults: Callable[[Page], list[str]],
    look: Callable[[Page, str], Path],
) -> None:
    page = open_page(viewport=DESKTOP)
    join(phone, troupe, "harriet")
    phone.goto(f"{troupe.url}/cast/")
    phone.click("a.poster >> nth=0")
    phone.click("[aria-label^='Talk to']")
    greeting = phone.locator("[data-message] .msg__bubble p").first.inner_text()
    phone.wait_for_load_state()  # the button opens nothing before its script is there
    phone.click("[aria-label='About this chat']")
    phone.get_by_role("button", name="Who is here").click()
    sheet = phone.locator("#people")
    sheet.get_by_text("Make a link").click()
    link = sheet.locator("[data-link]")
    expect(link).to_be_visible()
    url = link.input_value()
    look(phone, "chat-people-phone")
    assert faults(phone) == []
    sheet.locator("[aria-label='Close']").click()

    join(page, troupe, "gwendolyn")
    page.goto(url)
    expect(page.get_by_text("nothing of before")).to_be_visible()
    look(page, "chat-invited-desktop")
    assert faults(page) == []
    page.get_by_role("button", name="Come in").click()
    expect(page.locator("troupe-chat[data-live=open]")).to_be_visible()
    expect(page.locator("[data-message]")).to_have_count(0)
    expect(phone.locator(".topbar h1")).to_contain_text("gwendolyn")

    page.fill("#say", "Good evening, everybody.")
    page.click("[aria-label='Send']")
    theirs = phone.locator("[data-message]", has_text="Good evening, everybody.")
    expect(theirs).to_be_visible(timeout=ANSWER)
    expect(theirs.locator(".msg__by")).to_contain_text("gwendolyn")
    reply = page.locator("[data-message]:not(.msg--me)")
    expect(reply).to_have_count(1, timeout=ANSWER)
    said = reply.locator(".msg__bubble p").inner_text()
    expect(phone.locator("[data-message]", has_text=said)).to_be_visible()
    phone.fill("#say", "It is late already.")
    phone.click("[aria-label='Send']")
    expect(page.locator("[data-message]", has_text="It is late")).to_be_visible(
        timeout=ANSWER
    )
    expect(page.locator("[data-message]:not(.msg--me)")).to_have_count(
        3, timeout=ANSWER
    )
    assert greeting not in page.locator(".chat").inner_text()
    look(phone, "chat-shared-phone")
    look(page, "chat-shared-desktop")
    assert faults(phone) == []
    assert faults(page) == []

    phone.click("[aria-label='About this chat']")
    phone.get_by_role("button", name="Who is here").click()
    phone.get_by_role("button", name="Send gwendolyn away").click()
    phone.locator("dialog:last-of-type button[value=yes]").click()
    page.wait_for_url(f"{troupe.url}/chats/")
    expect(page.locator(".chats__row")).to_have_count(0)


def test_lines_of_a_chat_are_shown_in_the_feed(
    phone: Page,
    page: Page,
    troupe: Troupe,
    faults: Callable[[Page], list[str]],
    look: Callable[[Page, str], Path],
) -> None:
    join(phone, troupe, "teller")
    phone.goto(f"{troupe.url}/cast/")
    name = phone.locator("a.poster .poster__title").first.inner_text()
    phone.click("a.poster >> nth=0")
    phone.click("[aria-label^='Talk to']")
    line = phone.locator("[data-message]").first
    said = line.locator(".msg__bubble p").first.inner_text()
    phone.fill("#say", "Tell me about it.")
    phone.click("[aria-label='Send']")
    expect(phone.locator("[data-message]")).to_have_count(3, timeout=ANSWER)
    line.locator("[aria-label='More']").click()
    line.get_by_text("Show it in the feed").click()
    preview = phone.locator("[data-draft]")
    expect(preview).to_contain_text(said)
    expect(preview).to_contain_text("@teller")
    phone.select_option("#me", "0")
    phone.get_by_role("button", name="Show me").click()
    expect(preview).not_to_contain_text("@teller")
    phone.select_option("#me", "1")
    phone.select_option("#lines", "3")
    phone.get_by_role("button", name="Show me").click()
    expect(preview.locator(".said__line")).to_have_count(3)
    shown = preview.locator(".said__bubble p").all_inner_texts()
    look(phone, "snippet-preview-phone")
    assert faults(phone) == []
    phone.fill("#caption", "A short talk")
    phone.get_by_role("button", name="Publish", exact=True).click()
    phone.wait_for_url(re.compile("/p/"))
    look(phone, "snippet-post-phone")
    assert faults(phone) == []
    post = phone.url

    for window, view in ((phone, "phone"), (page, "desktop")):
        window.goto(troupe.url)
        first = window.locator("article").first
        expect(first.get_by_role("heading")).to_have_text(f"A chat with {name}")
        assert first.locator(".said__bubble p").all_inner_texts() == shown
        expect(first).to_have_attribute("data-active", "")
        look(window, f"snippet-feed-{view}")
        assert faults(window) == []
    page.focus("article >> nth=0")
    page.keyboard.press("PageDown")
    expect(page.locator("article >> nth=1")).to_be_focused()
    expect(
        page.locator("article >> nth=1 >> troupe-clip[data-playing]")
    ).to_be_visible()
    page.keyboard.press("PageUp")
    expect(page.locator("article >> nth=0")).to_be_focused()
    page.wait_for_timeout(2500)
    page.goto("about:blank")
    phone.goto(post)
    expect(phone.get_by_text(re.compile("[1-9] views?"))).to_be_visible()
    phone.get_by_role("button", name="Remove the post").click()
    phone.goto(troupe.url)
    expect(phone.locator("article").first.locator("video")).to_be_attached()
