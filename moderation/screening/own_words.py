"""What the house's own cast says: its authors read it, so no head has to judge it again.

Heads judge what is put together, and a handful of harmless lines in one text is now and
then more than the sum of them. Rules and word lists still read all of it.
"""

from __future__ import annotations

import re
import string
from functools import cache

from socialapp.content import library

LEAST_LETTERS = 16
"""Of a sentence that means the same wherever it stands: "Do it." does not."""

_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"'”’)]*|$|(?=\n))")
_BEFORE = re.compile(r"(\s*[^:.!?\[\]\n]{1,60}:)?((?:\s*\[[^\]\n]{1,40}\])*)")
"""At the start of a sentence of a script: whose it is, and how it is said. Both are
judged: anything could stand there."""

_TAG = re.compile(r"\[[^\]\n]{1,40}\]")
_NO_LETTERS = str.maketrans("", "", f"{string.punctuation}{string.whitespace}“”‘’…–—")


def without_own(text: str) -> str:
    """`text` with the sentences of the house blanked: as long as before, so that every
    place in it stays where it was."""
    known = _sentences()
    kept = list(text)
    for found in _SENTENCE.finditer(text):
        start, end = found.span()
        before = _BEFORE.match(text, start, end)
        for first in (start, before.end()) if before else (start,):
            if _letters(text[first:end]) in known:
                kept[first:end] = " " * (end - first)
    return "".join(kept)


@cache
def _sentences() -> frozenset[str]:
    found = {
        _letters(sentence.group())
        for line in library.spoken_lines()
        for sentence in _SENTENCE.finditer(_TAG.sub(" ", line))
    }
    return frozenset(one for one in found if len(one) >= LEAST_LETTERS)


def _letters(text: str) -> str:
    """What makes two sentences the same; a picture or a hidden sign makes another one."""
    return text.casefold().translate(_NO_LETTERS)
