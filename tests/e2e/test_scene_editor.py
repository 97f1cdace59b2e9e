"""A creator writes a scene: stopped by a dead end, led to it, fixed, published."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.test_pages import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Locator, Page

    from tests.e2e.conftest import Troupe

    Open = Callable[..., Page]
    Faults = Callable[[Page], list[str]]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def author(troupe: Troupe, browser: Browser) -> Any:
    """Somebody who has joined: what their browser remembers."""
    context = browser.new_context()
    join(context.new_page(), troupe, "scene.author")
    known = context.storage_state()
    context.close()
    return known


@pytest.fixture
def desk(troupe: Troupe, open_page: Open, author: Any) -> Page:
    """A scene of one's own, begun with nothing, in the editor."""
    page = open_page(**DESKTOP, storage_state=author)
    page.goto(f"{troupe.url}/scenes/new/")
    page.fill("[name=title]", "The Map Thief")
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_url(re.compile(r"/sc/[a-z0-9]+/edit/"))
    ready(page)
    return page


def ready(page: Page) -> None:
    page.wait_for_selector("troupe-scene-editor[data-ready]")


def saved(page: Page) -> None:
    """What was typed is on the server."""
    page.keyboard.press("Control+s")
    expect(page.locator("troupe-scene-editor")).to_have_attribute(
        "data-status", "saved"
    )


def node(page: Page, title: str) -> Locator:
    return page.locator(f'g[data-node][aria-label^="{title}"]')


def draft(page: Page) -> dict[str, Any]:
    """As the server has it."""
    house, rest = page.url.split("/sc/")
    key = rest.split("/")[0]
    told = page.request.get(f"{house}/api/v1/scenes/{key}/draft/").json()
    found: dict[str, Any] = json.loads(told["document"])
    return found


def add_node(page: Page, title: str, lines: str) -> None:
    page.click("[data-do=add]")
    page.click("summary:has-text('Name and place')")
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Lines").fill(lines)
    expect(node(page, title)).to_be_visible()


def test_a_dead_end_keeps_a_scene_from_being_published_until_it_is_mended(
    desk: Page, faults: Faults, look: Callable[[Page, str], Any]
) -> None:
    add_node(desk, "The cellar", "It is dark here.")
    red = node(desk, "The cellar No way out of here")
    expect(red).to_be_visible()
    stops = desk.locator("#stops")
    expect(stops).to_contain_text("The cellar is a dead end")
    look(desk, "scene-editor-stopped")
    assert faults(desk) == []

    desk.click("[data-do=publish]")
    go = desk.locator("dialog").get_by_role("button", name="Publish version 1")
    expect(go).to_be_disabled()
    assert faults(desk) == []
    # The dialog leads to the node as the panel does.
    desk.locator("dialog").get_by_role("link", name="The cellar").click()
    expect(desk.locator(".ed-node h2")).to_have_text("The cellar")

    desk.get_by_label("This is an ending").check()
    desk.get_by_label("How it ends").fill("In the dark")
    expect(stops).to_have_count(0)
    # Something leads there: a link is drawn from the edge of a node to it.
    start = desk.locator("g.g-one:has(.g-start)")
    start.hover()
    port = start.locator(".g-port").bounding_box()
    goal = node(desk, "The cellar").locator("rect").bounding_box()
    assert port
    assert goal
    desk.mouse.move(port["x"] + 7, port["y"] + 7)
    desk.mouse.down()
    desk.mouse.move(goal["x"] + 20, goal["y"] + 20, steps=4)
    desk.mouse.up()
    expect(desk.locator(".ed-edge summary").last).to_contain_text("to The cellar")
    saved(desk)
    states = draft(desk)["states"]
    # Its id came from its title once another node was edited.
    assert states["the_cellar"]["type"] == "final"
    assert states["the_cellar"]["ending"] == {"title": "In the dark"}
    assert states["start"]["choices"][-1]["target"] == "the_cellar"

    desk.click("[data-do=publish]")
    expect(go).to_be_enabled()
    desk.get_by_label("What changed").fill("The first one")
    go.click()
    expect(desk.locator(".toast")).to_contain_text("Version 1")
    expect(desk.locator("[data-do=publish]")).to_contain_text("Publish version 2")

    desk.get_by_label("Lines").fill("HOST: It begins otherwise.")
    saved(desk)
    desk.click("[data-do=publish]")
    desk.locator("dialog").get_by_role("button", name="Publish version 2").click()
    expect(desk.locator("[data-do=publish]")).to_contain_text("Publish version 3")
    desk.click("[data-view-button=settings]")
    expect(desk.locator("[data-piece=settings]")).to_contain_text("The first one")
    assert faults(desk) == []


def test_what_does_not_read_is_told_and_not_lost(desk: Page) -> None:
    desk.locator("g.g-one:has(.g-start)").click()
    lines = desk.get_by_label("Lines")
    before = lines.input_value()
    lines.fill(f"{before}\nTRISTLE: Who is there?")
    expect(desk.locator("#stops")).to_contain_text("do not read yet")
    desk.click("text=Add the role TRISTLE")
    expect(desk.locator("#stops")).to_have_count(0)
    saved(desk)
    scene = draft(desk)
    assert scene["roles"]["tristle"] == {"label": "Tristle"}
    assert scene["states"][scene["initial"]]["beats"][-1] == {
        "type": "line",
        "role": "tristle",
        "text": "Who is there?",
    }


