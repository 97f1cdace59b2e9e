"""The built-in backgrounds."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from socialapp.content import backgrounds
from socialapp.content.library import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

BRIEFS = json.loads((FOLDER / "scenes" / "backgrounds.json").read_text("utf-8"))
"""What the scenes are set in: title, brief, palette and light, by name."""


@pytest.mark.parametrize("name", backgrounds.names())
def test_a_background_fills_any_shape(name: str) -> None:
    for size in ((64, 64), (64, 114), (114, 64)):
        picture = Image.open(io.BytesIO(backgrounds.picture(name, *size)))
        assert picture.size == size
        pixels = np.asarray(picture.convert("RGBA"))
        assert pixels[..., 3].min() == 255
        assert pixels[..., :3].std() > 3, "it shows something"


def test_a_background_is_drawn_once_for_all_processes(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    draws = 0

    def drawn(svg: str) -> bytes:
        nonlocal draws
        draws += 1
        return svg[-40:].encode() + b"%d" % draws

    monkeypatch.setattr(backgrounds, "_drawn", drawn)
    fresh = backgrounds.picture.__wrapped__
    first = fresh("velvet", 64, 64)
    assert fresh("velvet", 64, 64) == first
    assert draws == 1
    assert fresh("velvet", 64, 114) != first
    assert fresh("forest", 64, 64) != first
    assert draws == 3
    assert not list(tmp_path.glob("backgrounds/.*")), "no draft is left"


def test_a_background_that_cannot_be_kept_is_drawn_all_the_same(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "backgrounds").write_text("in the way")
    settings.DATA_DIR = tmp_path
    assert backgrounds.picture.__wrapped__("velvet", 64, 64).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", backgrounds.names())
def test_a_background_needs_no_fonts_scripts_or_other_files(name: str) -> None:
    svg = backgrounds.drawing(name)
    assert not re.search(r"<(text|script|image|style|use)\b|href=|\son\w+=", svg)


def test_titles_are_for_people_and_names_for_programs() -> None:
    assert set(backgrounds.TITLES) == set(backgrounds.names())
    assert all(re.fullmatch(r"[a-z_]+", name) for name in backgrounds.names())


def test_a_name_that_is_not_built_in_is_refused() -> None:
    with pytest.raises(KeyError):
        backgrounds.picture("../../settings", 64, 64)


def test_the_same_picture_is_drawn_once() -> None:
    assert backgrounds.picture("velvet", 64, 64) is backgrounds.picture(
        "velvet", 64, 64
    )


def test_every_brief_has_a_drawing_under_its_title() -> None:
    assert len(BRIEFS) == 12
    for name, brief in BRIEFS.items():
        assert backgrounds.TITLES[name] == brief["title"]


@pytest.mark.parametrize("name", backgrounds.names())
def test_a_drawing_is_light_enough_to_send(name: str) -> None:
    assert len(backgrounds.drawing(name).encode()) < 40 * 1024


@pytest.mark.parametrize("name", sorted(BRIEFS))
def test_a_scene_still_says_something_when_a_phone_crops_it(name: str) -> None:
    wide = _grey(name, 320, 180)
    tall = _grey(name, 101, 180)
    assert np.abs(wide[:, 110:211] - tall).mean() < 6, "the crop is the middle third"
    assert tall.std() > 15, "with light and dark in it"
    sky, middle = tall[:60], tall[60:120]
    assert max(_edges(sky), _edges(middle)) > 2, "and things to see above the figures"


@pytest.mark.parametrize("name", sorted(BRIEFS))
def test_a_scene_has_the_colours_of_its_brief(name: str) -> None:
    picture = Image.open(io.BytesIO(backgrounds.picture(name, 320, 180)))
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float64).reshape(-1, 3)
    for colour in BRIEFS[name]["palette"]:
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        near = np.linalg.norm(pixels - wanted, axis=1).min()
        assert near < 40, f"{colour} is nowhere"


def _grey(name: str, width: int, height: int) -> np.ndarray:
    picture = Image.open(io.BytesIO(backgrounds.picture(name, width, height)))
    return np.asarray(picture.convert("L"), dtype=np.float64)


def _edges(grey: np.ndarray) -> float:
    return float(np.abs(np.diff(grey, axis=1)).mean())
