"""The two journeys through scenes: a newcomer plays one to a clip in the feed, and a
save goes on while its author publishes the next version."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.e2e.test_pages import join
from tests.e2e.test_scene_player import Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Open = Callable[..., Page]
    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

RENDERED_SECONDS = 300.0
"""Of patience with a clip of a few seconds, on a machine that may be busy."""

SEND = """async ([method, url, body]) => {
    const answer = await fetch(url, {
        method,
        body: body && JSON.stringify(body),
        headers: {
            "Content-Type": "application/json",
            "X-CSRFToken": document.body.dataset.csrf,
        },
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return await answer.json();
}"""


def send(page: Page, method: str, url: str, body: Any = None) -> Any:
    """To the API, as whoever is signed in on this page."""
    return page.evaluate(SEND, [method, url, body])


def scene_of(page: Page, troupe: Troupe, title: str) -> str:
    """Key of a scene, found on the page where they are listed."""
    page.goto(f"{troupe.url}/scenes/")
    page.get_by_role("link", name=title).first.click()
    page.wait_for_url(re.compile(r"/sc/[a-z0-9]+/"))
    return page.url.split("/sc/")[1].split("/")[0]


def test_a_newcomer_plays_goes_on_rewinds_ends_and_posts(
    page: Page, troupe: Troupe, look: Look, faults: Faults
) -> None:
    join(page, troupe, "scenegoer")
    key = scene_of(page, troupe, "Table Nine")
    assert faults(page) == []
    page.get_by_role("button", name="Play").first.click()
    page.wait_for_url(re.compile(f"/sc/{key}/play/"))
    press = page.keyboard.press
    stage = Stage(page, troupe, key, page.url.partition("/play/")[2])
    stage.status("curtain")
    press("Enter")
    for _ in range(3):
        stage.told(lambda: press("Space"))
        press("1")
        stage.until(lambda: stage["status"] != "waiting", 10)
    stage.told(lambda: press("Space"))
    here = stage["state"]
    expect(page.locator(".scene__saved")).to_have_text(re.compile("Saved"))
    page.close()

    # Another day: the page of scenes leads back to the same place.
    page = page.context.new_page()
    press = page.keyboard.press
    page.goto(f"{troupe.url}/scenes/")
    page.get_by_role("link", name=re.compile("Table Nine")).first.click()
    page.wait_for_url(re.compile(f"/sc/{key}/"))
    stage = Stage(page, troupe, key)
    stage.status("curtain")
    page.get_by_role("button", name="Go on").press("Enter")
    stage.status("waiting")
    assert stage["state"] == here
    press("z")
    stage.until(lambda: stage["state"] != here)
    for _ in range(40):
        if stage.told(lambda: press("Space")) == "ended":
            break
        press("2" if len(stage.offers) > 1 else "1")
        stage.until(lambda: stage["status"] != "waiting", 10)
    assert stage["status"] == "ended"

    # Two taps: what the clip has in it, and Post.
    clip = page.locator("troupe-scene-clip")
    clip.get_by_role("button", name="Make a clip of this ending").click()
    begins = clip.get_by_label("Begins with")
    expect(begins).to_be_visible(timeout=30_000)
    # The last words alone, so that the film is a short one.
    begins.select_option(index=begins.locator("option").count() - 1)
    assert faults(page) == []
    look(page, "scene-clip-form")
    clip.get_by_role("button", name="Post").click()
    expect(clip.locator("[data-done]")).to_be_visible(timeout=60_000)
    until = time.monotonic() + RENDERED_SECONDS
    while not page.locator(".feed__item, .poster").count():
        assert time.monotonic() < until, "the clip did not come"
        page.wait_for_timeout(2000)
        page.goto(f"{troupe.url}/@scenegoer/")
    page.locator("a[href^='/p/']").first.click()
    page.wait_for_url(re.compile(r"/p/[a-z0-9]+/"))
    expect(page.locator("main")).to_contain_text("From the scene")
    scene = page.locator("main").get_by_role("link", name="Table Nine – play it")
    expect(scene).to_be_visible()
    look(page, "scene-clip-post")
    assert faults(page) == []


def test_a_save_goes_on_while_its_author_publishes_the_next_version(
    open_page: Open, troupe: Troupe
) -> None:
    author, player = open_page(), open_page()
    join(author, troupe, "scenewriter")
    made = send(author, "POST", "/api/v1/scenes/", {"template": "table_nine"})
    api = f"/api/v1/scenes/{made['key']}"
    first = send(author, "GET", f"{api}/draft/")
    send(author, "POST", f"{api}/publish/", {"rev": first["rev"], "note": "One"})

    join(player, troupe, "sceneplayer")
    press = player.keyboard.press
    stage = Stage(player, troupe, made["key"])
    stage.status("curtain")
    press("Enter")
    stage.told(lambda: press("Space"))
    press("1")
    stage.until(lambda: stage["state"] != "arrive")
    stage.told(lambda: press("Space"))
    here, offers = stage["state"], stage.offers
    expect(player.locator(".scene__saved")).to_have_text(re.compile("Saved"))

    # A choice above the first one, and other words for those that were there.
    text = first["document"].replace(
        '"choices": [',
        '"choices": [{"id": "leave", "text": "Leave", "target": "swan"},',
        1,
    )
    text = text.replace("Are you bride, groom or upholstery?", "Which side are you on?")
    saved = send(
        author, "PUT", f"{api}/draft/", {"document": text, "rev": first["rev"]}
    )
    sent = send(author, "POST", f"{api}/publish/", {"rev": saved["rev"], "note": "Two"})
    assert sent["number"] == 2

    stage = Stage(player, troupe, made["key"])
    stage.status("curtain")
    assert player.get_by_role(
        "button", name=re.compile("Continue on version 2")
    ).count()
    player.get_by_role("button", name="Go on", exact=True).press("Enter")
    stage.status("waiting")
    assert (stage["state"], stage.offers) == (here, offers), "still version one"
    press("1")
    stage.until(lambda: stage["state"] != here)
    expect(player.locator(".scene__saved")).to_have_text(re.compile("Saved"))
