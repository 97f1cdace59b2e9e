"""A single picture, told from thousands that are drawn in the same style.

PDQ hashes brightness alone, and drawings of one style share that: of 60 drawings of
the avatar maker, four pairs lie within its 31 bits, the nearest 18 apart. So the colours
of a picture are kept beside each hash, as means of chroma in 4 x 4 fields, and both must
agree.

Measured on the 8 drawings of the starter cast, 60 of the avatar maker, 600 pixels
wide, and a photograph. Copies with a tenth of both sides cut off at random, mirrored, halved
and saved as JPEG 50 were at most 38 bits and 1.0 levels from the original (34 copies),
uncut ones 4 bits and 0.31 levels. Of all 4,692 pairs of different pictures, parts and
mirror images included, the nearest within 40 bits differed by 1.97 levels. With a
twentieth cut off 34 of 34 were found. Squares cut out of 68 drawings as profile pictures
are, three each, saved as JPEG 50: 204 of 204 were found, and with them none of 4,556
ordered pairs of different drawings agreed. ``docs/trust/pictures.md`` has the table, and what
40 further drawings say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from socialapp.provenance.fingerprints import Prints, pictures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from socialapp.provenance.fingerprints.pictures import Hashes, Picture

    Colours = NDArray[np.uint8]
    """(n, 32): Cb and Cr of 4 x 4 fields."""

SAME = 12
"""Bits within which colours need not agree: a grey or tinted copy. The nearest two
different drawings are 18 apart, 14 if they may be turned."""

NEAR = 40
"""Bits of two pictures of the same thing, if their colours agree too."""

COLOURS = 1.5
"""Levels of 255 by which chroma may differ, on average over all fields."""

FIELDS = 4

NOTHING = Prints()

SIDE = 512
"""Pixels that parts are cut from."""

PARTS = ((0.96, 2), (0.9, 3), (0.85, 4), (0.8, 4))
"""Share of the sides that is left, and steps between one edge and the other."""

NUDGES = ((0.975, 1), (0.95, 1))
"""Of the picture that is asked about: between two stored parts lies a third."""


@dataclass(frozen=True, slots=True)
class Views:
    """A picture as it is asked about, straight and mirrored."""

    whole: Hashes
    """It and what is left when a little is cut off."""

    whole_colours: Colours
    mirrored: NDArray[np.bool_]
    """Which of `whole` are flipped."""

    parts: Hashes
    """Its parts: what it is compared by with a picture that was cut out of it."""

    parts_colours: Colours
    parts_mirrored: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Nearness:
    distance: int
    """Bits of 256."""

    colours: float
    """Levels of 255."""

    mirrored: bool


def prints_of(picture: Picture) -> Prints:
    """(height, width, 3) RGB to what is stored: the whole, 75 parts and, of an oblong
    picture, three squares, their colours.

    Empty when there is too little to see. EngineError when pdqhash is not installed.
    """
    whole = _described([_fitted(picture)])
    if not whole[0]:
        return NOTHING
    parts = _described(_parts(_fitted(picture)))
    return Prints(
        pictures=b"".join(whole[0]),
        crops=b"".join(parts[0]),
        colours=b"".join([*whole[1], *parts[1]]),
    )


def views_of(picture: Picture) -> Views:
    """The same to ask with; empty arrays when there is too little to see."""
    fitted = _fitted(picture)
    flipped = np.ascontiguousarray(fitted[:, ::-1])
    whole = [_described([one, *_cut(one, NUDGES)]) for one in (fitted, flipped)]
    parts = [_described(_parts(one)) for one in (fitted, flipped)]
    return Views(*_joined(whole), *_joined(parts))


def nearest(views: Views, known: Prints) -> Nearness | None:
    """How near one picture is to a stored one; None: they are different pictures.

    Where nothing is known of the colours of `known`, brightness alone decides.
    """
    whole = pictures.unpacked(known.pictures)
    crops = pictures.unpacked(known.crops)
    colours = np.frombuffer(known.colours, np.uint8).reshape(-1, pictures.SIZE)
    if len(colours) != len(whole) + len(crops):
        colours = np.empty((0, pictures.SIZE), np.uint8)
    every = np.concatenate([whole, crops])
    found = [
        *_agreeing((views.whole, views.whole_colours, views.mirrored), every, colours),
        *_agreeing(
            (views.parts, views.parts_colours, views.parts_mirrored),
            whole,
            colours[: len(whole)],
        ),
    ]
    return min(found, key=lambda one: (one.distance, one.colours), default=None)


def _agreeing(
    asked: tuple[Hashes, Colours, NDArray[np.bool_]], known: Hashes, colours: Colours
) -> Iterator[Nearness]:
    hashes, own, mirrored = asked
    if not len(hashes) or not len(known):
        return
    away = pictures.distances(hashes, known)
    for mine, theirs in np.argwhere(away <= NEAR):
        bits = int(away[mine, theirs])
        off = 255.0
        if len(colours):
            off = float(np.abs(own[mine].astype(int) - colours[theirs]).mean())
        if off <= COLOURS or bits <= SAME:
            yield Nearness(bits, off, bool(mirrored[mine]))


def _fitted(picture: Picture) -> Picture:
    return pictures.shrunk(picture, SIDE)


def _parts(picture: Picture) -> Iterator[Picture]:
    yield from _cut(picture, PARTS)
    yield from _squares(picture)


def _squares(picture: Picture) -> Iterator[Picture]:
    """What a profile picture shows of an oblong one: the beginning, middle and end."""
    height, width = picture.shape[:2]
    side = min(height, width)
    for at in range(3) if height != width else ():
        top, left = ((height - side) * at // 2, (width - side) * at // 2)
        yield np.ascontiguousarray(picture[top : top + side, left : left + side])


def _cut(picture: Picture, grid: tuple[tuple[float, int], ...]) -> Iterator[Picture]:
    height, width = picture.shape[:2]
    for share, last in grid:
        wide, tall = round(width * share), round(height * share)
        for across in range(last + 1):
            for down in range(last + 1):
                left = round((width - wide) * across / last)
                top = round((height - tall) * down / last)
                part = picture[top : top + tall, left : left + wide]
                yield np.ascontiguousarray(part)


def _described(
    views: Iterator[Picture] | list[Picture],
) -> tuple[list[bytes], list[bytes]]:
    """Hash and colours of each view that has something to see."""
    hashes, colours = list[bytes](), list[bytes]()
    for view in views:
        if found := pictures.hash_of(view):
            hashes.append(found)
            colours.append(_colours_of(view))
    return hashes, colours


def _colours_of(view: Picture) -> bytes:
    fields = Image.fromarray(view).convert("YCbCr")
    small = fields.resize((FIELDS, FIELDS), Image.Resampling.BOX)
    return np.asarray(small, np.uint8)[..., 1:].tobytes()


def _joined(
    pair: list[tuple[list[bytes], list[bytes]]],
) -> tuple[Hashes, Colours, NDArray[np.bool_]]:
    """Of the straight and the mirrored ones, one behind the other."""
    hashes = b"".join(one for found, _ in pair for one in found)
    colours = b"".join(one for _, found in pair for one in found)
    flags = [number > 0 for number, (found, _) in enumerate(pair) for _ in found]
    return (
        pictures.unpacked(hashes),
        np.frombuffer(colours, np.uint8).reshape(-1, pictures.SIZE),
        np.array(flags, np.bool_),
    )
