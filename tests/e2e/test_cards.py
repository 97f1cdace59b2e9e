"""A card comes in on a phone, is read before anybody else sees it, and goes out again."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import resvg_py
from PIL import Image
from playwright.sync_api import expect

from socialapp.content import library
from socialapp.lib import cards
from socialapp.lib.cards import png
from socialapp.lib.cards.tests import made
from tests.e2e.test_pages import join

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

SLOWEST = 120_000
"""Milliseconds for an import: every detector and rigger starts for the first time."""


@pytest.fixture
def expected_errors() -> list[str]:
    return ["422"]


def portrait(name: str) -> bytes:
    """One of the cast as a picture."""
    drawing = resvg_py.svg_to_bytes(svg_string=library.drawing(name)[0], width=600)
    out = io.BytesIO()
    with Image.open(io.BytesIO(bytes(drawing))) as seen:
        house = Image.new("RGB", seen.size, (60, 50, 80))
        house.paste(seen, mask=seen.getchannel("A"))
        house.save(out, "PNG")
    return out.getvalue()


def test_a_card_comes_in_on_a_phone_and_its_extensions_go_out_identical(
    troupe: Troupe, phone: Page, tmp_path: Path, look: Look, faults: Faults
) -> None:
    file, other = tmp_path / "mira.png", tmp_path / "picture.png"
    file.write_bytes(made.in_png({"chara": made.V2}, base=portrait("imani")))
    other.write_bytes(portrait("kiko"))
    join(phone, troupe, "cardbringer")
    phone.goto(f"{troupe.url}/create/character/")
    phone.click("text=Or bring a card")
    phone.set_input_files("[name=card]", other)
    expect(phone.locator("#card-error")).to_contain_text("no character card inside")
    phone.set_input_files("[name=card]", file)
    expect(phone.locator("[data-card-form] [data-busy]")).to_be_visible()
    phone.wait_for_url(re.compile(r"/c/\w+/card/$"), timeout=SLOWEST)
    expect(phone.locator("main")).to_contain_text("Only you see Mira")
    expect(phone.locator("main")).to_contain_text("The lorebook; entries: 2.")
    assert faults(phone) == []
    look(phone, "card-phone")
    with phone.expect_download() as download:
        phone.check("[name=confirm]")
        phone.click("text=Download")
    came_out = Path(download.value.path()).read_bytes()
    assert b"caBX" in [kind for kind, _ in png.chunks(came_out)]
    before, after = cards.read(file.read_bytes()), cards.read(came_out)
    for name, raw in before.extensions.items():
        assert after.extensions[name] == raw
    assert after.data["character_book"] == before.data["character_book"]
    assert after.data["unknown_field"] == before.data["unknown_field"]
