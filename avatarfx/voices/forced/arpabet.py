"""From the alphabet of our pronunciations to that of the acoustic model, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from avatarfx.voices.pronounce import LENGTH, PAUSES, STRESS, pronounce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from avatarfx.voices.pronounce import Symbol

PHONES: dict[str, str] = {
    "ɑ": "AA", "ɒ": "AA", "æ": "AE", "a": "AE", "ʌ": "AH", "ə": "AH", "ɐ": "AH",
    "ᵊ": "AH", "ɔ": "AO", "o": "AO", "ɛ": "EH", "e": "EH", "ɜ": "ER", "ɚ": "ER",
    "i": "IY", "ɪ": "IH", "ᵻ": "IH", "u": "UW", "ʊ": "UH", "A": "EY", "I": "AY",
    "O": "OW", "Q": "OW", "W": "AW", "Y": "OY", "b": "B", "d": "D", "f": "F", "ɡ": "G",
    "h": "HH", "j": "Y", "k": "K", "x": "K", "l": "L", "m": "M", "n": "N", "ŋ": "NG",
    "p": "P", "s": "S", "t": "T", "T": "T", "ɾ": "T", "ʔ": "T", "v": "V", "w": "W",
    "z": "Z", "ð": "DH", "θ": "TH", "ʃ": "SH", "ʒ": "ZH", "ʤ": "JH", "ʧ": "CH",
    "ɹ": "R", "r": "R",
}  # fmt: skip
"""misaki's letters to those of the CMU dictionary, whose 39 phones the model knows."""

COLOURED = frozenset("əɜɚ")
"""Vowels that make one phone, ER, with an r behind them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to say a word."""

    phones: tuple[str, ...]
    """As the model names them."""

    symbols: tuple[tuple[str, ...], ...]
    """For each of them the letters that it stands for, stressed ones with their mark."""


def readings(text: str) -> dict[int, tuple[Reading, ...]]:
    """By index into ``pronounce.words_of(text)``: how the word may be said, American
    first, then British where that differs. Words without a sound are left out."""
    found: dict[int, tuple[Reading, ...]] = {}
    for british in (False, True):
        said: dict[int, list[Symbol]] = {}
        for chunk in pronounce(text, british=british):
            for symbol in chunk.symbols:
                if symbol.name not in PAUSES:
                    said.setdefault(symbol.word, []).append(symbol)
        for word, symbols in said.items():
            reading = _reading(symbols)
            known = found.get(word, ())
            if reading.phones and all(reading.phones != r.phones for r in known):
                found[word] = (*known, reading)
    return dict(sorted(found.items()))


def _reading(symbols: Sequence[Symbol]) -> Reading:
    phones: list[str] = []
    stand: list[tuple[str, ...]] = []
    for symbol in symbols:
        if symbol.name in STRESS or symbol.name == LENGTH or symbol.name not in PHONES:
            continue
        name = "ˈ" + symbol.name if symbol.stressed else symbol.name
        before = stand[-1][0].strip("ˈ") if stand and len(stand[-1]) == 1 else ""
        if symbol.name in "ɹr" and before and before in COLOURED:
            phones[-1] = "ER"
            stand[-1] = (*stand[-1], name)
            continue
        phones.append(PHONES[symbol.name])
        stand.append((name,))
    return Reading(tuple(phones), tuple(stand))
