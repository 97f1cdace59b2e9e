"""Captions in the picture itself, for where no player shows a track.

The words stand as they are said: the one that is spoken is lit. They keep to the title
area, low enough to leave a mouth free.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from avatarfx import encode, sound
from avatarfx.tracks import Track
from socialapp.engines.errors import EngineError
from socialapp.performance.captions import cues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from socialapp.performance import Caption, Performance
    from socialapp.performance.captions import Cue

    Picture = NDArray[np.uint8]

FONTS = Path(__file__).resolve().parents[1] / "socialapp" / "static" / "fonts"
LATIN, LATIN_EXT = "atkinson-next-latin.woff2", "atkinson-next-latin-ext.woff2"

LETTERS = 1 / 15
"""Of the short side: on a phone 390 wide, letters of 26 pixels."""

NAME = 0.72
"""Of the letters: a speaker's name above their words."""

WEIGHT = 650
ACROSS = {"tall": 0.77, "wide": 0.8}
"""Of the width: inside of what a phone of 9:19.5 cuts off a tall film, and of the title
area (EBU R 95)."""

FOOT = {"tall": 0.9, "wide": 0.93}
"""Of the height, where the lowest line ends: below the mouth of a close-up."""

PLATE = (0, 0, 0, 168)
"""White letters on it have 6.9 to 1 over white, as the label has."""

