import io

import pytest
from PIL import Image

from socialapp.characters import thumbs
from socialapp.characters.tests.rigging import FACE, picture
from socialapp.performance.rig import Anchors


def test_the_thumb_is_a_small_square_webp() -> None:
    with Image.open(io.BytesIO(thumbs.make(picture(), FACE))) as thumb:
        assert thumb.format == "WEBP"
        assert thumb.size == (thumbs.SIDE, thumbs.SIDE)


def test_the_square_holds_the_face() -> None:
    left, top, right, bottom = thumbs.face_square(FACE, 1000, 1000)
    for x, y in (FACE.eye_left, FACE.eye_right, FACE.mouth, FACE.chin):
        assert left < x * 1000 < right
        assert top < y * 1000 < bottom
    assert right - left == bottom - top


@pytest.mark.parametrize("where", [(0.01, 0.01), (0.95, 1.4)])
def test_a_face_at_the_edge_stays_in_the_picture(where: tuple[float, float]) -> None:
    x, y = where
    face = Anchors((x, y), (x + 0.04, y), (x + 0.02, y + 0.05), (x + 0.02, y + 0.09))
    left, top, right, bottom = thumbs.face_square(face, 600, 900)
    assert 0 <= left < right <= 600
    assert 0 <= top < bottom <= 900


def test_without_a_face_it_is_the_upper_middle() -> None:
    assert thumbs.face_square(None, 600, 900) == (0, 60, 600, 660)
    assert thumbs.face_square(None, 900, 600) == (150, 0, 750, 600)
