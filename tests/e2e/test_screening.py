"""While a script is written on a phone: marks, the way out, and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.test_pages import join

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe


def test_the_very_words_are_marked_and_a_person_is_asked(
    phone: Page, troupe: Troupe, faults: Callable[[Page], list[str]]
) -> None:
    join(phone, troupe, "marksman")
    phone.goto(f"{troupe.url}/studio/")
    render = phone.locator("[data-render]")
    phone.fill("#script", "[whispers] Good \U0001f319. I know where you live, dear.")
    expect(phone.locator("mark.flag")).to_have_text("I know where you live")
    expect(render).to_have_attribute("aria-disabled", "true")
    said = phone.locator("[data-error-text]")
    expect(said).to_contain_text("rule 4.2")
    expect(said).to_contain_text("Nothing was spent")
    assert faults(phone) == []
    phone.click("[data-goto]")
    chosen = phone.evaluate("() => getSelection().toString()")
    assert chosen == "I know where you live"
    phone.click("[data-ask]")
    expect(phone.locator("[data-asked]")).to_contain_text("A person will look")

    phone.fill("#script", "I want to kill myself.")
    care = phone.locator("[data-care]")
    expect(care).to_be_visible()
    expect(care).to_contain_text("988")
    expect(phone.locator("[data-error]")).to_be_hidden()
    assert faults(phone) == []

    phone.fill("#script", "Good evening, dear listener.")
    expect(care).to_be_hidden()
    expect(render).not_to_have_attribute("aria-disabled", "true")
    assert "5" in phone.locator(".quota").first.inner_text(), "nothing was spent"
