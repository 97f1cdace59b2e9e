"""Two people and one clip: asked, approved, made, shown, and taken back."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]
    Open = Callable[..., Page]

STAGE = Path(__file__).with_name("stage_remix.py")
WORDS = "A card would have been nice."
RENDER_SECONDS = 180


@pytest.fixture(scope="module")
def post(troupe: Troupe) -> str:
    """The key of Harrow's post."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell"],
        cwd=ROOT,
        env=os.environ
        | {
            "DATA_DIR": str(troupe.data),
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
        },
        input=STAGE.read_text(encoding="utf-8"),
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"post (\w+)", done.stdout)
    assert found, done.stdout
    return found[1]


@pytest.fixture
def expected_errors() -> list[str]:
    # The page of a remix that is off the stage.
    return [r"status of 404"]


def signed_in(troupe: Troupe, page: Page, handle: str) -> Page:
    page.goto(f"{troupe.url}/accounts/login/?next=/rules/")
    page.fill("input[name=login]", handle)
    page.fill("input[name=password]", "correct horse battery")
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/rules/")
    return page


def test_a_remix_is_asked_for_made_and_taken_back(
    troupe: Troupe, post: str, open_page: Open, look: Look, faults: Faults
) -> None:
    phone = {
        "viewport": PHONE,
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    }
    asker = signed_in(troupe, open_page(**phone), "nightbus")
    owner = signed_in(troupe, open_page(viewport=DESKTOP), "harrow")

    # The account asks first: the button says so, and the form whom.
    asker.goto(f"{troupe.url}/p/{post}/")
    asker.get_by_role("link", name=re.compile("Ask to remix Storm warning")).click()
    asker.get_by_role("link", name=re.compile("A reply")).click()
    expect(asker.get_by_text("Needed: the consent of @harrow")).to_be_visible()
    asker.get_by_label("Words").fill(WORDS)
    asker.get_by_label("Title").fill("A card, at last")
    look(asker, "remix-1-form")
    assert faults(asker) == []
    asker.get_by_role("button", name="Ask to remix").click()
    asker.wait_for_url("**/remixes/?tab=mine")

    # The owner reads exactly these words, and says yes.
    owner.goto(f"{troupe.url}/remixes/")
    expect(owner.get_by_text(WORDS)).to_be_visible()
    look(owner, "remix-2-asked")
    assert faults(owner) == []
    owner.get_by_label(re.compile("A word to them")).fill("Gladly.")
    owner.get_by_role("button", name="Approve").click()
    expect(owner.get_by_text("Nobody asks")).to_be_visible()

    # Made once, and published by itself; the chain leads back.
    asker.reload()
    expect(asker.get_by_text("Gladly.")).to_be_visible()
    asker.get_by_role("button", name="Make it").click()
    shown = asker.get_by_role("link", name="See the post")
    until = time.monotonic() + RENDER_SECONDS
    while not shown.count():
        assert time.monotonic() < until, "it was not made and published"
        asker.wait_for_timeout(1500)
        asker.reload()
    shown.click()
    expect(asker.get_by_role("link", name="Remix of @harrow")).to_be_visible()
    tree = asker.locator("#tree")
    expect(tree.get_by_role("link", name="Storm warning")).to_be_visible()
    child = asker.url
    tree.scroll_into_view_if_needed()
    look(asker, "remix-3-tree")
    assert faults(asker) == []

    # Off: nothing new is made of it, and the one that is goes off the stage.
    owner.goto(f"{troupe.url}/p/{post}/")
    form = owner.locator("#remixing")
    form.get_by_label("Off").check()
    form.get_by_role("button", name="Save").click()
    owner.wait_for_url("**/remixes/?tab=made&of=*")
    card = owner.get_by_role("article").filter(has_text="A card, at last")
    card.get_by_role("button", name="Take it off the stage").click()
    expect(card.get_by_role("button", name="Take it off the stage")).to_have_attribute(
        "aria-pressed", "true"
    )
    look(owner, "remix-4-made")
    assert faults(owner) == []

    asker.goto(f"{troupe.url}/p/{post}/remix/")
    expect(asker.get_by_text("@harrow does not want this clip remixed")).to_be_visible()
    asker.goto(child)
    expect(asker.get_by_text("does not want its remixes on stage")).to_be_visible()
    answer = owner.goto(child)
    assert answer is not None
    assert answer.status == 404
