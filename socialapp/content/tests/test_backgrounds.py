"""The built-in backgrounds."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from socialapp.content import backgrounds


@pytest.mark.parametrize("name", backgrounds.names())
def test_a_background_fills_any_shape(name: str) -> None:
    for size in ((64, 64), (64, 114), (114, 64)):
        picture = Image.open(io.BytesIO(backgrounds.picture(name, *size)))
        assert picture.size == size
        pixels = np.asarray(picture.convert("RGBA"))
        assert pixels[..., 3].min() == 255
        assert pixels[..., :3].std() > 3, "it shows something"


@pytest.mark.parametrize("name", backgrounds.names())
def test_a_background_needs_no_fonts_scripts_or_other_files(name: str) -> None:
    svg = backgrounds.drawing(name)
    assert not re.search(r"<(text|script|image|style|use)\b|href=|\son\w+=", svg)


def test_titles_are_for_people_and_names_for_programs() -> None:
    assert set(backgrounds.TITLES) == set(backgrounds.names())
    assert all(re.fullmatch(r"[a-z]+", name) for name in backgrounds.names())


def test_a_name_that_is_not_built_in_is_refused() -> None:
    with pytest.raises(KeyError):
        backgrounds.picture("../../settings", 64, 64)


def test_the_same_picture_is_drawn_once() -> None:
    assert backgrounds.picture("velvet", 64, 64) is backgrounds.picture(
        "velvet", 64, 64
    )
