"""How common an English word is, read off the encoder's own tokenizer.

WordPiece numbers whole words by how often they were seen, so the file that the encoder
needs anyway is a frequency list of 21,700 words too (Apache-2.0; see NOTICE).
"""

from __future__ import annotations

import json
import math
from functools import cache, lru_cache
from pathlib import Path

TOKENIZER = Path(__file__).parents[1] / "embedders" / "data" / "tokenizer.json"

_FIRST_WORD = 1996
"""Ids below are marks, digits and single letters."""

_MORE = (
    "slut", "sluts", "cunt", "cunts", "tits", "nudes", "porno", "dick", "dicks", "cock",
    "suicidal", "kys", "kms", "loli", "molest", "retard", "whores", "bitches", "stab",
    "killing", "yourself", "bastards", "asshole", "bullshit", "wank", "twat", "pedo",
    "underage", "threaten", "unalive", "boobs", "boob",
)  # fmt: skip
"""Words that the list lacks, or ranks low, and that people hide."""

_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "y")
_LONGEST = 20


@cache
def _ranks() -> dict[str, int]:
    vocabulary = json.loads(TOKENIZER.read_text(encoding="utf-8"))["model"]["vocab"]
    ranks = {
        word: number - _FIRST_WORD
        for word, number in vocabulary.items()
        if number >= _FIRST_WORD and word.isascii() and word.isalpha()
    }
    for word in _MORE:
        ranks[word] = min(ranks.get(word, 4000), 4000)
    ranks |= {"a": 5, "i": 20}
    return ranks


def known(word: str) -> bool:
    """Whether `word` (lower case) is a common one, as it is or with a common ending."""
    return math.isfinite(_cost(word))


@lru_cache(maxsize=20_000)
def _cost(word: str) -> float:
    """About minus the logarithm of its frequency by Zipf's law; infinite if unknown."""
    ranks = _ranks()
    if word in ranks and (len(word) > 1 or word in {"a", "i"}):
        return math.log((ranks[word] + 2) * 10.6)
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if len(stem) > 3 and stem != word and stem in ranks:
            return math.log((ranks[stem] + 2) * 10.6) + 2.0
    return math.inf


def split(letters: str) -> list[str]:
    """The likeliest words whose letters these are, in order: dynamic programming over
    the cheapest way to reach each letter, at most 20 letters back. Joined, the words
    are `letters` again."""
    low = letters.lower()
    best = [0.0]
    cuts = [0]
    for end in range(1, len(low) + 1):
        options = [
            (best[start] + _price(low[start:end]), start)
            for start in range(max(0, end - _LONGEST), end)
        ]
        price, start = min(options)
        best.append(price)
        cuts.append(start)
    words: list[str] = []
    end = len(letters)
    while end:
        words.append(letters[cuts[end] : end])
        end = cuts[end]
    return words[::-1]


def _price(word: str) -> float:
    cost = _cost(word)
    # An unknown word costs more than any known one, and more for each letter.
    return cost if math.isfinite(cost) else 14.0 + 4.0 * len(word)
