"""Hashtags in captions. Plain Python.

However a tag is written it is the same one: width, case, accents put together or apart,
invisible signs, emoji styles and look-alike letters of another script are folded.
Accents themselves are not: in many languages they make another word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_TAGS = 10
MAX_LENGTH = 50
"""Of one tag, as in ``feed.models.Tag``."""

MOST_MARKS = 3
"""Combining marks on one letter, as in Hebrew; with more of them it is decoration, and
the letter alone counts."""

_SIGN = "#＃﹟"
_JOINERS = "\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u202a-\u202e\u2066-\u2069\u061c"
_EMOJI = (
    "\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\U0001f000-\U0001faff"
)
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983"
    "\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03"
    "\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83"
    "\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0dca-\u0ddf\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f18-\u0f3f\u0f71-\u0fbc"
    "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
)
_BODY = rf"\w{_MARKS}{_JOINERS}{_EMOJI}"

# Not in the middle of a word or an address (a#b, /#b).
_TAG = re.compile(rf"(?<![\w{_SIGN}/&])[{_SIGN}]([{_BODY}]+)")
_ALONE = re.compile(rf"[{_SIGN}]([{_BODY}]+)")
_STORM = re.compile(f"[{_MARKS}]{{{MOST_MARKS + 1},}}|[\u0334-\u0338\u20d0-\u20ff]")
"""Too many marks on a letter, and those that are drawn through or around it."""

_NO_PART = re.compile(rf"[^{_BODY}]")

_UNSEEN = re.compile(f"[{_JOINERS}\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\u20e3]")
"""Joiners, directions, styles of emoji and skin tones: none is a letter."""

_LOOKALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтгαεικνορτυχ",
    "aeopcyxijshdqwbkmhtraeikvoptux",
)
"""Letters of other scripts that are drawn like Latin ones. They are folded where a tag
mixes them with Latin: a word that is all Cyrillic or all Greek is left alone."""

_LATIN = re.compile("[a-zß-öø-ɏ]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a caption; `tag` is empty for plain words."""

    text: str
    tag: str = ""


def folded(raw: str) -> str:
    """The name of a tag, however it is written, without its sign; empty when nothing of
    it can be a name: invisible, or digits alone as in "#1"."""
    name = raw
    # What is left out may let its neighbours compose, so once is not enough; nothing
    # that is known changes a fourth time.
    for _ in range(4):
        before = name
        name = unicodedata.normalize("NFKD", name).casefold()
        name = _UNSEEN.sub("", unicodedata.normalize("NFKD", name))
        name = _STORM.sub("", _NO_PART.sub("", name)).replace("i\u0307", "i")
        name = _latin(unicodedata.normalize("NFKC", name))[:MAX_LENGTH].strip("_")
        if name == before:
            break
    return name if _is_name(name) else ""


def _latin(name: str) -> str:
    """With look-alikes as Latin letters, where that makes all of them Latin."""
    mixed = name.translate(_LOOKALIKES)
    if mixed == name or not _LATIN.search(name):
        return name
    rest = re.sub(r"[\d_]", "", mixed)
    return mixed if all(_LATIN.match(char) for char in rest) else name


def _is_name(name: str) -> bool:
    return any(unicodedata.category(char)[0] == "L" for char in name) or any(
        unicodedata.category(char) == "So" for char in name
    )


def name_of(word: str) -> str:
    """Of one word that is nothing but a hashtag; empty for others."""
    match = _ALONE.fullmatch(word)
    return folded(match[1]) if match else ""


def pieces_of(caption: str) -> list[Piece]:
    """The caption cut at its hashtags; joined texts are the caption again."""
    pieces, at = [], 0
    for match in _TAG.finditer(caption):
        name = folded(match.group(1))
        if not name:
            continue
        if match.start() > at:
            pieces.append(Piece(caption[at : match.start()]))
        pieces.append(Piece(match.group(), name))
        at = match.end()
    if at < len(caption):
        pieces.append(Piece(caption[at:]))
    return pieces


def names_in(caption: str) -> list[str]:
    """Folded tag names in order, each once, at most ``MAX_TAGS``."""
    names = dict.fromkeys(piece.tag for piece in pieces_of(caption) if piece.tag)
    return list(names)[:MAX_TAGS]
