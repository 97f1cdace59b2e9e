"""Backstage and the API's page in a real browser: their looser policies suffice."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

PASSWORD = "correct horse battery"


def make_boss(troupe: Troupe) -> None:
    """A second administrator: the first one's link is good once, and not for us."""
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", "--noinput"],
        cwd=ROOT,
        env=os.environ
        | {
            "DATA_DIR": str(troupe.data),
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
            "DJANGO_SUPERUSER_EMAIL": "boss@example.org",
            "DJANGO_SUPERUSER_USERNAME": "boss",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        },
        check=True,
    )


def test_every_page_backstage_opens_cleanly(troupe: Troupe, page: Page) -> None:
    make_boss(troupe)
    page.goto(f"{troupe.url}/admin/")
    page.fill("input[name=login]", "boss@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{troupe.url}/admin/")
    links = page.locator("#nav-sidebar-apps a, nav a, aside a").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    lists = sorted({href for href in links if href and href.count("/") == 4})
    assert len(lists) >= 12
    for href in lists:
        page.goto(troupe.url + href, wait_until="networkidle")
        first = page.locator("#result_list tbody a").first
        if first.count():
            page.goto(
                troupe.url + (first.get_attribute("href") or ""),
                wait_until="networkidle",
            )
            assert "/change/" in page.url


def test_the_page_of_the_api_is_drawn(troupe: Troupe, page: Page) -> None:
    page.goto(f"{troupe.url}/api/v1/docs/")
    page.wait_for_selector(".opblock")
    # Of a long list it draws what is looked at.
    seen: set[str] = set()
    for _ in range(80):
        seen.update(page.locator(".opblock-summary-path").all_inner_texts())
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(50)
    assert len(seen) > 100
