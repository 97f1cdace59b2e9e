"""A script in pieces that can be spoken one after another, each a take of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.acting.script import Segment

FEWEST = 30
"""Letters of a piece: a shorter sentence comes out clipped when it is said alone."""

WORTH = 40
"""Letters that must follow the first piece, or nothing is won by beginning with it."""

_ENDS = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+")


def pieces(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The same words in the same order: sentences, the short ones with their
    neighbours. Nothing that two segments say is joined."""
    return tuple(piece for segment in segments for piece in _split(segment))


def begins_early(said: Sequence[Segment]) -> bool:
    """Whether the first of these pieces is worth being filmed before the rest is
    spoken."""
    if len(said) < 2 or letters(said[0].text) < FEWEST:
        return False
    return sum(letters(piece.text) for piece in said[1:]) >= WORTH


def letters(text: str) -> int:
    return sum(c.isalnum() for c in text)


def _split(segment: Segment) -> list[Segment]:
    text = segment.text
    ends = [0, *(match.end() for match in _ENDS.finditer(text)), len(text)]
    found: list[str] = []
    short = ""
    for start, end in pairwise(ends):
        short += text[start:end]
        if letters(short) >= FEWEST:
            found.append(short)
            short = ""
    if short and found:
        found[-1] += short
    elif short or not found:
        found.append(short)
    first, *others = (text.strip() for text in found)
    return [
        replace(segment, text=first),
        *(replace(segment, text=text, pause=0.0, effect="") for text in others),
    ]
