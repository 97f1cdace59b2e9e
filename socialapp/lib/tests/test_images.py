"""Pictures that are fine, odd and hostile; all made here."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from socialapp.lib import images
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from pathlib import Path

    from socialapp.lib.images import CleanPicture

MB = 1024 * 1024


def clean(data: bytes, **limits: int) -> CleanPicture:
    allowed = {"max_bytes": 12 * MB, "max_pixels": 25_000_000} | limits
    return images.clean(data, **allowed)


def opened(picture: CleanPicture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def photo(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """A smooth gradient with a bright top left corner."""
    y, x = np.mgrid[0:height, 0:width]
    red = 255 - 200 * x / width
    green = 255 - 200 * y / height
    picture = np.stack([red, green, np.full_like(red, 40.0)], -1).astype(np.uint8)
    return Image.fromarray(picture).convert(mode)


@pytest.mark.parametrize(
    ("format", "extension"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "png")]
)
def test_a_picture_comes_back_as_it_looks(format: str, extension: str) -> None:
    source = photo()
    picture = clean(encoded(source, format))
    assert (picture.width, picture.height) == (320, 240)
    assert picture.extension == extension
    there = np.asarray(opened(picture).convert("RGB"), np.int16)
    assert np.abs(there - np.asarray(source, np.int16)).mean() < 4


@pytest.mark.parametrize("mode", ["L", "P", "LA", "RGBA", "CMYK", "1", "I;16"])
def test_every_mode_becomes_eight_bit_srgb(mode: str) -> None:
    if mode == "I;16":
        source = Image.fromarray(np.full((100, 100), 32896, np.uint16))
    else:
        source = photo(mode=mode)
    picture = clean(encoded(source, "JPEG" if mode == "CMYK" else "PNG"))
    result = opened(picture)
    assert result.mode in {"RGB", "RGBA"}
    if mode == "I;16":
        assert result.getpixel((50, 50)) == (128, 128, 128)


def test_transparency_is_kept() -> None:
    source = photo(mode="RGBA")
    source.putalpha(Image.linear_gradient("L").resize(source.size))
    result = opened(clean(encoded(source, "WEBP", lossless=True)))
    assert result.mode == "RGBA"
    low, high = result.getchannel("A").getextrema()
    assert (low, high) == (0, 255)


def test_a_large_picture_is_made_smaller() -> None:
    picture = clean(encoded(photo(3000, 1500), "JPEG"))
    assert (picture.width, picture.height) == (2048, 1024)


def test_a_photograph_sent_as_png_comes_back_as_jpeg() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1200, 1200, 3), np.uint8)
    picture = clean(encoded(Image.fromarray(noise), "PNG"))
    assert picture.extension == "jpg"
    assert len(picture.data) < 3 * MB


def test_the_camera_s_orientation_is_applied_and_its_data_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side: its top is the right edge
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[1] = "N"
    picture = clean(encoded(photo(), "JPEG", exif=exif, comment=b"home address"))
    assert (picture.width, picture.height) == (240, 320)
    result = opened(picture)
    corner = result.getpixel((235, 5))
    assert isinstance(corner, tuple)
    assert min(corner[:2]) > 230, "the bright corner is at the top right now"
    assert not result.getexif()
    assert b"home address" not in picture.data
    assert b"A camera" not in picture.data


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_no_profile_and_no_text_is_kept(format: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = clean(encoded(photo(), format, icc_profile=profile))
    assert "icc_profile" not in opened(picture).info
    assert profile[:128] not in picture.data


def test_colours_are_converted_to_srgb() -> None:
    # LAB (50, 60, 40) is a strong red; as raw numbers it would be a grey green.
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    broken = clean(encoded(photo(), "JPEG", icc_profile=lab))
    there = np.asarray(opened(broken), np.int16)
    assert np.abs(there - np.asarray(photo(), np.int16)).mean() < 4, (
        "a profile for another kind of picture is ignored"
    )


def refusal(data: bytes, **limits: int) -> str:
    with pytest.raises(PictureError) as caught:
        clean(data, **limits)
    return str(caught.value)


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") == "This file is empty. Choose the picture again."


def test_two_hundred_megabytes_are_refused_before_anything_is_decoded() -> None:
    words = refusal(bytes(200 * MB))
    assert words.startswith("This file has 200 MB; we take up to 12 MB.")


def _png(width: int, height: int, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG that says its size and holds one row of nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + crc

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = b"".join(chunk(*each) for each in more)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + body
        + chunk(b"IDAT", zlib.compress(bytes(width + 1)))
        + chunk(b"IEND", b"")
    )


def test_thirty_thousand_pixels_square_are_refused_by_their_header() -> None:
    words = refusal(_png(30_000, 30_000))
    assert "30000 × 30000 pixels; we take up to 25 million" in words


def test_a_bomb_inside_the_pixel_limit_stays_inside_the_memory() -> None:
    picture = clean(encoded(Image.new("RGBA", (4999, 5000), (9, 9, 9, 9)), "PNG"))
    assert (picture.width, picture.height) == (2048, 2048)


@pytest.mark.parametrize(("width", "height"), [(10, 10), (2000, 20), (2000, 100)])
def test_specks_and_ribbons_are_refused(width: int, height: int) -> None:
    assert "pixels" in refusal(encoded(photo(width, height), "PNG"))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused(format: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
    data = encoded(Image.fromarray(noise), format)
    words = refusal(data[: int(len(data) * share)])
    assert "try" in words


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_an_animated_picture_is_refused(format: str) -> None:
    frames = [photo(), photo().rotate(90)]
    data = encoded(frames[0], format, save_all=True, append_images=frames[1:])
    assert refusal(data).startswith("This picture is animated.")


def test_an_animation_of_no_frames_is_a_picture() -> None:
    data = encoded(photo(), "PNG", save_all=True, append_images=[photo().rotate(9)])
    at = data.index(b"acTL") + 4
    none = struct.pack(">II", 0, 0)
    crc = struct.pack(">I", zlib.crc32(b"acTL" + none))
    assert clean(data[:at] + none + crc + data[at + 12 :]).width == 320


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC picture"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "an AVIF picture"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a video"),
        (b"GIF89a\x40\0\x40\0", "a GIF"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG"),
        (b'<?xml version="1.0"?>\n<svg/>', "an SVG"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04", "a ZIP file"),
        (b"<!DOCTYPE html><html>", "a web page"),
    ],
)
def test_another_format_is_named_with_the_way_out(head: bytes, name: str) -> None:
    words = refusal(head + bytes(200))
    assert words.startswith(f"This is {name}, and we take PNG, JPEG and WebP.")


def test_something_unknown_is_refused() -> None:
    assert refusal(b"hello, world").startswith("This is not a picture we know.")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    "second",
    [
        b"PK\x03\x04" + bytes(60),
        b"<script>alert(1)</script>",
        b"<?php system($_GET[0]); ?>",
        b"MZ" + bytes(200),
    ],
)
def test_a_second_file_behind_the_picture_is_refused(
    format: str, second: bytes
) -> None:
    words = refusal(encoded(photo(), format) + second)
    assert words.startswith("This picture carries a second file inside.")


def test_a_page_in_a_comment_is_refused() -> None:
    data = encoded(photo(), "JPEG", comment=b"<html><script>alert(1)</script>")
    assert "second file" in refusal(data)


def test_a_phone_s_second_view_is_no_second_file() -> None:
    data = encoded(photo(), "MPO", save_all=True, append_images=[photo().rotate(180)])
    assert clean(data).width == 320


def test_broken_bytes_never_escape_as_another_error() -> None:
    rng = np.random.default_rng(7)
    good = refused = 0
    for format in ("PNG", "JPEG", "WEBP"):
        data = bytearray(encoded(photo(96, 96), format))
        for _ in range(6):
            broken = bytearray(data)
            for at in rng.integers(12, len(broken), 8):
                broken[at] = rng.integers(0, 255)
            try:
                good += bool(clean(bytes(broken)).data)
            except PictureError:
                refused += 1
    assert good + refused == 18
    assert refused, "at least one of them is beyond repair"


def test_a_child_that_dies_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "child.py"
    script.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(images, "_CHILD", script)
    assert "could not read" in refusal(encoded(photo(), "PNG"))


def test_a_child_that_hangs_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "child.py"
    script.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(images, "_CHILD", script)
    monkeypatch.setattr(images, "TIMEOUT_SECONDS", 0.3)
    assert "took too long" in refusal(encoded(photo(), "PNG"))


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not limit memory")
def test_the_child_cannot_take_much_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "child.py"
    source = images._CHILD.read_text(encoding="utf-8").replace(
        "    kind = kind_of(data)\n", "    bytearray(2 << 30)\n    kind = ''\n"
    )
    script.write_text(source, encoding="utf-8")
    monkeypatch.setattr(images, "_CHILD", script)
    assert "too much memory" in refusal(encoded(photo(), "PNG"))
