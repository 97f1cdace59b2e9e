"""Words as the index has them. Plain Python, so that both databases agree on them.

SQLite and Postgres each have their own idea of a word, of accents and of small letters.
Here both get words that are ready: a row and a query are folded by the same function.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 64
"""Letters of one word that count."""

_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U000e0100-\U000e01ef\U0001f3fb-\U0001f3ff]+"
)
"""Accents, vowel points, variation selectors and skin tones. The marks of Japanese,
Thai and Indic writing stay: without them these are other words."""

_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)
"""Letters with a stroke, which Unicode does not take apart."""

_APOSTROPHE = re.compile(r"(?<=[^\W_]{3})['\u2019\u02bc](?=[^\W_])")
"""Inside a word such as don't; after one or two letters it parts them, as in l'amour."""

_RUN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Writing without spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese."""


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    at: int
    """Where it begins in the folded text."""


def fold(text: str) -> str:
    """Small letters without accents, in one of the many ways to write the same."""
    folded = text.lower() if text.isascii() else _bare(_bare(text))
    return _APOSTROPHE.sub("", folded)


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    apart = _ACCENTS.sub("", unicodedata.normalize("NFKD", apart))
    apart = apart.translate(_LETTERS)
    if any(unicodedata.category(char) in {"Cf", "Cs"} for char in apart):
        apart = "".join(
            char for char in apart if unicodedata.category(char) not in {"Cf", "Cs"}
        )
    return unicodedata.normalize("NFKC", apart)


def tokens_of(folded: str, *, asked: bool = False) -> list[Token]:
    """Words of a folded text; an emoji is one. Writing without spaces gives each pair
    of neighbours, and the last letter alone, so that any part of it is a phrase.
    `asked`: for a query, which does without the last letter."""
    if folded.isascii():
        return [
            Token(match.group()[:LONGEST], match.start())
            for match in _ASCII.finditer(folded)
        ]
    found: list[Token] = []
    for start, end in _stretches(folded):
        if folded[start].isascii() or not _RUN.match(folded, start):
            found.append(Token(folded[start : min(end, start + LONGEST)], start))
            continue
        found += [Token(folded[at : at + 2], at) for at in range(start, end - 1)]
        if not asked or end - start == 1:
            found.append(Token(folded[end - 1], end - 1))
    return found


_ASCII = re.compile("[a-z0-9]+")


def _stretches(folded: str) -> list[tuple[int, int]]:
    """Where words, runs and emoji begin and end."""
    found: list[tuple[int, int]] = []
    begun, kind = 0, ""
    for at, char in enumerate(folded):
        now = _kind(char)
        if now == kind and now != "emoji":
            continue
        if kind:
            found.append((begun, at))
        begun, kind = at, now
    if kind:
        found.append((begun, len(folded)))
    return found


def _kind(char: str) -> str:
    if char.isascii():
        return "word" if char.isalnum() else ""
    if _RUN.match(char):
        return "run"
    category = unicodedata.category(char)
    if category[0] in "LNM":
        return "word"
    return "emoji" if category == "So" else ""


def words_of(text: str, *, asked: bool = False) -> list[str]:
    return [token.text for token in tokens_of(fold(text), asked=asked)]


def is_run(char: str) -> bool:
    """Whether it belongs to writing without spaces between words."""
    return _RUN.match(char) is not None
