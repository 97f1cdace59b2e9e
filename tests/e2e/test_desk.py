"""A hundred cases, cleared without a mouse."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

STAGE = Path(__file__).with_name("stage_desk.py")
QUEUE = "/admin/moderation/case/"


def shell(troupe: Troupe, script: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "shell"],
        cwd=ROOT,
        env=os.environ
        | {
            "DATA_DIR": str(troupe.data),
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
        },
        input=script,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


STRIKE = """
from feed.models import Post
print("struck", Post.objects.filter(author__username="flooder").delete()[0] > 0)
"""


@pytest.fixture(scope="module")
def staged(troupe: Troupe) -> Iterator[Troupe]:
    assert "cases 100" in shell(troupe, STAGE.read_text(encoding="utf-8"))
    yield troupe
    # Posts without a film would stand at the top of the feed of every later test.
    assert "struck True" in shell(troupe, STRIKE)


def sign_in(troupe: Troupe, page: Page) -> None:
    page.goto(f"{troupe.url}{QUEUE}")
    page.fill("input[name=login]", "desk.one@example.org")
    page.fill("input[name=password]", "correct horse battery")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**{QUEUE}")


def test_the_desk_fits_a_phone(
    staged: Troupe, phone: Page, look: Look, faults: Faults
) -> None:
    sign_in(staged, phone)
    look(phone, "queue-phone")
    phone.locator("#result_list a[href*='/change/']").first.click()
    phone.wait_for_selector("[data-desk]")
    look(phone, "case-phone")
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert [fault for fault in faults(phone) if ".desk" in fault] == []


def test_pictures_are_shown_by_a_key_and_counted(
    staged: Troupe, page: Page, look: Look
) -> None:
    sign_in(staged, page)
    look(page, "queue")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-desk]")
    while not page.locator(".desk-media img").count():
        page.keyboard.press("j")
        page.wait_for_load_state()
    assert page.locator(".desk-media[data-blurred]").count() == 1
    look(page, "case-blurred")
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("v")
    assert page.locator(".desk-media[data-blurred]").count() == 0
    look(page, "case-shown")
    page.keyboard.press("?")
    assert page.locator("[data-keys]").is_visible()
    page.keyboard.press("Escape")
    page.reload()
    assert "1 unblurred" in page.locator("[aria-labelledby=seen]").inner_text()


def test_a_hundred_cases_are_cleared_by_keyboard(
    staged: Troupe, page: Page, look: Look
) -> None:
    sign_in(staged, page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for number in range(100):
        page.wait_for_selector("[data-decision]")
        with page.expect_navigation():
            if number % 4:
                page.keyboard.press("a")
            else:
                page.keyboard.press("r")
                page.keyboard.press("Enter")
        if number == 50:
            with page.expect_navigation():
                page.keyboard.press("u")
            page.wait_for_selector("[data-decision]")
            with page.expect_navigation():
                page.keyboard.press("a")
    page.wait_for_url(f"**{QUEUE}")
    assert page.get_by_text("The queue is empty").is_visible()
    look(page, "queue-empty")
    told = shell(
        staged,
        "from moderation import log\n"
        "from moderation.models import Case, Decision\n"
        "print('open', Case.objects.open().count())\n"
        "print('stand', Decision.objects.standing().count())\n"
        "print('hard', Decision.objects.standing().filter(measure='demote').count())\n"
        "print('flaw', log.verify())\n",
    )
    for line in ("open 0", "stand 100", "hard 25", "flaw None"):
        assert line in told
