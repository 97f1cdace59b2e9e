"""Whether a text says a key: as whole words, quickly, and each key once."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from socialapp.lib.cards import patterns

if TYPE_CHECKING:
    from socialapp.lib.cards.patterns import Pattern

MAX_TEXT = 20_000
"""Characters that are listened to: the newest ones."""

MAX_KEY = 100
"""Characters; a longer key is a sentence that nobody repeats."""


class Heard:
    """A text that is asked for many keys; it remembers what it was asked.

    “tea” is not in “steam”. Scripts that write without spaces have no edges of words, so
    there a key may stand anywhere.
    """

    def __init__(self, text: str) -> None:
        self._text = text[-MAX_TEXT:]
        self._plain: dict[bool, str] = {}
        self._words: dict[bool, frozenset[str]] = {}
        self._says: dict[tuple[bool, str], bool] = {}

    def says(self, key: str, *, sensitive: bool) -> bool:
        asked = (sensitive, key)
        if asked not in self._says:
            self._says[asked] = self._find(key, sensitive)
        return self._says[asked]

    def matches(self, pattern: Pattern) -> bool:
        return patterns.matches(pattern, self._text)

    def _find(self, key: str, sensitive: bool) -> bool:
        if sensitive not in self._plain:
            text = self._text if sensitive else self._text.casefold()
            self._plain[sensitive] = text
            self._words[sensitive] = _words(text)
        wanted = key if sensitive else key.casefold()
        if not wanted:
            return False
        if all(map(_spelt, wanted)):
            return wanted in self._words[sensitive]
        return _contains(self._plain[sensitive], wanted)


def _words(text: str) -> frozenset[str]:
    return frozenset("".join(run) for spelt, run in groupby(text, _spelt) if spelt)


def _contains(text: str, key: str) -> bool:
    """`key`, which is not one plain word, between edges of words."""
    at = text.find(key)
    while at >= 0:
        end = at + len(key)
        inside = at > 0 and _spelt(text[at - 1]) and _spelt(key[0])
        beyond = end < len(text) and _spelt(key[-1]) and _spelt(text[end])
        if not inside and not beyond:
            return True
        at = text.find(key, at + 1)
    return False


def _spelt(letter: str) -> bool:
    """Of a word in a script that parts words: letters and digits, but not Thai to Khmer,
    kana and Chinese characters."""
    return letter.isalnum() and not (
        "\u0e00" <= letter <= "\u0eff"
        or "\u1000" <= letter <= "\u109f"
        or "\u1780" <= letter <= "\u17ff"
        or "\u3040" <= letter <= "\u30ff"
        or "\u3400" <= letter <= "\u9fff"
        or "\uf900" <= letter <= "\ufaff"
        or letter >= "\U00020000"
    )
