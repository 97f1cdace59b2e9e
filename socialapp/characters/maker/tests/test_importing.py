"""Drawings of the cast as rigs."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from socialapp.characters import maker
from socialapp.content import library
from socialapp.performance import Rig

if TYPE_CHECKING:
    from typing import Any

Built = tuple[Rig, dict[str, bytes], bytes]


@pytest.fixture(scope="module")
def tamsin() -> Built:
    return maker.import_svg(*library.drawing("tamsin"))


def test_the_layers_come_in_the_order_of_the_table(tamsin: Built) -> None:
    names = [layer.name for layer in tamsin[0].layers]
    assert names.index("back") == 0
    assert names.index("body") < names.index("neck") < names.index("head")
    assert names.index("head") < names.index("eye-left-white")
    assert names.index("eye-left-white") < names.index("eye-left-iris")
    # She wears her ears over her wig.
    assert names.index("hair-front") < names.index("ears")


def test_every_ref_has_its_blob_and_every_box_its_picture(tamsin: Built) -> None:
    rig, blobs, portrait = tamsin
    assert {layer.ref for layer in rig.layers} == set(blobs)
    for layer in rig.layers:
        picture = Image.open(io.BytesIO(blobs[layer.ref]))
        assert picture.mode == "RGBA"
        assert picture.width / layer.box[2] == pytest.approx(rig.width, rel=0.02)
    flat = Image.open(io.BytesIO(portrait))
    assert flat.size == (rig.width, rig.height) == (1200, 1600)


def test_nine_mouths_two_irises_and_two_closed_lids(tamsin: Built) -> None:
    rig = tamsin[0]
    names = {layer.name for layer in rig.layers}
    assert set(rig.mouths) == set("XABCDEFGH")
    assert names >= set(rig.mouths.values())
    assert names >= {*rig.irises, *rig.blink_show, *rig.blink_hide}
    clips = {layer.name: layer.clip for layer in rig.layers if layer.clip}
    assert clips == {
        "eye-left-iris": "eye-left-white",
        "eye-right-iris": "eye-right-white",
    }


def test_only_back_and_body_stay_while_the_head_tilts(tamsin: Built) -> None:
    still = {layer.name for layer in tamsin[0].layers if not layer.head}
    assert still == {"back", "body"}


def test_a_rig_of_layers_survives_the_way_through_json(tamsin: Built) -> None:
    assert Rig.from_json(tamsin[0].to_json()) == tamsin[0]


def test_closed_lids_are_not_in_the_flattened_portrait(tamsin: Built) -> None:
    """The eyes are open: the middle of each shows iris, not lid."""
    rig, _, portrait = tamsin
    assert rig.anchors is not None
    flat = Image.open(io.BytesIO(portrait)).convert("RGB")
    x, y = (round(v * rig.width) for v in rig.anchors.eye_left)
    pixel = flat.getpixel((x, y))
    assert isinstance(pixel, tuple)
    assert max(pixel) < 60


def test_a_drawing_without_a_group_of_its_table_is_refused() -> None:
    svg, table = library.drawing("hob")
    lacking = re.sub(r'<g id="nose">', '<g id="beak">', svg, count=1)
    with pytest.raises(KeyError, match="nose"):
        maker.import_svg(lacking, table)


def test_something_else_than_a_drawing_is_refused() -> None:
    table: dict[str, Any] = {"layers": []}
    with pytest.raises(ValueError, match="view box"):
        maker.import_svg("<svg xmlns='http://www.w3.org/2000/svg'/>", table)
