"""Filter words, compared as moderation reads: look-alikes, marks and spacing undone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.screening.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Its words in plain small letters, one space between: ``"S.p.a.m, Mİx"`` is
    ``"spam mix"``. TooLongError as ``normalise``."""
    return " ".join(_WORD.findall(normalise(text).text.casefold()))


def has_word(text: str, folded: Iterable[str]) -> bool:
    """Whether one of the words stands in the text as a whole word, folded or as it was
    typed: ``ass`` is not in ``grass``."""
    plain = " ".join(_WORD.findall(text.casefold()))
    readings = (f" {fold(text)} ", f" {plain} ")
    return any(f" {word} " in reading for word in folded for reading in readings)
