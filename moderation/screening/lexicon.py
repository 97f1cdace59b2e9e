"""Slurs and strong language as a signal for each surface; never alone a reason to ban.

What counts is how a word is used. To quote or name a slur, or to speak of one's own
group, goes by with a look at most; to throw it at somebody is refused. The list is kept
in ROT13 so that nobody who browses the code is met by a wall of slurs; it hides nothing.
"""

from __future__ import annotations

import codecs
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.screening.matching import NAMES, Match, around, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.screening.matching import Reading

_FILE = Path(__file__).parent / "data" / "lexicon.json"

_MENTION = words(
    r"""(?:the|a|this|that) (?:\w+ )?(?:word|words|term|slur|slurs|insult|n-word|f-word|label)|
    slurs?|offensive|derogatory|racist|homophobic|transphobic|ableist|reclaim\w*|etymology|history of|
    stop (?:saying|using|calling)"""
)
_CALLED = re.compile(
    r"\b(?:call(?:s|ed|ing)?|don't say|do not say|never say|used to say)(?: \w+){0,4} $"
)
_OWN = re.compile(
    r"\b(?:(?:i'm|i am|im|as)(?: an?)?(?: proud| queer| black| gay| old)?(?: \w+)?"
    r"|(?:we|us|my fellow|fellow|proud)(?: \w+)?) $"
)
_AT = (
    r"(?:you|u|ya|your|these|those|them|they|all|every|dirty|stupid|fucking|filthy|"
    r"disgusting|damn|goddamn|hate|kill|no|many|typical|common)"
)
_THROWN_BEFORE = re.compile(rf"\b{_AT}(?:'re|'s)?(?: \w+){{0,5}}? $")
_THROWN_AFTER = re.compile(
    r"^ (?:are|is|should|must|need to|deserve|don't|just|can't|will never|go back|get out"
    r"|out|like you)\b"
)


@cache
def _lists() -> dict[str, frozenset[str]]:
    raw: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {
        name: frozenset(codecs.decode(word, "rot13") for word in words_)
        for name, words_ in raw.items()
    }


_WORD = re.compile(r"[a-z]+")


def find(reading: Reading) -> Iterator[Match]:
    text = reading.text
    lists = _lists()
    for found in _WORD.finditer(text):
        word = found.group()
        if word in lists["slurs"]:
            yield from _slur(reading, found, ambiguous=word in lists["ambiguous"])
        elif word in lists["profanity"] and (reading.young or reading.surface in NAMES):
            yield Match("profanity", *found.span(), "review")


def _slur(
    reading: Reading, found: re.Match[str], *, ambiguous: bool
) -> Iterator[Match]:
    text = reading.text
    start, end = found.span()
    thrown = bool(
        _THROWN_BEFORE.search(text[max(0, start - 40) : start])
        or _THROWN_AFTER.match(text[end : end + 20])
    )
    if _mentioned(text, start, end):
        if not ambiguous:
            yield Match("slur", start, end, "review")
    elif thrown or (reading.surface in NAMES and not ambiguous):
        yield Match("slur", start, end, "block")
    elif not ambiguous:
        yield Match("slur", start, end, "review")


def _mentioned(text: str, start: int, end: int) -> bool:
    """Named or quoted rather than used, or said of oneself."""
    before = text[max(0, start - 40) : start]
    if _CALLED.search(before) or _in_quotes(text, start, end):
        return True
    near = around(text, start, end, 45)
    return bool(_OWN.search(before) or _MENTION.search(near))


def _in_quotes(text: str, start: int, end: int) -> bool:
    """Within double quotes that are part of a sentence, not around all of it."""
    opened = text.rfind('"', 0, start)
    closed = text.find('"', end)
    if opened < 0 or closed < 0 or text.count('"', 0, start) % 2 == 0:
        return False
    return len((text[:opened] + text[closed + 1 :]).split()) > 1
