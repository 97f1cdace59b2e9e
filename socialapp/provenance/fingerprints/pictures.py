"""PDQ: 256 bits of what a picture looks like, made and compared.

The published threshold for "the same picture" is 31 of 256 bits. A random crop of a
tenth moves a hash by 100 bits and more, so parts of a few frames are hashed as well. Of
16 portraits, photographs and drawings, 6 random crops each: with a tenth cut off, the
nearest part was at most 64 bits away, with a fifth cut off at most 98. Of 326 pairs of
different pictures four came nearer than 100, none nearer than 98.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Hashes = NDArray[np.uint64]
    """(n, 4): 256 bits each."""

SIZE = 32
"""Bytes of a hash."""

SAME = 31
"""Bits: at most so far apart are two of the same picture (the PDQ paper, 2019)."""

ALIKE = 64
"""Bits: a crop of it, or a very similar picture. Eight deviations below chance."""

UNLIKE = 100
"""Bits: from here on two pictures have nothing in common, or a quarter of one is left."""

LEAST_QUALITY = 50
"""Of 100, PDQ's own measure: flat pictures all hash alike."""

SIDE = 256
"""Pixels that are hashed: 2 ms instead of 12 at 512, and 14 bits off at most."""

PARTS = tuple(
    (share, across / last, down / last)
    for share, last in ((0.95, 1), (0.9, 2), (0.85, 2), (0.78, 3), (0.7, 4))
    for across in range(last + 1)
    for down in range(last + 1)
)
"""Of a frame: share of its sides, and where between left and right, top and bottom."""


@dataclass(frozen=True, slots=True)
class Likeness:
    share: float
    """Of the frames that were asked about, those that are the same picture, 0 to 1."""

    nearest: int
    """Bits between the two most similar frames, parts included."""

    typical: int
    """The same for the middle one of the frames that were asked about."""

    mirrored: bool = False

    @property
    def same(self) -> bool:
        return self.share >= 0.5

    @property
    def alike(self) -> bool:
        return self.nearest <= ALIKE

    @property
    def unlike(self) -> bool:
        return self.typical >= UNLIKE


def hash_of(frame: Picture) -> bytes | None:
    """(height, width, 3) RGB to 32 bytes; None: too little to be seen.

    EngineError (permanent) when pdqhash is not installed.
    """
    try:
        import pdqhash  # noqa: PLC0415  compiled
    except ImportError:
        raise EngineError(
            "pdqhash is not installed, so clips cannot be fingerprinted. Run pip"
            " install -r requirements.txt.",
            permanent=True,
        ) from None
    bits, quality = pdqhash.compute(shrunk(frame))
    if quality < LEAST_QUALITY:
        return None
    return np.packbits(bits.astype(np.uint8)).tobytes()


def hashes_of(frames: Iterable[Picture]) -> bytes:
    """One hash for each frame with something to see, one behind the other."""
    return b"".join(h for frame in frames if (h := hash_of(frame)))


def crops_of(frames: Sequence[Picture]) -> bytes:
    """Hashes of parts of the middle frame, and of the first and the last where they
    show something else."""
    if not frames:
        return b""
    last = len(frames) - 1
    known, found = b"", b""
    for at in dict.fromkeys((last // 2, 0, last)):
        whole = hash_of(frames[at])
        if whole and compare(whole, known).nearest > SAME:
            known += whole
            found += hashes_of(_parts(shrunk(frames[at], 2 * SIDE)))
    return found


def unpacked(hashes: bytes) -> Hashes:
    return np.frombuffer(hashes, np.uint64).reshape(-1, 4)


def distances(one: Hashes, other: Hashes) -> NDArray[np.int64]:
    """(m, 4) and (n, 4) to (m, n) bits."""
    differing = one[:, None, :] ^ other[None, :, :]
    return cast("NDArray[np.int64]", np.bitwise_count(differing).sum(2, dtype=np.int64))


def near_rows(frames: Hashes, rows: Sequence[bytes], bits: int) -> NDArray[np.int64]:
    """Numbers of the rows with a hash within `bits` of one of the frames, ascending."""
    known = unpacked(b"".join(rows))
    ends = np.cumsum([len(row) // SIZE for row in rows])
    # Column by column, and the last only where the first three leave room for it:
    # unrelated pictures differ in 96 of their 192 bits, give or take 7.
    columns = np.ascontiguousarray(known.T)
    found = np.zeros(len(rows), np.bool_)
    for frame in frames:
        away = np.bitwise_count(columns[0] ^ frame[0])
        away += np.bitwise_count(columns[1] ^ frame[1])
        away += np.bitwise_count(columns[2] ^ frame[2])
        at = np.flatnonzero(away <= bits)
        last = np.bitwise_count(columns[3][at] ^ frame[3])
        at = at[away[at].astype(np.int64) + last <= bits]
        found[np.searchsorted(ends, at, side="right")] = True
    return np.flatnonzero(found)


def compare(
    asked: bytes, known: bytes, crops: bytes = b"", *, mirrored: bool = False
) -> Likeness:
    """How much the frames of `asked` are those of `known`.

    `mirrored`: that `asked` was flipped first, to be said in the answer.
    """
    if not asked or not known:
        return Likeness(0.0, 256, 256, mirrored)
    frames = unpacked(asked)
    whole = distances(frames, unpacked(known)).min(1)
    parts = distances(frames, unpacked(crops)).min(1) if crops else whole
    return likeness_of(whole, parts, mirrored=mirrored)


def likeness_of(
    whole: NDArray[np.int64], parts: NDArray[np.int64], *, mirrored: bool
) -> Likeness:
    """From the bits between each frame and the nearest whole one, and the nearest part."""
    either = np.minimum(whole, parts)
    return Likeness(
        share=float((whole <= SAME).mean()),
        nearest=int(either.min()),
        typical=int(np.median(either)),
        mirrored=mirrored,
    )


def shrunk(frame: Picture, side: int = SIDE) -> Picture:
    """No side longer than `side` pixels."""
    picture = Image.fromarray(frame)
    if max(picture.size) > side:
        scale = side / max(picture.size)
        width, height = (max(1, round(side * scale)) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BOX)
    return np.ascontiguousarray(np.asarray(picture, np.uint8))


def _parts(frame: Picture) -> Iterable[Picture]:
    height, width = frame.shape[:2]
    for share, across, down in PARTS:
        wide, tall = round(width * share), round(height * share)
        left, top = round((width - wide) * across), round((height - tall) * down)
        yield frame[top : top + tall, left : left + wide]
