"""A person makes one text for many: a background of their own, a table, the films."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.test_pages import join

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

TABLE = "name,seat\nAda,4\n,9\nCy,7\n"


def test_a_table_becomes_films_before_a_background_of_ones_own(
    phone: Page,
    troupe: Troupe,
    *,
    expected_errors: list[str],
    faults: Callable[[Page], list[str]],
    look: Callable[[Page, str], Path],
    tmp_path: Path,
) -> None:
    join(phone, troupe, "usher")
    # What is no picture is refused in words, and nothing is kept.
    expected_errors.append("status of 400")
    wrong = tmp_path / "notes.png"
    wrong.write_text("not a picture", encoding="utf-8")
    phone.goto(f"{troupe.url}/studio/backgrounds/")
    phone.locator("input[type=file]").set_input_files(wrong)
    expect(phone.get_by_role("alert")).to_be_visible()
    room = tmp_path / "foyer.png"
    Image.linear_gradient("L").resize((640, 960)).convert("RGB").save(room)
    phone.locator("input[type=file]").set_input_files(room)
    expect(phone.locator(".backdrop img")).to_have_count(1)
    assert faults(phone) == []
    look(phone, "batches-backgrounds")

    phone.goto(f"{troupe.url}/batches/")
    phone.get_by_label("Text").fill("Good evening, {name}. Seat {seat}.")
    table = tmp_path / "guests.csv"
    table.write_text(TABLE, encoding="utf-8")
    phone.get_by_label("Table").set_input_files(table)
    phone.get_by_text("Shape, background, music, motion").click()
    mine = phone.get_by_label("Background").locator("option", has_text="(mine)")
    phone.get_by_label("Background").select_option(mine.get_attribute("value"))
    phone.get_by_label("Motion").select_option("lively")
    assert faults(phone) == []
    phone.get_by_role("button", name="Check the table").click()
    start = phone.get_by_role("button", name=re.compile("all but the bad ones"))
    expect(start).to_be_visible(timeout=60_000)
    expect(phone.get_by_role("cell", name=re.compile("empty"))).to_be_visible()
    look(phone, "batches-checked")
    start.click()
    expect(phone.get_by_text("2 of 3 ready")).to_be_visible(timeout=180_000)
    assert faults(phone) == []
    look(phone, "batches-done")
    with phone.expect_download() as films:
        phone.get_by_role("link", name="All films, in a zip").click()
    with zipfile.ZipFile(io.BytesIO(films.value.path().read_bytes())) as packed:
        assert sum(name.endswith(".mp4") for name in packed.namelist()) == 2
