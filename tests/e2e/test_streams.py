"""A show from its plan to its end: a host, a guest and a stranger in three windows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.test_pages import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.e2e.conftest import Troupe

    Open = Callable[..., Page]
    Faults = Callable[[Page], list[str]]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}


def on_air(page: Page, troupe: Troupe, title: str) -> str:
    """Planned with the form, and begun; its address."""
    page.goto(f"{troupe.url}/live/new/")
    for place in (0, 1):
        page.locator("[name=cast]").nth(place).check(force=True)
    page.fill("[name=title]", title)
    page.fill("[name=topics]", "Whether fog is a coward\nAdvice for small lamps")
    page.click("[data-go]")
    page.wait_for_url(re.compile(r"/s/[a-z0-9]+/"))
    expect(page.locator(".badge--live")).to_be_visible()
    return page.url


@pytest.fixture(scope="module")
def people(troupe: Troupe, browser: Browser) -> dict[str, Any]:
    """A host and a guest who have joined: what their browsers remember."""
    known = {}
    for handle in ("stage.host", "stage.guest"):
        context = browser.new_context()
        join(context.new_page(), troupe, handle)
        known[handle] = context.storage_state()
        context.close()
    return known


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """Three stages on software GL, and whoever draws has to wait for the others."""
    expect.set_options(timeout=25_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def host(troupe: Troupe, open_page: Open, people: dict[str, Any]) -> Iterator[Page]:
    """Whatever is on air after a test is ended, however the test went."""
    page = open_page(**DESKTOP, storage_state=people["stage.host"])
    yield page
    page.goto(f"{troupe.url}/live/")
    secret = page.evaluate("document.body.dataset.csrf")
    for link in page.locator("a.show:has(.badge--live)").all():
        page.request.post(
            f"{troupe.url}{link.get_attribute('href')}desk/",
            form={"do": "end"},
            headers={"X-CSRFToken": secret, "Accept": "application/json"},
        )


def end_show(page: Page) -> None:
    page.click("troupe-desk button:has-text('End the show')")
    page.click("dialog [value=yes]")
    page.wait_for_selector("troupe-show[events]", state="attached")


@pytest.fixture
def windows(
    troupe: Troupe, open_page: Open, host: Page, people: dict[str, Any]
) -> tuple[Page, Page, Page, str]:
    """A host at the desk, a guest on a phone, a stranger, and where they are."""
    guest = open_page(**PHONE, storage_state=people["stage.guest"])
    stranger = open_page(**DESKTOP)
    url = on_air(host, troupe, "Is it rude to shine?")
    for page in (guest, stranger):
        page.goto(url)
        expect(page.locator(".badge--live")).to_be_visible()
    return host, guest, stranger, url


def test_the_audience_writes_votes_and_reacts_and_everybody_sees_it(
    windows: tuple[Page, Page, Page, str],
) -> None:
    host, guest, stranger, _ = windows
    expect(host.locator("[data-viewers]")).to_have_text("3")
    guest.fill("#say", "Lovely hat.")
    guest.press("#say", "Enter")
    for page in windows[:3]:
        expect(page.locator("[data-messages]")).to_contain_text("Lovely hat.")
    expect(guest.locator("[data-wait]")).to_contain_text("write again in")
    guest.click(".vote__row:has-text('Whether fog is a coward')")
    for page in (guest, host, stranger):
        first = page.locator(".vote__row").first
        expect(first).to_contain_text("100 %")
    chosen = guest.locator(".vote__row").first
    expect(chosen).to_have_attribute("aria-pressed", "true")
    stranger.focus("troupe-show")
    stranger.keyboard.press("4")
    clap = guest.locator("troupe-reactions [value=clap]")
    expect(clap).to_have_attribute("aria-label", "Clap, 1")


def test_words_of_somebody_in_danger_bring_the_card_and_stay_in_the_field(
    windows: tuple[Page, Page, Page, str],
) -> None:
    _, guest, stranger, _ = windows
    guest.fill("#say", "I want to kill myself.")
    guest.click("[aria-label=Send]")
    expect(guest.locator("troupe-seats [data-care]")).to_be_visible()
    assert guest.input_value("#say") == "I want to kill myself."
    guest.fill("#say", "I know where you live, and I will kill you.")
    guest.click("[aria-label=Send]")
    expect(guest.locator("troupe-seats [data-refused]")).to_contain_text("rule")
    expect(guest.locator("troupe-seats [data-care]")).to_be_hidden()
    expect(stranger.locator("[data-messages] .seat")).to_have_count(0)


def test_the_desk_pauses_resumes_and_ends_for_everybody(
    windows: tuple[Page, Page, Page, str],
) -> None:
    host, guest, stranger, _ = windows
    host.click("troupe-desk [value=pause]")
    for page in (host, guest, stranger):
        expect(page.locator(".badge--live")).to_be_hidden()
        expect(page.locator(".notice:has-text('A short pause')")).to_be_visible()
    host.click("troupe-desk [value=resume]")
    for page in (host, guest, stranger):
        expect(page.locator(".badge--live")).to_be_visible()
    host.click("troupe-desk summary:has-text('Topics')")
    host.click("troupe-desk .chip:has-text('Advice for small lamps')")
    expect(guest.locator("[data-topic]")).to_have_text("Advice for small lamps")
    expect(guest.locator(".vote__row")).to_have_count(1)
    end_show(host)
    for page in (guest, stranger):
        expect(page.locator("[data-over]")).to_be_visible()
        expect(page.locator("#say")).to_be_hidden()
    guest.click("text=Watch it again")
    expect(guest.locator("[data-replay]")).to_be_visible()


def test_who_watches_is_told_when_the_doors_close(
    windows: tuple[Page, Page, Page, str], expected_errors: list[str]
) -> None:
    expected_errors.append(r"status of 404")
    host, guest, stranger, url = windows
    host.click("troupe-desk summary:has-text('Audience')")
    host.select_option("#desk-who", "private")
    host.click("troupe-desk button:has-text('Save')")
    for page in (guest, stranger):
        expect(page.locator("[data-closed]")).to_contain_text("not open any more")
        expect(page.locator("troupe-show, troupe-seats")).to_be_hidden()
        expect(page.locator(".badge--live")).to_be_hidden()
    expect(host.locator(".badge--live")).to_be_visible()
    answer = guest.goto(url)
    assert answer
    assert answer.status == 404


@pytest.mark.parametrize("colours", ["dark", "light"])
def test_a_stage_has_no_serious_fault_and_fits_a_small_phone(
    windows: tuple[Page, Page, Page, str], faults: Faults, colours: Any
) -> None:
    host, page, _, url = windows
    for window in (host, page):
        window.emulate_media(color_scheme=colours)

    def looked_at(page: Page, url: str) -> None:
        page.goto(url)
        for width in (320, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, f"{url} at {width}: {over} px too wide"
            assert faults(page) == [], f"{url} at {width}"

    looked_at(page, url)
    looked_at(page, url.split("/s/")[0] + "/live/")
    looked_at(host, url)
    end_show(host)
    looked_at(page, url)
