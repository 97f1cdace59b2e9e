"""Where a line can be cut: after a whole sentence, and nowhere else."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|\n+")
_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "prof",
        "rev",
        "sr",
        "jr",
        "capt",
        "sgt",
        "gen",
        "col",
        "lt",
        "no",
        "vs",
        "etc",
        "e.g",
        "i.e",
        "a.m",
        "p.m",
    ]
)
"""Words whose full stop ends no sentence."""

LONGEST = 400
"""Characters after which a run without an end is cut at a word."""


class Cutter:
    """Takes a stream of text in pieces, gives it back in sentences.

    Together they are the same text: white space stays with the sentence it follows.
    """

    def __init__(self) -> None:
        self._rest = ""

    def add(self, text: str) -> list[str]:
        """The sentences that are whole now."""
        self._rest += text
        found = []
        while end := _first_end(self._rest):
            found.append(self._rest[:end])
            self._rest = self._rest[end:]
        return found

    def finish(self) -> str:
        """What is left, whole or not."""
        rest, self._rest = self._rest, ""
        return rest

    @property
    def rest(self) -> str:
        return self._rest


def split(text: str) -> list[str]:
    """The sentences of a whole text, without white space around them."""
    cutter = Cutter()
    pieces = [*cutter.add(text), cutter.finish()]
    return [piece.strip() for piece in pieces if piece.strip()]


def is_whole(sentence: str) -> bool:
    """It has an end, as one that was cut off has not."""
    return bool(re.search(r"[.!?…][\"'”’»)\]]*\s*$", sentence))


def _first_end(text: str) -> int:
    """Where the first sentence ends, with the white space after it; 0: not yet."""
    for match in _END.finditer(text):
        end = match.end()
        while end < len(text) and text[end].isspace():
            end += 1
        if not text[:end].strip():
            continue
        # More white space may come; the next word shows that none will.
        if end == len(text) and not text[:end].endswith("\n"):
            return 0
        if _goes_on(text[: match.start()], match.group(), text[end:]):
            continue
        return end
    if len(text) > LONGEST:
        cut = text.rfind(" ", LONGEST // 2, LONGEST)
        return cut + 1 if cut > 0 else LONGEST
    return 0


def _goes_on(before: str, mark: str, after: str) -> bool:
    """No end after all: an abbreviation, a stammer, or words that tell who spoke."""
    small = after[:1].islower()
    if mark.startswith(("..", "…")) or mark[-1] in "\"'”’»)]":
        return small
    if mark != ".":
        return False
    word = before.rsplit(None, 1)[-1] if before.strip() else ""
    word = word.lstrip("(\"'“‘").lower()
    initial = len(word) == 1 and word.isalpha() and word != "i"
    return word in _ABBREVIATIONS or (initial and after[:1].isupper())
