"""How a clip was made, and how rendering goes, on a phone and for Prometheus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.test_desk import shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

STAGE = Path(__file__).with_name("stage_trace.py")
PLOTS = "/admin/avatarfx/renderhour/"


def test_the_timeline_and_the_plots_fit_a_phone(
    troupe: Troupe,
    phone: Page,
    look: Look,
    faults: Faults,
    fetch: Callable[..., tuple[int, bytes]],
) -> None:
    said = shell(troupe, STAGE.read_text(encoding="utf-8"))
    key = said.rpartition("trace ")[2].strip()
    phone.goto(f"{troupe.url}/accounts/login/?next=/clips/{key}/trace/")
    phone.fill("input[name=login]", "operator@example.org")
    phone.fill("input[name=password]", "correct horse battery")
    phone.press("input[name=password]", "Enter")
    phone.wait_for_url(f"**/clips/{key}/trace/")
    assert phone.locator("svg.timeline:visible").count() == 1
    assert phone.locator("svg.timeline:visible .t-bar--fell").count() == 1
    assert "Quiet, please" not in phone.locator("main").inner_text()
    look(phone, "trace-phone")
    assert faults(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.goto(troupe.url + PLOTS)
    phone.wait_for_selector(".rendering")
    look(phone, "rendering-phone")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert [fault for fault in faults(phone) if ".rendering" in fault] == []
    status, told = fetch("/metrics")
    assert status == 200
    names = {one.name for one in text_string_to_metric_families(told.decode())}
    assert {"troupe_render_queue_depth", "troupe_render_stage_seconds"} <= names
    assert "troupe_jobs_workers" in names
