from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from socialapp.provenance import services
from socialapp.provenance.selectors import watermark_keys
from socialapp.provenance.tests import pictures
from socialapp.provenance.watermark import Marker

if TYPE_CHECKING:
    from pathlib import Path

    from socialapp.provenance.models import Mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def mark() -> Mark:
    key = watermark_keys()[0]
    return services.issue_mark(subject="clip:abc", key_id=key.id, owner=None)


def marked(payload: int) -> list[pictures.Picture]:
    marker = Marker(payload, watermark_keys()[0], 512, 512, 1.2)
    return [marker.mark(frame) for frame in pictures.talking()]


def told(path: Path, *arguments: str) -> str:
    out = io.StringIO()
    call_command("detect", str(path), *arguments, stdout=out)
    return out.getvalue()


def found(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(told(path, "--json"))
    return said


def test_a_film_of_ours_is_named(mark: Mark, tmp_path: Path) -> None:
    path = tmp_path / "copy.mp4"
    path.write_bytes(pictures.encoded(marked(mark.payload), 28))
    said = found(path)
    assert said["made_here"] is True
    assert said["subject"] == "clip:abc"
    assert said["payload"] == f"{mark.payload:012x}"
    assert said["confidence"] > 0.8
    assert "Made here: clip:abc" in told(path)


@pytest.mark.parametrize("name", ["still.png", "still.jpg", "still.webp"])
def test_a_picture_is_enough(mark: Mark, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    cv2.imwrite(str(path), marked(mark.payload)[0][..., ::-1])
    assert found(path)["subject"] == "clip:abc"


def test_a_part_of_a_longer_film_is_found(mark: Mark, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    noise = rng.integers(0, 255, (512, 512, 3)).astype(np.uint8)
    other = np.asarray(cv2.GaussianBlur(noise, (0, 0), 6), np.uint8)
    path = tmp_path / "joined.mp4"
    ours = marked(mark.payload)
    path.write_bytes(pictures.encoded([*[other] * 90, *ours, *ours, *ours], 23))
    assert found(path)["subject"] == "clip:abc"


def test_a_number_that_is_in_no_row_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "copy.png"
    cv2.imwrite(str(path), marked(99)[0][..., ::-1])
    assert "no row has this number" in told(path)


def test_what_is_not_ours_is_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "other.mp4"
    path.write_bytes(pictures.encoded(pictures.talking(), 23))
    assert found(path) == {"made_here": False}
    assert "does not prove" in told(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cannot be read"),
        (b"not a film at all" * 50, "cannot be read"),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://example.com/a.ts\n",
            "be read|No frame",
        ),
    ],
)
def test_bad_files_get_a_clear_error(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(data)
    with pytest.raises(CommandError, match=words):
        told(path)


def test_half_a_file_and_a_file_without_picture_too(tmp_path: Path) -> None:
    whole = pictures.encoded(pictures.talking(), 23)
    path = tmp_path / "half.mp4"
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(CommandError, match=r"half\.mp4"):
        told(path)
    with pytest.raises(CommandError, match="There is no file"):
        told(tmp_path / "missing.mp4")


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    cv2.imwrite(str(path), np.zeros((8000, 8000), np.uint8))
    with pytest.raises(CommandError, match="too large"):
        told(path)
