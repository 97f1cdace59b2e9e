from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import avatarfx
from moderation.tests.seeing import telling_detectors
from socialapp.content import library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.tests.seeing import Eyes

PHOTO = Path(avatarfx.__file__).parent / "bench" / "data" / "astronaut.jpg"


@pytest.fixture
def eyes() -> Iterator[Eyes]:
    with telling_detectors() as seen:
        yield seen


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
