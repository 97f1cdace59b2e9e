"""A scene exported as a page plays from a disk, in a real browser, without a network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scenes import content
from scenes.trade import to_html
from tests.e2e.conftest import PHONE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

SCENE = "the_lending_mountain"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "story.html"
    static = ROOT / "socialapp" / "static"
    path.write_text(to_html(content.scene(SCENE), static), encoding="utf-8")
    return path.as_uri()


def _state(page: Page) -> str:
    return str(page.locator("#scene-page").get_attribute("data-state"))


def test_a_page_on_a_disk_is_played_kept_taken_back_and_ended(
    open_page: Callable[..., Page],
    file: str,
    look: Callable[[Page, str], Path],
    faults: Callable[[Page], list[str]],
) -> None:
    page = open_page(viewport=PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file)
    page.get_by_role("textbox").first.fill("Ada")
    look(page, "standalone-start")
    assert faults(page) == []
    page.get_by_role("button", name="Play").click()
    first = _state(page)
    look(page, "standalone-play")
    assert faults(page) == []
    page.keyboard.press("1")
    second = _state(page)
    assert second != first
    page.get_by_role("button", name="Back one choice").click()
    assert _state(page) == first
    page.keyboard.press("1")
    page.reload()
    page.get_by_role("button", name="Go on where you were").click()
    assert _state(page) == second
    for _ in range(60):
        if page.locator("#scene-page").get_attribute("data-status") != "waiting":
            break
        page.locator(".choices button").last.click()
    assert page.locator("#scene-page").get_attribute("data-status") == "ended"
    look(page, "standalone-end")
    assert faults(page) == []
    assert set(asked) == {file}


def test_the_page_s_policy_stops_what_was_put_into_it(
    open_page: Callable[..., Page],
    file: str,
    tmp_path: Path,
    expected_errors: list[str],
) -> None:
    changed = tmp_path / "changed.html"
    text = (tmp_path / "story.html").read_text("utf-8")
    evil = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    changed.write_text(text.replace("<main", evil + "<main"), encoding="utf-8")
    expected_errors += [
        "Content Security Policy",
        "Refused",
        "Executing inline",
        "Loading",
    ]
    page = open_page()
    page.goto(changed.as_uri())
    page.get_by_role("button", name="Play").click()
    assert page.title() == json.loads(_document(text))["title"]


def _document(text: str) -> Any:
    return (
        text.split('id="scene-document"')[1]
        .split(">", 1)[1]
        .split("</script>", maxsplit=1)[0]
    )
