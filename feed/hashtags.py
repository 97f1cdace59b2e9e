"""Hashtags in captions. Plain Python."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TAGS = 10
MAX_LENGTH = 50
"""Of one tag, as in ``feed.models.Tag``."""

# Not in the middle of a word or an address (a#b, /#b), and not digits alone: "#1".
_TAG = re.compile(r"(?<![\w#/&])#(\w*[^\W\d_]\w*)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a caption; `tag` is empty for plain words."""

    text: str
    tag: str = ""


def _name(raw: str) -> str:
    return raw.lower()[:MAX_LENGTH]


def pieces_of(caption: str) -> list[Piece]:
    """The caption cut at its hashtags; joined texts are the caption again."""
    pieces, at = [], 0
    for match in _TAG.finditer(caption):
        if match.start() > at:
            pieces.append(Piece(caption[at : match.start()]))
        pieces.append(Piece(match.group(), _name(match.group(1))))
        at = match.end()
    if at < len(caption):
        pieces.append(Piece(caption[at:]))
    return pieces


def names_in(caption: str) -> list[str]:
    """Lowercase tag names in order, each once, at most ``MAX_TAGS``."""
    names = dict.fromkeys(piece.tag for piece in pieces_of(caption) if piece.tag)
    return list(names)[:MAX_TAGS]
