"""A picture in which nobody finds a face: its handles are dragged, and it speaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import cv2
import numpy as np
from playwright.sync_api import expect

from tests.e2e.test_pages import join

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

SIDE = 600
LEFT, RIGHT, MOUTH, CHIN = (210, 250), (330, 250), (270, 380), (270, 440)
"""Where the face of the teapot is, in its pixels."""

SLOWEST = 120_000


def teapot() -> bytes:
    """Smoke and steel: no eyes, no mouth, nothing that a network would take for one."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    sheen = 150 + 60 * np.cos((columns - 270) / 110) - rows / 12
    picture = np.repeat(np.clip(sheen, 0, 255)[..., None], 3, axis=2).astype(np.uint8)
    cv2.line(picture, (430, 300), (560, 210), (70, 80, 90), 34)
    return cv2.imencode(".png", picture)[1].tobytes()


def drag(page: Page, handle: str, to: tuple[int, int], *, keep: bool = False) -> None:
    """To a point of the picture, given in its pixels; with `keep` the button stays
    down. The board comes nearer when the handles were saved, so that is waited for."""
    expect(page.locator("[data-saved]").first).to_have_text("Saved", timeout=SLOWEST)
    grip = page.locator(f"[data-handle={handle}]")
    start = centre(grip.locator(".anchor__ring"))
    end = on_screen(page, to)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    if not keep:
        page.mouse.up()


def centre(node: Locator) -> tuple[float, float]:
    box = node.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def on_screen(page: Page, point: tuple[int, int]) -> tuple[float, float]:
    box = page.locator("[data-picture]").first.bounding_box()
    assert box
    scale = box["width"] / SIDE
    return box["x"] + point[0] * scale, box["y"] + point[1] * scale


def test_four_drags_and_a_button_give_a_face_to_what_has_none(
    troupe: Troupe, phone: Page, tmp_path: Path, look: Look, faults: Faults
) -> None:
    file = tmp_path / "teapot.png"
    file.write_bytes(teapot())
    join(phone, troupe, "potter")
    phone.goto(f"{troupe.url}/create/character/")
    phone.set_input_files("input[name=picture]", file)
    phone.wait_for_url(re.compile("/face/"), timeout=SLOWEST)
    expect(phone.locator("face-fit[data-ready]")).to_be_attached()
    expect(phone.locator("[data-words-title]")).to_have_text("We could not find a face")
    expect(phone.locator("[data-agree]")).to_be_hidden()
    phone.locator("[data-board]").scroll_into_view_if_needed()
    drag(phone, "eye_left", LEFT)
    drag(phone, "eye_right", RIGHT, keep=True)
    expect(phone.locator("[data-loupe]")).to_be_visible()
    look(phone, "faces-loupe")
    phone.mouse.up()
    expect(phone.locator("[data-loupe]")).to_be_hidden()
    drag(phone, "mouth", MOUTH)
    drag(phone, "chin", CHIN)
    expect(phone.locator("[data-words-title]")).to_have_text("The handles are yours")
    expect(phone.locator("[data-saved]").first).to_have_text("Saved", timeout=SLOWEST)
    look(phone, "faces-by-hand")
    assert faults(phone) == []
    phone.locator("[data-next]").click()
    phone.wait_for_selector("[data-about]")
