"""The drawn mouths of flat cartoons."""

from __future__ import annotations

import numpy as np
import pytest

from avatarfx.animators import mouths

PALETTE = {"skin": "#f0c8a0", "lip": "#b05040", "mouth": "#301018"}


def _extent(letter: str) -> tuple[int, int]:
    solid = mouths.drawn_mouth(letter, PALETTE, 160)[..., 3] > 127
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@pytest.mark.parametrize("letter", mouths.LETTERS)
def test_every_letter_has_a_mouth_of_the_asked_width_clear_of_the_edges(
    letter: str,
) -> None:
    picture = mouths.drawn_mouth(letter, PALETTE, 200)
    assert picture.shape == (160, 200, 4)
    alpha = picture[..., 3]
    assert alpha.max() == 255
    edge = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert edge.max() == 0


def test_closed_mouths_are_lines_and_open_ones_open_in_order() -> None:
    heights = {letter: _extent(letter)[0] for letter in "ABCD"}
    assert heights["A"] < heights["B"] < heights["C"] < heights["D"]
    assert heights["A"] < 0.2 * heights["D"]


def test_rounded_mouths_are_narrower_than_spread_ones() -> None:
    assert _extent("F")[1] < _extent("E")[1] < 0.7 * _extent("C")[1]


def test_the_inside_of_the_mouth_has_the_colour_of_the_palette() -> None:
    picture = mouths.drawn_mouth("D", PALETTE, 160)
    inside = (np.abs(picture[..., :3].astype(int) - (0x30, 0x10, 0x18)) < 3).all(-1)
    assert inside.sum() > 300


def test_lines_are_dark_on_light_skin_and_light_on_very_dark_skin() -> None:
    light = mouths.line_colour({"skin": "#f0c8a0", "lip": "#b05040"})
    dark = mouths.line_colour({"skin": "#1c1412", "lip": "#6a3a30"})
    assert int(light[1:3], 16) < 0x60 < int(dark[1:3], 16)


def test_an_unknown_letter_is_refused() -> None:
    with pytest.raises(KeyError):
        mouths.drawn_mouth("Q", PALETTE, 160)
