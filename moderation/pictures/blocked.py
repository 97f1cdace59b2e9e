"""What was taken down does not come back: this copy's own list, of hashes alone.

A picture that is sent in is compared with all of it; so are the frames and the sound of
a finished film. What has nothing on the list costs nothing.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from PIL import Image

from moderation.models import Blocked
from socialapp.engines.errors import EngineError
from socialapp.provenance import watermarks
from socialapp.provenance.fingerprints import Prints, pictures, sounds, stills

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialapp.provenance.fingerprints.pictures import Picture

ROWS = 500
"""Read at once: 2 to 3 MB."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What a thing can be known again by."""

    stills: Sequence[Prints] = ()
    """Of each single picture in it."""

    frames: bytes = b""
    """PDQ of its seconds."""

    sound: bytes = b""
    payloads: Sequence[int] = ()

    def __bool__(self) -> bool:
        return bool(self.stills or self.frames or self.sound or self.payloads)


@transaction.atomic
def block(*, kind: str, key: str, traces: Traces) -> Blocked:
    """Refuse what matches from now on; a second call replaces the first."""
    each = [_halves(one) for one in traces.stills]
    row, _ = Blocked.objects.update_or_create(
        kind=kind,
        subject_key=key,
        defaults={
            "pictures": b"".join(one.pictures for one in traces.stills),
            "crops": b"".join(one.crops for one in traces.stills),
            "colours": b"".join([*(a for a, _ in each), *(b for _, b in each)]),
            "frames": traces.frames,
            "sound": traces.sound,
            "payloads": list(traces.payloads),
            "due": False,
        },
    )
    return row


@transaction.atomic
def unblock(*, kind: str, key: str) -> None:
    """It was right after all."""
    Blocked.objects.filter(kind=kind, subject_key=key).delete()


def match_picture(encoded: bytes) -> str:
    """How a picture that we encoded matches: ``watermark``, ``pdq``, or not at all:
    empty. EngineError when that cannot be told."""
    if not Blocked.objects.exists():
        return ""
    picture = opened(encoded)
    views = stills.views_of(picture)
    payloads = set[int]()
    for row in _rows():
        known = Prints(
            pictures=bytes(row.pictures),
            crops=bytes(row.crops),
            colours=bytes(row.colours),
        )
        # Of frames no colours are known, so they must be very near.
        frames = Prints(pictures=bytes(row.frames))
        if stills.nearest(views, known) or stills.nearest(views, frames):
            return "pdq"
        payloads.update(row.payloads)
    if payloads and watermarks.payload_in(picture) in payloads:
        return "watermark"
    return ""


def match_film(frames: Sequence[bytes], portraits: Sequence[bytes] = ()) -> str:
    """The same of encoded frames, half of which must match one film, and of the
    portraits that it was made with."""
    if not Blocked.objects.exists():
        return ""
    for portrait in portraits:
        if how := match_picture(portrait):
            return how
    seen = [opened(frame) for frame in frames]
    straight = pictures.hashes_of(seen)
    flipped = pictures.hashes_of(
        [np.ascontiguousarray(frame[:, ::-1]) for frame in seen]
    )
    for row in _rows():
        known = bytes(row.frames)
        if any(pictures.compare(one, known).same for one in (straight, flipped)):
            return "pdq"
    return ""


def match_prints(prints: Prints) -> str:
    """What of a film's fingerprint is that of one that was taken down: ``picture``,
    ``sound`` or, empty, nothing."""
    for row in _rows():
        if pictures.compare(prints.pictures, bytes(row.frames)).same:
            return "picture"
        if sounds.compare(prints.sound, bytes(row.sound)).same:
            return "sound"
    return ""


def _rows() -> Iterator[Blocked]:
    return Blocked.objects.order_by("pk").iterator(chunk_size=ROWS)


def _halves(one: Prints) -> tuple[bytes, bytes]:
    """Colours of the whole and of the parts; zeros would match, so none is left out."""
    count = len(one.pictures)
    if len(one.colours) != count + len(one.crops):
        raise ValueError("Every hash of a still needs its colours.")
    return one.colours[:count], one.colours[count:]


def opened(encoded: bytes) -> Picture:
    """(height, width, 3) RGB of a picture that we encoded. EngineError."""
    try:
        with Image.open(io.BytesIO(encoded)) as picture:
            return np.asarray(picture.convert("RGB"), np.uint8)
    except (OSError, ValueError) as error:
        raise EngineError(f"The picture cannot be opened: {error}") from error
