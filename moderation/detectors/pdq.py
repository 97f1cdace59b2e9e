"""PDQ hashes, the ones that lists of known pictures are exchanged in."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from moderation.detectors import house

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.engines.protocols import Sighting


class PdqDetector:
    """Hashes of a picture, none where it is too flat to be told from others.

    Without `crops`: as it is, turned, mirrored and without its border, to be matched.
    With them: the picture and 75 ways to cut it, to be kept in a list; the first is
    that of the whole.
    """

    version = "pdq 1"

    def __init__(self, *, crops: bool = False) -> None:
        self._crops = crops

    def available(self) -> str | None:
        return None if find_spec("pdqhash") else "Not installed: pdqhash."

    def look(self, pictures: Sequence[bytes]) -> tuple[Sighting, ...]:
        with self.sitting() as child:
            return child.look(pictures)

    def sitting(self) -> house.Sitting:
        return house.Sitting(house.PROGRAMS / "pdq.py", options={"crops": self._crops})