SAID, LIT, COMING = (255, 255, 255), (244, 224, 109), (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A piece of picture to lay over a frame."""

    x: int
    y: int
    ink: NDArray[np.float32]
    """(height, width, 3), multiplied with its alpha."""

    rest: NDArray[np.float32]
    """(height, width, 1): how much of what is below stays."""

    def burn(self, frame: Picture) -> None:
        """Into the frame itself, (height, width, 3) RGB."""
        height, width = self.ink.shape[:2]
        spot = frame[self.y : self.y + height, self.x : self.x + width]
        spot[...] = np.rint(spot * self.rest + self.ink).astype(np.uint8)


class Captions:
    """What stands in the picture at any time."""

    def __init__(
        self,
        performance: Performance,
        names: Mapping[str, str],
        *,
        width: int,
        height: int,
    ) -> None:
        self._cues = cues(performance)
        several = len([part for part in performance.parts if part.captions]) > 1
        self._names = names if several else {}
        self._size = (width, height)
        self._drawn: tuple[tuple[int, int], Overlay] | None = None

    def burn(self, frame: Picture, t: float) -> None:
        """Into the frame that is shown at `t`; nothing where nobody speaks."""
        number = next(
            (i for i, cue in enumerate(self._cues) if cue.at <= t < cue.until), None
        )
        if number is None:
            return
        cue = self._cues[number]
        word = sum(word.at <= t for word in cue.words) - 1
        if self._drawn is None or self._drawn[0] != (number, word):
            name = self._names.get(cue.seat, "")
            drawn = overlay(cue, word, name=name, size=self._size)
            self._drawn = ((number, word), drawn)
        self._drawn[1].burn(frame)


def burn(
    film: Path,
    target: Path,
    *,
    performance: Performance,
    names: Mapping[str, str],
    options: encode.Options,
) -> None:
    """The same film with its captions in the picture. EngineError when it cannot be
    read or written, DiskFullError without room."""
    samples, rate = sound.read(film.read_bytes()) if _has_sound(film) else (None, 0)
    try:
        with av.open(str(film)) as source:
            stream = source.streams.video[0]
            width, height = stream.width, stream.height
            fps = round(float(stream.average_rate or 25))
            captions = Captions(performance, names, width=width, height=height)
            with encode.Writer(
                target,
                width=width,
                height=height,
                fps=fps,
                track=Track(samples, rate) if samples is not None else None,
                options=options,
            ) as writer:
                for number, frame in enumerate(_frames(source)):
                    captions.burn(frame, number / fps)
                    writer.write(frame)
    except (av.FFmpegError, IndexError) as error:
        raise EngineError("The finished film cannot be read.") from error


def overlay(cue: Cue, word: int, *, name: str, size: tuple[int, int]) -> Overlay:
    """A cue while its word number `word` is said, on a plate, in a frame of `size`."""
    width, height = size
    shape = "tall" if height > width else "wide"
    letters = max(10, round(min(size) * LETTERS))
    lines = wrapped(cue.words, letters, ACROSS[shape] * width)
    leading = round(letters * 1.3)
    small = round(letters * NAME)
    head = round(small * 1.5) if name else 0
    padding = round(letters * 0.45)
    longest = max(_width(" ".join(w.text for w in line), letters) for line in lines)
    name = _fitted(name, small, ACROSS[shape] * width)
    longest = max(longest, _width(name, small) if name else 0)
    box = (
        min(width, round(longest) + 2 * padding),
        min(height, head + leading * len(lines) + 2 * padding),
    )
    picture = Image.new("RGBA", box, (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(
        (0, 0, box[0] - 1, box[1] - 1), radius=round(letters * 0.4), fill=PLATE
    )
    if name:
        _write(draw, name, (padding, padding + small), small, LIT)
    number = 0
    for row, line in enumerate(lines):
        text = " ".join(w.text for w in line)
        x = (box[0] - _width(text, letters)) / 2
        y = padding + head + leading * row + round(letters * 0.98)
        for one in line:
            colour = LIT if number == word else SAID if number < word else COMING
            _write(draw, one.text, (x, y), letters, colour)
            x += _width(one.text + " ", letters)
            number += 1
    rgba = np.asarray(picture, np.float32)
    alpha = rgba[..., 3:] / 255
    return Overlay(
        x=(width - box[0]) // 2,
        y=max(0, min(height - box[1], round(FOOT[shape] * height) - box[1])),
        ink=np.asarray(rgba[..., :3] * alpha, np.float32),
        rest=np.asarray(1 - alpha, np.float32),
    )


def wrapped(words: Sequence[Caption], letters: int, most: float) -> list[list[Caption]]:
    """In as few lines as fit into `most` pixels, about equally long. A word that is
    longer than a line has one of its own, and is cut off at the sides."""
    fewest = _filled(words, letters, most)
    whole = _width(" ".join(word.text for word in words), letters)
    for share in (1.0, 1.1, 1.25, 1.5):
        even = _filled(words, letters, min(most, whole / len(fewest) * share))
        if len(even) <= len(fewest):
            return even
    return fewest


def _filled(words: Sequence[Caption], letters: int, most: float) -> list[list[Caption]]:
    lines: list[list[Caption]] = []
    for word in words:
        if lines:
            text = " ".join(one.text for one in (*lines[-1], word))
            if _width(text, letters) <= most:
                lines[-1].append(word)
                continue
        lines.append([word])
    return lines


def _fitted(name: str, letters: int, most: float) -> str:
    """A name that does not fit ends in dots."""
    if _width(name, letters) <= most:
        return name
    while name and _width(name + "…", letters) > most:
        name = name[:-1]
    return name + "…"


@lru_cache(maxsize=32)
def _font(file: str, letters: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONTS / file), letters)
    font.set_variation_by_axes([WEIGHT])
    return font


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Stretches of text with the file that has their letters: the web font comes in
    two, split where Unicode's blocks are."""
    for letter in text:
        code = ord(letter)
        latin = code < 0x100 or 0x2000 <= code < 0x2070 or code in {0x20AC, 0x2122}
        yield (LATIN if latin else LATIN_EXT), letter


def _pieces(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for file, letter in _runs(text):
        if found and found[-1][0] == file:
            found[-1] = (file, found[-1][1] + letter)
        else:
            found.append((file, letter))
    return found


def _width(text: str, letters: int) -> float:
    return sum(_font(file, letters).getlength(piece) for file, piece in _pieces(text))


def _write(
    draw: ImageDraw.ImageDraw,
    text: str,
    at: tuple[float, float],
    letters: int,
    colour: tuple[int, int, int],
) -> None:
    """On the base line."""
    x, y = at
    for file, piece in _pieces(text):
        font = _font(file, letters)
        draw.text((x, y), piece, font=font, fill=(*colour, 255), anchor="ls")
        x += font.getlength(piece)


def _has_sound(film: Path) -> bool:
    try:
        with av.open(str(film)) as container:
            return bool(container.streams.audio)
    except av.FFmpegError as error:
        raise EngineError("The finished film cannot be read.") from error


def _frames(source: Any) -> Iterator[Picture]:
    for frame in source.decode(source.streams.video[0]):
        yield cast("Picture", frame.to_ndarray(format="rgb24")).copy()
