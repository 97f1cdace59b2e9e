"""A photograph of a face: refused with the ways on, and let in when it is one's own."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

import avatarfx
from moderation.pictures.tests import turning
from tests.e2e.test_pages import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

PHOTO = Path(avatarfx.__file__).parent / "bench" / "data" / "astronaut.jpg"
SIDE = 320
POSE_SECONDS, RATE = 5, 5
MARKS = {"ahead": 40, "left": 130, "right": 220}
"""Brightness of the film's upper left corner, by pose: the test sees who is on."""


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("photograph") / "me.jpg"
    file.write_bytes(turning.encoded(turning.portrait(PHOTO.read_bytes())))
    return file


@pytest.fixture
def camera(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A phone whose camera sees the astronaut look ahead, left and right."""
    film = tmp_path / "camera.y4m"
    with film.open("wb") as out:
        out.write(f"YUV4MPEG2 W{SIDE} H{SIDE} F{RATE}:1 Ip C420jpeg\n".encode())
        for pose, picture in turning.camera(PHOTO.read_bytes()).items():
            marked = picture.copy()
            marked[:24, :24] = MARKS[pose]
            planes = cv2.cvtColor(marked, cv2.COLOR_RGB2YUV_I420)
            frame = b"FRAME\n" + np.ascontiguousarray(planes).tobytes()
            out.write(frame * (POSE_SECONDS * RATE))
    seeing = browser.browser_type.launch(
        executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
        args=[
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    context = seeing.new_context(
        viewport={"width": 390, "height": 844}, permissions=["camera"]
    )
    yield context.new_page()
    seeing.close()


@pytest.fixture
def expected_errors() -> list[str]:
    return ["422"]


def files(troupe: Troupe) -> set[str]:
    return {file.name for file in (troupe.data / "media").rglob("*") if file.is_file()}


def pose(page: Page) -> str:
    """Which one the camera sees."""
    level: float = page.evaluate(
        "() => { const v = document.querySelector('video');"
        " const c = document.createElement('canvas'); c.width = c.height = 8;"
        " const x = c.getContext('2d'); x.drawImage(v, 0, 0, 16, 16, 0, 0, 8, 8);"
        " return x.getImageData(4, 4, 1, 1).data[0]; }"
    )
    return min(MARKS, key=lambda name: abs(MARKS[name] - level))


def take(page: Page, wanted: str) -> None:
    """Press Ready soon after the pose began, so that it lasts."""
    until = time.monotonic() + 60
    was = wanted
    while not (pose(page) == wanted != was):
        assert time.monotonic() < until, f"{wanted} never came"
        was = pose(page)
        page.wait_for_timeout(100)
    page.wait_for_timeout(600)
    page.locator("[data-take]").click()


def settled(troupe: Troupe) -> set[str]:
    """The house films its first posts again in the background; its files after that."""
    until = time.monotonic() + 180
    seen, since = files(troupe), time.monotonic()
    while time.monotonic() - since < 12:
        assert time.monotonic() < until, "the house never came to rest"
        time.sleep(0.5)
        if (now := files(troupe)) != seen:
            seen, since = now, time.monotonic()
    return seen


def test_a_photo_is_refused_and_ones_own_is_let_in(
    troupe: Troupe, camera: Page, look: Look, faults: Faults, photograph: Path
) -> None:
    page = camera
    join(page, troupe, "eileen")
    page.goto(troupe.url + "/create/character/")
    before = settled(troupe)
    page.set_input_files("input[name=picture]", photograph)
    expect(page.locator("#picture-error")).to_contain_text("rule 2.1", timeout=60_000)
    expect(page.locator("#picture-error")).to_contain_text("We kept no copy")
    assert files(troupe) == before
    look(page, "likeness-1-refused")
    assert faults(page) == []

    page.click("text=It is me")
    page.wait_for_url(re.compile("/create/likeness/"))
    assert "No picture of you speaks here" in page.locator("main").inner_text()
    page.set_input_files("input[name=picture]", photograph)
    page.check("input[name=declared]")
    look(page, "likeness-2-declare")
    assert faults(page) == []
    page.locator("[data-start]").click()
    expect(page.locator("[data-ask]")).to_contain_text("straight")
    turns = page.locator("troupe-likeness").get_attribute("data-turns") or ""
    for wanted in ("ahead", *turns.split()):
        take(page, wanted)
        if wanted == "ahead":
            look(page, "likeness-3-turn")
            assert faults(page) == []
    page.wait_for_url(re.compile("/create/character/[^/]+/face/"), timeout=90_000)
    assert len(files(troupe) - before) <= 4  # picture, thumb, grids, matte

    page.goto(troupe.url + "/create/likeness/")
    assert "live check passed" in page.locator("main").inner_text()
    look(page, "likeness-4-allowed")
    assert faults(page) == []
    page.click("text=Take back")
    expect(page.locator("main")).to_contain_text("No picture of you speaks here")


def test_without_a_camera_the_way_out_is_a_drawing(
    troupe: Troupe, phone: Page, look: Look, faults: Faults, photograph: Path
) -> None:
    page = phone
    join(page, troupe, "camera.less")
    page.goto(troupe.url + "/create/likeness/")
    page.set_input_files("input[name=picture]", photograph)
    page.check("input[name=declared]")
    page.locator("[data-start]").click()
    refused = page.locator("[data-refused]")
    expect(refused).to_contain_text("use a drawing")
    look(page, "likeness-5-no-camera")
    assert faults(page) == []
    refused.get_by_role("link", name="Use a drawing").click()
    page.wait_for_url(re.compile("/create/character/"))
