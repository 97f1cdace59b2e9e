"""From our phones to the letters that a model was taught, and time over both.

VITS of VCTK reads IPA as espeak-ng writes it. espeak-ng's licence is the GPL, so it is
not used: the phones of our own G2P are written the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.voices.alignment import SONORITY
from avatarfx.voices.pronounce import LENGTH, PAUSES, STRESS

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from avatarfx.voices.pronounce import Symbol

IPA = {
    "A": "eɪ",
    "I": "aɪ",
    "W": "aʊ",
    "Y": "ɔɪ",
    "O": "əʊ",
    "Q": "əʊ",
    "ʤ": "dʒ",
    "ʧ": "tʃ",
    "ᵊ": "ə",
    "T": "ɾ",
    "g": "ɡ",
    "r": "ɹ",
    "—": ",",
    "…": ".",
    "“": '"',
    "”": '"',
}
"""One character of misaki's alphabet as espeak-ng writes it; others are the same."""

LONG = {"i": "iː", "u": "uː", "ɑ": "ɑː", "ɔ": "ɔː", "ɜ": "ɜː"}
"""Vowels that are long where they are stressed."""

PHONETIC = frozenset("əɹʃŋ")
"""Letters by which a vocabulary of phones is told from one of spelling."""

VOWEL, CONSONANT = 1.0, 0.6
"""Time of a phone against others where nobody has told it."""


def written(symbol: Symbol, vocabulary: Container[str]) -> str:
    """The letters of a model's vocabulary that stand for a symbol; empty: none do."""
    name = symbol.name
    text = LONG[name] if symbol.stressed and name in LONG else IPA.get(name, name)
    return "".join(letter for letter in text if letter in vocabulary)


def spread(symbols: Sequence[Symbol], seconds: Sequence[float]) -> list[float]:
    """Time of each symbol, given the time of each word.

    `seconds`: by number of a word, counted from the first symbol's. A word's time is
    shared by its phones, a vowel's share being larger; marks and spaces get none.
    """
    weights = [_weight(symbol) for symbol in symbols]
    first = symbols[0].word if symbols else 0
    sums: dict[int, float] = {}
    for symbol, weight in zip(symbols, weights, strict=True):
        sums[symbol.word] = sums.get(symbol.word, 0.0) + weight
    return [
        seconds[symbol.word - first] * weight / sums[symbol.word]
        if sums[symbol.word]
        else 0.0
        for symbol, weight in zip(symbols, weights, strict=True)
    ]


def lengths(symbols: Sequence[Symbol], count: int) -> list[float]:
    """How long each of `count` words is against the others."""
    first = symbols[0].word if symbols else 0
    found = [0.0] * count
    for symbol in symbols:
        found[symbol.word - first] += _weight(symbol)
    return found


def _weight(symbol: Symbol) -> float:
    if symbol.name in PAUSES or symbol.name in STRESS:
        return 0.0
    if symbol.name == LENGTH:
        return VOWEL / 2
    return VOWEL if SONORITY.get(symbol.name, 0.6) == 1.0 else CONSONANT
