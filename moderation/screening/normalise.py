"""Undo what people do to a text so that a filter does not read it.

The result is for classifiers and rules alone: it is never shown and never stored in
place of what was written. Every letter of it knows where it came from, so that a finding
can point at the very words.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.screening import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_CHARACTERS = 20_000
"""Of one text; longer ones are refused before any pattern runs over them."""

_LOOKALIKES = Path(__file__).parent / "data" / "lookalikes.json"
_DROPPED = {"Cf", "Cc", "Co", "Cs", "Cn"}
"""Zero-width marks, bidi overrides, control, private and unassigned characters."""

_WORD = re.compile(r"\w+")
_GAP = r"[ \t\n.\-_*~+/,·•|]{1,3}"
_SPACED = re.compile(
    rf"(?<![A-Za-z0-9@$!|'’])(?:[A-Za-z0-9@$!]{_GAP}){{2,}}[A-Za-z0-9@$!](?![A-Za-z0-9'’])"
)
_LEET = {
    "4": "a", "@": "a", "3": "e", "€": "e", "1": "il", "!": "i", "|": "li", "0": "o",
    "5": "s", "$": "s", "7": "t", "+": "t", "8": "b", "9": "g", "6": "g", "2": "z",
    "(": "c", "£": "l", "*": "aeiou",
}  # fmt: skip
_LEET_WORD = re.compile(
    r"(?<![\w@$!|+€£(*])(?=[\w@$!|+€£(*]*[A-Za-z])(?=[\w@$|+€£(*]*(?:[0-9@$|+€£(*]|!\w))"
    r"[\w@$!|+€£(*]{2,40}"
)
_SINGLE = {mark: letters[0] for mark, letters in _LEET.items() if mark not in "(*+"}
_MAX_READINGS = 48
_AMOUNT = re.compile(r"[$£€]?[0-9]+[A-Za-z]{1,3}")
"""``7pm``, ``15yo``, ``1080p``: a number with its unit."""

_RUN = re.compile(r"(.)\1{2,}", re.DOTALL)

_ADDRESS = re.compile(r"[A-Za-z0-9]{2,}@[A-Za-z0-9]{2,}")
"""The middle of an e-mail address; hidden words have their sign near an edge."""

_TAG = re.compile(r"\[[^\[\]\n]{0,80}\][ \t]?")

Piece = tuple[str, int, int]
"""A character, and from where to where it came."""


class TooLongError(ValueError):
    """The text is longer than anything here may be."""

    def __init__(self, length: int) -> None:
        super().__init__(
            f"This has {length} characters, and {MAX_CHARACTERS} are the most that can"
            " be checked. Shorten it, or send it in parts."
        )


@dataclass(frozen=True, slots=True)
class Normal:
    """A text made plain; ``starts[i]`` to ``ends[i]`` is where character i came from."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters [start, end) stand in the text as written."""
        if start >= end:
            return (0, 0)
        return min(self.starts[start:end]), max(self.ends[start:end])


def normalise(text: str) -> Normal:
    """TooLongError above MAX_CHARACTERS. Time is linear in the length."""
    if len(text) > MAX_CHARACTERS:
        raise TooLongError(len(text))
    pieces = list(_plain(text))
    for pattern, change in (
        (_WORD, _unmask),
        (_SPACED, _join),
        (_LEET_WORD, _unleet),
        (_RUN, None),
    ):
        pieces = _squash(pieces) if change is None else _sub(pieces, pattern, change)
    return Normal(
        "".join(char for char, _, _ in pieces),
        tuple(start for _, start, _ in pieces),
        tuple(end for _, _, end in pieces),
    )


def as_written(text: str) -> Normal:
    """The text itself in the same clothes."""
    if len(text) > MAX_CHARACTERS:
        raise TooLongError(len(text))
    return Normal(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))


def without_tags(normal: Normal) -> Normal:
    """Without what is in brackets, as a voice reads a script: a tag parts no words."""
    kept: list[int] = []
    done = 0
    for tag in _TAG.finditer(normal.text):
        kept += range(done, tag.start())
        done = tag.end()
    kept += range(done, len(normal.text))
    return Normal(
        "".join(normal.text[i] for i in kept),
        tuple(normal.starts[i] for i in kept),
        tuple(normal.ends[i] for i in kept),
    )


# Characters -------------------------------------------------------------------


def _plain(text: str) -> Iterable[Piece]:
    """NFKC, then without marks, formats and controls; one character may become many."""
    for index, char in enumerate(text):
        for plain in _plain_char(char):
            yield plain, index, index + 1


