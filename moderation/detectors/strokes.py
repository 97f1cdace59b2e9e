"""Photograph or drawing, by how the surface is made: our own, no network."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from moderation.detectors import house

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.engines.protocols import Sighting


class PhotoDetector:
    """Scores ``photo``: 0 a drawing to 1 a photograph. Weak evidence by itself."""

    version = "strokes 1"

    def available(self) -> str | None:
        return None if find_spec("cv2") else "Not installed: opencv-python-headless."

    def look(self, pictures: Sequence[bytes]) -> tuple[Sighting, ...]:
        return house.ask(house.PROGRAMS / "strokes.py", pictures)
