"""The avatar maker: choices, chance, and exact rigs."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import resvg_py
from PIL import Image

from socialapp.characters import maker

PARTS: dict[str, Any] = maker.OPTIONS["parts"]
CHOICES = [(part, c["id"]) for part, e in PARTS.items() for c in e["choices"]]

GROUPS = [
    "back",
    "hair-back",
    "body",
    "neck",
    "ears",
    "head",
    "cheeks",
    "eye-left",
    "eye-right",
    "lids-closed",
    "brow-left",
    "brow-right",
    "nose",
    "mouth",
    "hair-front",
]


def _alpha(svg: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=60, skip_system_fonts=True))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_the_catalogue_is_json_and_offers_enough() -> None:
    assert json.loads(json.dumps(maker.OPTIONS)) == maker.OPTIONS
    least = {"head": 6, "hair": 10, "brows": 6, "eyes": 6, "nose": 5, "clothes": 6}
    for part, count in least.items():
        assert len(PARTS[part]["choices"]) >= count
    named = {part for group in maker.OPTIONS["groups"] for part in group["parts"]}
    assert named == set(PARTS)
    groups = {group["id"] for group in maker.OPTIONS["groups"]}
    assert {c["group"] for c in maker.OPTIONS["colours"].values()} <= groups


@pytest.mark.parametrize(("part", "choice"), CHOICES)
def test_every_choice_draws_all_groups_and_no_id_twice(part: str, choice: str) -> None:
    svg = maker.to_svg({part: choice})
    root = ET.fromstring(svg)  # noqa: S314 - drawn right here
    ids = Counter(e.get("id") for e in root.iter() if e.get("id"))
    assert max(ids.values()) == 1
    assert set(GROUPS) <= set(ids)
    used = set(re.findall(r"url\(#([^)]+)\)", svg))
    assert used <= set(ids)
    pixels = _alpha(svg)
    assert pixels[40, 30, 3] == 255, "there is a face"
    assert pixels[78, 30, 3] == 255, "there are clothes"


def test_two_choices_of_a_part_look_different() -> None:
    for part, entry in PARTS.items():
        if part == "earrings":
            base = {"hair": "short"}
        elif part == "backdrop":
            base = {"backdrop_colour": "#e2a93c"}
        else:
            base = {}
        seen = {
            _alpha(maker.to_svg({**base, part: c["id"]})).tobytes()
            for c in entry["choices"]
        }
        assert len(seen) == len(entry["choices"]), part


def test_chance_is_repeatable_varied_and_always_drawable() -> None:
    recipes = [maker.random_recipe(seed) for seed in range(60)]
    assert recipes[7] == maker.random_recipe(7)
    assert all(maker.check(recipe) == recipe for recipe in recipes)
    assert len({json.dumps(r, sort_keys=True) for r in recipes}) == 60
    assert len({r["hair"] for r in recipes}) > 10
    assert all(r["hair_colour"] != r["skin"] for r in recipes)


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ({"hair": "spaghetti"}, "spaghetti"),
        ({"wings": "two"}, "wings"),
        ({"skin": "red"}, "#c4622d"),
        ({"skin": '#fff"/><script>'}, "colour"),
        ({"skin": 7}, "colour"),
        ({"hair": ["bun"]}, "choices for hair"),
        ({"version": 99}, "version"),
    ],
)
def test_odd_choices_are_refused_by_name(recipe: dict[str, Any], said: str) -> None:
    with pytest.raises(maker.MakerError, match=re.escape(said)):
        maker.check(recipe)


def test_what_a_recipe_leaves_out_is_filled_in_and_colours_may_be_any() -> None:
    full = maker.check({"skin": "#A1B2C3"})
    assert full["skin"] == "#a1b2c3"
    assert set(full) == {"version", *PARTS, *maker.OPTIONS["colours"]}


def test_the_rig_of_a_made_character_is_exact() -> None:
    rig, blobs, portrait = maker.build(maker.random_recipe(4))
    assert rig.style == "layers"
    assert rig.presence == 1
    names = {layer.name for layer in rig.layers}
    assert names >= {*rig.mouths.values(), *rig.irises, *rig.blink_show}
    assert {layer.ref for layer in rig.layers} <= set(blobs)
    assert Image.open(io.BytesIO(portrait)).size == (rig.width, rig.height)
    by_name = {layer.name: layer for layer in rig.layers}
    assert rig.anchors is not None
    for side, point in (
        ("left", rig.anchors.eye_left),
        ("right", rig.anchors.eye_right),
    ):
        x, y, width, height = by_name[f"eye-{side}-iris"].box
        assert (x + width / 2, y + height / 2) == pytest.approx(point, abs=0.003)
    x, y, width, height = by_name["mouth-X"].box
    assert x < rig.anchors.mouth[0] < x + width
    assert y < rig.anchors.mouth[1] < y + height


@pytest.mark.parametrize("eyes", ["wide", "narrow"])
def test_at_full_gaze_most_of_the_iris_is_still_in_the_white(eyes: str) -> None:
    rig, _, _ = maker.build({"eyes": eyes})
    by_name = {layer.name: layer for layer in rig.layers}
    white, iris = by_name["eye-left-white"].box, by_name["eye-left-iris"].box
    left, right = iris[0] - rig.gaze_travel[0], iris[0] + rig.gaze_travel[0]
    assert left > white[0] - 0.1 * iris[2]
    assert right + iris[2] < white[0] + white[2] + 0.1 * iris[2]
