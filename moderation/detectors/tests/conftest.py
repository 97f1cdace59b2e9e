"""Pictures to look at: one photograph in the public domain, and the cast's drawings."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import avatarfx
from socialapp.content import library

if TYPE_CHECKING:
    from PIL import Image

PHOTO = Path(avatarfx.__file__).parent / "bench" / "data" / "astronaut.jpg"


@pytest.fixture(scope="session")
def photo() -> bytes:
    """An astronaut, by NASA."""
    return PHOTO.read_bytes()


@pytest.fixture(scope="session")
def drawing() -> bytes:
    """A cast member as an ordinary upload, 600 pixels wide."""
    import resvg_py  # noqa: PLC0415  loads a renderer that few tests need

    svg, _ = library.drawing("perpetua")
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=600))


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()
