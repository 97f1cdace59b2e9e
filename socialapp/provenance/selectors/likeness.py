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

    from socialapp.provenance.fingerprints.pictures import Likeness
    from socialapp.provenance.fingerprints.sounds import Echo

ROWS = 1000
"""Compared at once: about 2 MB of hashes."""

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
        for subject, sound in rows:
            shared = int(np.isin(sounds.unpacked(bytes(sound)), wanted).sum())
            if shared:
                sifted.append((shared, subject, bytes(sound)))
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
    whole = pictures.nearest_by_row(frames, [p for _, p, _ in kept])
    parts = pictures.nearest_by_row(frames, [c or p for _, p, c in kept])
    for (subject, _, _), near, part in zip(kept, whole.T, parts.T, strict=True):
        likeness = pictures.likeness_of(near, part, mirrored=flipped)
        if likeness.same or likeness.alike:
            yield SeenMatch(subject, likeness)
