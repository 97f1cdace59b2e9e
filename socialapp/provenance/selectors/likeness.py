"""Which of our clips looks or sounds like this? Every row is compared, in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from socialapp.provenance.fingerprints import pictures, sounds
from socialapp.provenance.models import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from socialapp.provenance.fingerprints.pictures import Likeness
    from socialapp.provenance.fingerprints.sounds import Echo

ROWS = 1000
"""Compared at once: about 2 MB of hashes."""

PARTED = 4
"""Frames, about, that are compared with the parts of every clip."""

LISTENED = 40
"""Rows, those that share the most words, whose sound is compared at every shift."""


@dataclass(frozen=True, slots=True)
class SeenMatch:
    subject: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class HeardMatch:
    subject: str
    echo: Echo


def match_pictures(
    asked: bytes, *, mirrored: bytes = b"", limit: int = 5
) -> list[SeenMatch]:
    """Clips that share frames with packed hashes `asked`, or look alike; best first.

    `mirrored`: hashes of the same frames, flipped.
    """
    found = list[SeenMatch]()
    for rows in _rows("pictures", "crops"):
        for hashes, flipped in ((asked, False), (mirrored, True)):
            found += _seen(rows, hashes, flipped=flipped)
    found.sort(key=lambda match: (-match.likeness.share, match.likeness.nearest))
    best = dict[str, SeenMatch]()
    for match in found:
        best.setdefault(match.subject, match)
    return list(best.values())[:limit]


def match_sound(asked: bytes, *, limit: int = 5) -> list[HeardMatch]:
    """Clips with the same sound as packed words `asked`; the fewest errors first.

    Rows are sifted by words that they share exactly; of a sound with a quarter of its
    bits changed, some words in a hundred are still whole.
    """
    words = sounds.unpacked(asked)
    wanted = np.unique(words[words != sounds.SILENT])
    if not len(wanted):
        return []
    sifted = list[tuple[int, str, bytes]]()
    for rows in _rows("sound"):
        kept = [(subject, bytes(sound)) for subject, sound in rows if sound]
        shared = _shared([sound for _, sound in kept], wanted)
        sifted += [
            (int(count), *row) for count, row in zip(shared, kept, strict=True) if count
        ]
        sifted = sorted(sifted, reverse=True)[:LISTENED]
    heard = [
        HeardMatch(subject, sounds.compare(asked, sound))
        for _, subject, sound in sifted
    ]
    same = [match for match in heard if match.echo.same]
    return sorted(same, key=lambda match: match.echo.error)[:limit]


def fingerprint_of(subject: str) -> Fingerprint | None:
    return Fingerprint.objects.filter(subject=subject).first()


def _rows(*fields: str) -> Iterator[list[tuple[Any, ...]]]:
    rows = Fingerprint.objects.order_by("pk").values_list("subject", *fields)
    walk = rows.iterator(chunk_size=ROWS)
    while chunk := list(islice(walk, ROWS)):
        yield chunk


def _seen(
    rows: list[tuple[Any, ...]], asked: bytes, *, flipped: bool
) -> Iterator[SeenMatch]:
    if not asked:
        return
    frames = pictures.unpacked(asked)
    kept = [(s, bytes(p), bytes(c)) for s, p, c in rows if p]
    if not kept:
        return
    few = frames[:: max(1, len(frames) // PARTED)]
    whole = pictures.nearest_by_row(frames, [p for _, p, _ in kept])
    parts = pictures.nearest_by_row(few, [c or p for _, p, c in kept])
    nearest = np.minimum(whole.min(0), parts.min(0))
    # Whoever shares half of the frames has at least one of them near.
    for row in np.flatnonzero(nearest <= pictures.ALIKE):
        subject, known, crops = kept[row]
        likeness = pictures.compare(asked, known, crops, mirrored=flipped)
        yield SeenMatch(subject, likeness)


def _shared(rows: list[bytes], wanted: NDArray[np.uint32]) -> NDArray[np.int64]:
    """How many words of each row are among those wanted."""
    if not rows:
        return np.empty(0, np.int64)
    found = np.isin(sounds.unpacked(b"".join(rows)), wanted)
    starts = np.cumsum([0, *(len(row) // 4 for row in rows[:-1])])
    return np.add.reduceat(found.astype(np.int64), starts)
