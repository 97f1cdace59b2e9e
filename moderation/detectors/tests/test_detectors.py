from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageOps

from moderation.detectors.faces import FaceDetector
from moderation.detectors.nsfw import NsfwDetector
from moderation.detectors.pdq import PdqDetector
from moderation.detectors.strokes import PhotoDetector
from moderation.detectors.tests.conftest import encoded
from socialapp.engines.errors import EngineError
from socialapp.engines.testing import check_detector

if TYPE_CHECKING:
    from pathlib import Path

    from socialapp.engines.protocols import Detector, SeenFace

DETECTORS = [
    NsfwDetector(),
    FaceDetector(),
    PhotoDetector(),
    PdqDetector(),
    PdqDetector(crops=True),
]


def ready(detector: Detector) -> None:
    if reason := detector.available():
        pytest.skip(reason)


def distance(a: SeenFace, b: SeenFace) -> float:
    one, two = (np.frombuffer(face.descriptor, "<f4") for face in (a, b))
    return float(np.linalg.norm(one - two))


def hamming(a: str, b: str) -> int:
    return (int(a, 16) ^ int(b, 16)).bit_count()


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.version)
def test_a_detector_keeps_its_promises(
    detector: Detector, photo: bytes, drawing: bytes
) -> None:
    ready(detector)
    check_detector(detector, [photo, drawing])


def test_a_photograph_of_a_face_is_one_and_a_drawing_is_not(
    photo: bytes, drawing: bytes
) -> None:
    faces = FaceDetector()
    ready(faces)
    real, drawn = faces.look([photo, drawing])
    assert real.faces[0].score > 1
    assert real.faces[0].photo > 0.7
    left, top, right, bottom = real.faces[0].box
    assert left < 220 < right  # of 512 pixels; the face is at (220, 120)
    assert top < 120 < bottom
    assert all(face.photo < 0.3 for face in drawn.faces)


def test_a_portrait_is_harmless(photo: bytes, drawing: bytes) -> None:
    nsfw = NsfwDetector()
    ready(nsfw)
    assert all(one.scores["nsfw"] < 0.2 for one in nsfw.look([photo, drawing]))


def test_the_same_person_is_near_however_the_picture_was_treated(photo: bytes) -> None:
    faces = FaceDetector()
    ready(faces)
    whole = Image.open(io.BytesIO(photo))
    bust = whole.crop((40, 0, 400, 360))
    treated = [
        bust.resize((180, 180)),
        ImageOps.mirror(bust),
        ImageOps.grayscale(bust).convert("RGB"),
        bust.point(lambda value: value * 0.6),
    ]
    first, *others = faces.look([photo, *map(encoded, treated)])
    far = [distance(first.faces[0], one.faces[0]) for one in others]
    assert max(far) < 0.4, far


def test_a_head_turned_the_other_way_has_the_other_yaw(photo: bytes) -> None:
    faces = FaceDetector()
    ready(faces)
    turned = Image.open(io.BytesIO(photo)).crop((120, 20, 340, 240))
    one, two = faces.look([encoded(turned), encoded(ImageOps.mirror(turned))])
    assert one.faces[0].yaw == pytest.approx(-two.faces[0].yaw, abs=0.05)


@pytest.mark.parametrize("share", [0.97, 0.93, 0.9, 0.8])
def test_a_cut_picture_is_found_in_a_list_with_crops(
    photo: bytes, share: float
) -> None:
    listed, asked = PdqDetector(crops=True), PdqDetector()
    ready(listed)
    whole = Image.open(io.BytesIO(photo))
    side = round(512 * share)
    cut = whole.crop((0, 512 - side, side, 512))
    known = listed.look([photo])[0].hashes
    sent = asked.look([encoded(ImageOps.mirror(cut), "JPEG")])[0].hashes
    assert min(hamming(a, b) for a in known for b in sent) <= 31


def test_a_border_does_not_hide_a_picture(photo: bytes) -> None:
    asked = PdqDetector()
    ready(asked)
    framed = ImageOps.expand(Image.open(io.BytesIO(photo)), (0, 120), "black")
    plain, boxed = asked.look([photo, encoded(framed, "JPEG")])
    assert min(hamming(plain.hashes[0], b) for b in boxed.hashes) <= 31


def test_an_even_picture_has_no_hash() -> None:
    asked = PdqDetector()
    ready(asked)
    assert asked.look([encoded(Image.new("RGB", (300, 300), "teal"))])[0].hashes == ()


def test_other_weights_than_ours_are_not_used(tmp_path: Path) -> None:
    (tmp_path / "open-nsfw.onnx").write_bytes(b"not a network")
    with pytest.raises(EngineError, match="sha256"):
        NsfwDetector(weights_dir=str(tmp_path)).look([b""])