def test_a_sound_is_chosen_from_those_of_the_house(desk: Page, faults: Faults) -> None:
    desk.locator("g.g-one:has(.g-start)").click()
    desk.get_by_text("Insert", exact=True).click()
    desk.get_by_role("button", name="Sound").click()
    sheet = desk.get_by_role("dialog", name="Sound")
    expect(sheet.get_by_role("button", name="Hear Rain")).to_be_visible()
    assert faults(desk) == []
    sheet.get_by_role("button", name="Rain", exact=True).click()
    lines = desk.get_by_role("textbox", name="Lines")
    expect(lines).to_have_value(re.compile("@sound rain volume"))
    saved(desk)
    beats = next(iter(draft(desk)["states"].values()))["beats"]
    assert {"type": "sound", "sound": "rain", "volume": 0.5} in beats
    expect(desk.locator("#stops")).to_have_count(0)


def test_undo_takes_back_what_the_keyboard_deleted(desk: Page) -> None:
    start = desk.locator("g.g-one:has(.g-start)")
    expect(start).to_be_visible()
    count = desk.locator("g.g-one").count()
    start.focus()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("g.g-one:focus")).to_have_count(1)
    assert desk.locator("g.g-one:focus .g-start").count() == 0
    desk.keyboard.press("Delete")
    expect(desk.locator("g.g-one")).to_have_count(count - 1)
    desk.click("[data-do=undo]")
    expect(desk.locator("g.g-one")).to_have_count(count)
    desk.click("[data-do=redo]")
    expect(desk.locator("g.g-one")).to_have_count(count - 1)


def test_two_windows_lose_nothing_of_each_other(
    desk: Page, open_page: Open, author: Any, expected_errors: list[str]
) -> None:
    expected_errors.append("409")
    other = open_page(**DESKTOP, storage_state=author)
    other.goto(desk.url)
    ready(other)
    add_node(desk, "Mine", "A bell.")
    saved(desk)
    add_node(other, "Theirs", "A drum.")
    other.keyboard.press("Control+s")
    expect(other.locator("troupe-scene-editor")).to_have_attribute(
        "data-status", "conflict"
    )
    other.click("text=Look at both")
    # Both called their node new_node: nothing is put together by itself.
    other.click("text=Go on with mine")
    saved(other)
    titles = {state.get("title") for state in draft(other)["states"].values()}
    assert "Theirs" in titles


def test_a_trial_begins_anywhere_with_any_values(desk: Page, faults: Faults) -> None:
    desk.click("[data-view-button=values]")
    desk.click("text=Add a variable")
    desk.get_by_label("Id").first.fill("trust")
    desk.get_by_label("Id").first.press("Tab")
    desk.click("[data-view-button=graph]")
    add_node(desk, "Late", "Trust is {trust}.")
    desk.click("[data-do=play]")
    trial = desk.locator("dialog")
    expect(trial).to_contain_text("Trust is 0.")
    trial.locator("summary").click()
    trial.get_by_label("trust").fill("3")
    trial.get_by_label("trust").press("Tab")
    expect(trial).to_contain_text("Trust is 3.")
    expect(trial).to_contain_text("Stuck")
    assert faults(desk) == []


def test_a_phone_shows_the_nodes_and_then_one_of_them(
    desk: Page,
    open_page: Open,
    author: Any,
    faults: Faults,
    look: Callable[[Page, str], Any],
) -> None:
    phone = open_page(**PHONE, storage_state=author)
    phone.goto(desk.url)
    ready(phone)
    rows = phone.locator(".ed-row")
    expect(rows.first).to_be_visible()
    look(phone, "scene-editor-phone-nodes")
    assert faults(phone) == []
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    rows.first.tap()
    lines = phone.get_by_label("Lines")
    expect(lines).to_be_in_viewport()
    expect(rows.first).to_be_hidden()
    lines.fill("A line from a tram.")
    look(phone, "scene-editor-phone-node")
    assert faults(phone) == []
    phone.get_by_role("button", name="Back to the nodes").tap()
    expect(rows.first).to_be_visible()
    saved(phone)
    scene = draft(phone)
    told = scene["states"][scene["initial"]]["beats"]
    assert told == [{"type": "narration", "text": "A line from a tram."}]


def test_the_page_where_scenes_begin_has_the_six_of_the_house(
    troupe: Troupe, open_page: Open, author: Any, faults: Faults
) -> None:
    for options in (DESKTOP, PHONE):
        page = open_page(**options, storage_state=author)
        page.goto(f"{troupe.url}/scenes/new/")
        expect(page.locator("[data-template]")).to_have_count(6)
        assert faults(page) == []
    page.click("[data-template=table_nine]")
    page.wait_for_url(re.compile(r"/sc/[a-z0-9]+/edit/"))
    ready(page)
    expect(page.locator("h1")).to_have_text("Table Nine")
    expect(page.locator("#stops")).to_have_count(0)
