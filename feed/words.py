"""Whole words in what a post says. Plain Python.

"cat" is not in "category", nor "the cat" in "the catalogue". What has no words to be
whole, an emoji or a script that puts no space between them, is found anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LENGTH = 60
"""Characters of one word or phrase."""

_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)
"""Thai, Lao, Burmese, Khmer, kana and Han."""


def fold(text: str) -> str:
    """As it is compared: compatibility forms and case do not count, accents do."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _spaced(folded: str) -> str:
    return f" {' '.join(_WORD.findall(folded.replace('_', ' ')))} "


@dataclass(frozen=True, slots=True)
class Text:
    """A text made ready to be asked often."""

    folded: str
    spaced: str

    @classmethod
    def of(cls, *parts: str) -> Text:
        """Parts stay apart: no phrase begins in one and ends in the next."""
        kept = [fold(part) for part in parts if part]
        return cls("\n".join(kept), "\n".join(_spaced(part) for part in kept))

    def has(self, phrase: str) -> bool:
        """Whether the word or phrase is in it; never for one that is empty."""
        wanted = fold(phrase)
        if not wanted:
            return False
        spaced = _spaced(wanted)
        if not spaced.strip() or _UNSPACED.search(wanted):
            return wanted in self.folded
        return spaced in self.spaced

    def has_any(self, phrases: Iterable[str]) -> bool:
        return any(self.has(phrase) for phrase in phrases)