@lru_cache(maxsize=8192)
def _plain_char(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() or char in "\n\t" else ""
    if unicodedata.category(char) == "So":
        # Letters in black squares and circles, and of flags, are symbols to Unicode.
        return _twins().get(char, char)
    kept = ""
    for wide in unicodedata.normalize("NFKC", char):
        apart = unicodedata.normalize("NFD", wide)
        bare = "".join(c for c in apart if not unicodedata.combining(c))
        # Hangul comes apart into letters, which is no reason to take it apart.
        kept += wide if bare == apart else bare
    return "".join(
        " " if c.isspace() and c != "\n" else c
        for c in kept
        if unicodedata.category(c) not in _DROPPED and unicodedata.category(c) != "Me"
    )


@cache
def _twins() -> dict[str, str]:
    table: dict[str, str] = json.loads(_LOOKALIKES.read_text(encoding="utf-8"))
    return {char: letter for letter, chars in table.items() for char in chars}


def _unmask(pieces: list[Piece]) -> list[Piece]:
    """Look-alikes of Latin letters (Unicode TR39) only when the whole word maps, and
    has a Latin letter or is a word then: Russian and Greek stay what they are."""
    word = "".join(char for char, _, _ in pieces)
    if word.isascii():
        return pieces
    twins = _twins()
    mapped = "".join(c if c.isascii() else twins.get(c, c) for c in word)
    latin = any(c.isascii() and c.isalpha() for c in word)
    if not mapped.isascii() or not (latin or vocabulary.known(mapped.lower())):
        return pieces
    return [(c, i, j) for c, (_, i, j) in zip(mapped, pieces, strict=True)]


# Words ------------------------------------------------------------------------


def _join(pieces: list[Piece]) -> list[Piece]:
    """``s p a c e d  o u t`` to ``spaced out``: wider gaps part words, and where there
    are none, word frequencies do."""
    groups: list[list[Piece]] = [[]]
    gap = ""
    for piece in pieces:
        char = piece[0]
        if char.isalnum() or char in "@$!":
            if len(gap) > 1 and any(c.isspace() for c in gap):
                groups.append([])
            groups[-1].append(piece)
            gap = ""
        else:
            gap += char
    joined: list[Piece] = []
    for group in groups:
        letters = "".join(char for char, _, _ in group)
        whole = len(letters) < 4 or not letters.isalpha()
        at = 0
        for word in [letters] if whole else vocabulary.split(letters):
            if joined:
                joined.append((" ", joined[-1][2], group[at][1]))
            joined += group[at : at + len(word)]
            at += len(word)
    return joined


def _unleet(pieces: list[Piece]) -> list[Piece]:
    """``h3ll0`` to ``hello``. The reading that is a word wins; else each sign by its
    commonest letter, if most of the word are letters (``1080p`` stays)."""
    word = "".join(char for char, _, _ in pieces)
    reading = _reading(word)
    if len(reading) != len(word):
        return pieces
    return [(c, i, j) for c, (_, i, j) in zip(reading, pieces, strict=True)]


@lru_cache(maxsize=4096)
def _reading(word: str) -> str:
    tail = len(word) - len(word.rstrip("!.|(+*"))
    body, rest = (word[:-tail], word[-tail:]) if tail else (word, "")
    options = [_LEET.get(char, char) for char in body]
    readings = 1
    for option in options:
        readings *= len(option)
    if not any(char.isalpha() for char in body) or _ADDRESS.fullmatch(body):
        return word
    if readings <= _MAX_READINGS and len(body) > 2:
        for letters in product(*options):
            found = "".join(letters)
            if vocabulary.known(found.lower()):
                return found + rest
    letters_in = sum(char.isalpha() for char in body)
    if letters_in * 2 >= len(body) > 3 and not _AMOUNT.fullmatch(body):
        return "".join(_SINGLE.get(char, char) for char in body) + rest
    return word


def _squash(pieces: list[Piece]) -> list[Piece]:
    """``fuuuuck`` to the word it is with one letter or two; other runs to two."""
    text = "".join(char for char, _, _ in pieces)
    kept: list[Piece] = []
    done = 0
    for run in _RUN.finditer(text):
        kept += pieces[done : run.start()]
        first = pieces[run.start()]
        last = pieces[run.end() - 1][2]
        twice = _doubled(text, run) if run.group(1).isalpha() else True
        if twice:
            kept += [first, (first[0], first[2], last)]
        else:
            kept.append((first[0], first[1], last))
        done = run.end()
    return kept + pieces[done:]


def _doubled(text: str, run: re.Match[str]) -> bool:
    """Whether two letters make a word where one would not."""
    start, end = run.start(), run.end()
    while start > 0 and run.start() - start < 20 and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and end - run.end() < 20 and text[end].isalpha():
        end += 1
    before, after = text[start : run.start()].lower(), text[run.end() : end].lower()
    letter = run.group(1).lower()
    # Other runs of the same word stand in the way; they are short words' own affair.
    after = re.sub(r"(.)\1{2,}", r"\1", after)
    before = re.sub(r"(.)\1{2,}", r"\1", before)
    return vocabulary.known(before + letter * 2 + after)


def _sub(
    pieces: list[Piece],
    pattern: re.Pattern[str],
    change: Callable[[list[Piece]], list[Piece]],
) -> list[Piece]:
    text = "".join(char for char, _, _ in pieces)
    kept: list[Piece] = []
    done = 0
    for found in pattern.finditer(text):
        kept += pieces[done : found.start()]
        kept += change(pieces[found.start() : found.end()])
        done = found.end()
    return kept + pieces[done:]
