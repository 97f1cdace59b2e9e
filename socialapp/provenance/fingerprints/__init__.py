"""What a clip or a picture looks and sounds like, in a few hundred bytes each.

Marks can be washed out; likeness cannot. ``pictures`` holds PDQ hashes, ``sounds`` a
hash of our own, ``sampling`` gets from a file what both of them need, and ``stills``
tells single pictures apart. No settings and
no rows in here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prints:
    """Of one clip or picture, packed as it is stored."""

    pictures: bytes = b""
    """PDQ hashes of 32 bytes, one for each second that has something to see."""

    crops: bytes = b""
    """PDQ hashes of parts of a few frames: what a cropped copy looks like."""

    sound: bytes = b""
    """Words of 4 bytes, 31.25 a second."""

    colours: bytes = b""
    """Of single pictures: 32 bytes for each hash of `pictures`, then of `crops`."""

    @property
    def count(self) -> int:
        """Seconds of picture that are known."""
        return len(self.pictures) // 32
