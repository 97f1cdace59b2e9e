"""What here looks or sounds like this? Every row is compared, in numpy.

With 50,000 portraits and 50,000 clips of 12 seconds, a search took 0.7 s of processor
time by a still, 0.4 s by the frames of a clip and 0.3 s by its sound; twice that on the
clock, on two shared cores that had other work (random rows, SQLite, Python 3.11).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from socialapp.provenance.fingerprints import Prints, pictures, sounds, stills
from socialapp.provenance.models import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from socialapp.provenance.fingerprints.pictures import Likeness
    from socialapp.provenance.fingerprints.sounds import Echo
    from socialapp.provenance.fingerprints.stills import Nearness, Views

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
class StillMatch:
    subject: str
    nearness: Nearness


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
    for rows in _rows("clip", "pictures", "crops"):
        for hashes, flipped in ((asked, False), (mirrored, True)):
            found += _seen(rows, hashes, flipped=flipped)
    found.sort(key=lambda match: (-match.likeness.share, match.likeness.nearest))
    best = dict[str, SeenMatch]()
    for match in found:
        best.setdefault(match.subject, match)
    return list(best.values())[:limit]


def match_stills(views: Views, *, limit: int = 5) -> list[StillMatch]:
    """Portraits and profile pictures that show the same as one picture, or a part of it,
    or of which it is a part; the nearest first."""
    found = list[StillMatch]()
    stored = (_rows(kind, "pictures", "crops") for kind in ("portrait", "profile"))
    for rows in chain.from_iterable(stored):
        for subject in _like(rows, views):
            row = fingerprint_of(subject)
            near = stills.nearest(views, prints_of(row)) if row else None
            if near is not None:
                found.append(StillMatch(subject, near))
    found.sort(key=lambda match: (match.nearness.distance, match.nearness.colours))
    return found[:limit]


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
    for rows in _rows("clip", "sound"):
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


def prints_of(row: Fingerprint) -> Prints:
    return Prints(
        pictures=bytes(row.pictures),
        crops=bytes(row.crops),
        colours=bytes(row.colours),
        sound=bytes(row.sound),
    )


def _rows(kind: str, *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    known = Fingerprint.objects.filter(subject__startswith=f"{kind}:")
    rows = known.order_by("pk").values_list("subject", *fields)
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
    # Whoever shares half of the frames has at least one of them near.
    whole = pictures.near_rows(frames, [p for _, p, _ in kept], pictures.ALIKE)
    parts = pictures.near_rows(few, [c for _, _, c in kept], pictures.ALIKE)
    for row in np.union1d(whole, parts):
        subject, known, crops = kept[row]
        likeness = pictures.compare(asked, known, crops, mirrored=flipped)
        yield SeenMatch(subject, likeness)


def _like(rows: list[tuple[Any, ...]], views: Views) -> list[str]:
    """Subjects that may be the same picture, by brightness alone."""
    subjects = [subject for subject, _, _ in rows]
    wholes = [bytes(whole) for _, whole, _ in rows]
    every = [
        whole + bytes(parts) for whole, (*_, parts) in zip(wholes, rows, strict=True)
    ]
    at = np.union1d(
        pictures.near_rows(views.whole, every, stills.NEAR),
        pictures.near_rows(views.parts, wholes, stills.NEAR),
    )
    return [subjects[number] for number in at]


def _shared(rows: list[bytes], wanted: NDArray[np.uint32]) -> NDArray[np.int64]:
    """How many words of each row are among those wanted, which are sorted."""
    words = sounds.unpacked(b"".join(rows))
    ends = np.cumsum([len(row) // 4 for row in rows])
    # Half of a word sifts all but one in a hundred; a table is faster than a search.
    halves = np.zeros(1 << 16, np.bool_)
    halves[wanted & 0xFFFF] = True
    at = np.flatnonzero(halves[words & 0xFFFF])
    at = at[np.isin(words[at], wanted)]
    owners = np.searchsorted(ends, at, side="right")
    return np.bincount(owners, minlength=len(rows)).astype(np.int64)
