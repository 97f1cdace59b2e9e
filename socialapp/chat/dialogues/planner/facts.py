"""What a character can bring into any subject: whole sentences of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from socialapp.chat.dialogues.retrieval import speakable
from socialapp.chat.dialogues.templates import is_sayable
from socialapp.chat.dialogues.wording import spoken

if TYPE_CHECKING:
    from socialapp.engines.talk import Card

STAND_ALONE = frozenset({"expertise", "joke", "disagreement", "example"})
"""Kinds of answers that make sense without their question, or nearly so."""

LONGEST = 135
"""Characters, so that a line with a fact in it is no longer than 220 or so."""

_POINTS_BACK = re.compile(
    r"^(yes|no|not|it|its|it's|that|that's|this|these|those|they|them|he|she|then|so|and|but"
    r"|or|do|does|did|is|are|was|were|both|neither|either|same|because|why|when|how|which"
    r"|what|who|where|only|thank|thanks|of course|certainly|never|always|if|tell)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Fact:
    text: str
    word: str = ""
    """A noun in it, to which a later line can come back."""

    kind: str = "lore"
    """``lore``, ``joke``, ``view`` or ``maxim``: where in an arc it has a place."""


@lru_cache(maxsize=512)
def facts_of(card: Card) -> tuple[Fact, ...]:
    """In the card's order; none for a card that has no lorebook and no examples."""
    found: dict[str, Fact] = {}
    for lore in card.lore:
        text = _said(speakable(lore, card), card)
        if text:
            word = next((key for key in lore.keys if _is_noun(key, text)), "")
            found.setdefault(text, Fact(text, word))
    for one in card.examples:
        if one.out_of_character or (one.kind or "example") not in STAND_ALONE:
            continue
        text = _said(one.character, card)
        if text and not _POINTS_BACK.match(text):
            kind = "joke" if one.kind == "joke" else "view"
            found.setdefault(text, Fact(text, kind=kind))
    return tuple(found.values())


def _said(text: str, card: Card) -> str:
    said = spoken(text, char=card.name, user="friend")
    return said if is_sayable(said) and len(said) <= LONGEST else ""


def _is_noun(key: str, text: str) -> bool:
    """Good enough: a single word of the lorebook's keys that stands small in the text."""
    return key.isalpha() and key.islower() and bool(re.search(rf"\b{key}\b", text))
