"""A first guess at a cast: who suits the author's advice, beside whom they contrast."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialapp.characters.models import Character

MINE = 2.0
"""Worth of being one's own: a play is nicer with somebody one made."""

LENT = -1.0
"""Of being somebody else's: they said yes, and would still rather be asked for."""

MOST_WORDS = 3
"""Matches with the advice beyond these count no more."""

TAG = 1.5
"""Worth of a word of the advice among the tags; in the persona it is worth 1."""

CONTRAST = 0.8
"""Worth of the widest difference in pace to the nearest of those already cast: less
than a word of the advice."""

SAME_VOICE = -3.0
"""Nobody could tell by ear who speaks."""

_PACE = {"still": -0.08, "subtle": 0.0, "lively": 0.08}
_WIDE = 0.2
"""Difference in pace that counts as quick beside slow: a fifth of the usual speed."""

_STOP = {
    "a", "an", "and", "any", "anyone", "at", "be", "being", "but", "for", "in", "is",
    "little", "looked", "not", "of", "one", "or", "somebody", "someone", "that", "the",
    "thinking", "to", "very", "while", "who", "with",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suit:
    character: Character
    mine: bool


def suggest(
    advice: Mapping[str, str],
    fits: Mapping[str, Sequence[Suit]],
    cast: Mapping[str, Character] | None = None,
) -> dict[str, Character]:
    """One for each role that somebody fits; the same for the same characters.

    Roles with the fewest candidates choose first. Nobody is given a second role as long
    as another one fits. `cast`: who was chosen already, and stays.
    """
    chosen: dict[str, Character] = dict(cast or {})
    order = sorted(
        fits.keys() - chosen.keys(), key=lambda role: (len(fits[role]), role)
    )
    for role in order:
        taken = {one.pk for one in chosen.values()}
        free = [one for one in fits[role] if one.character.pk not in taken]
        able = free or fits[role]
        if able:
            on_stage = list(chosen.values())
            best = max(
                able,
                key=lambda one: (
                    _worth(one, advice[role], on_stage),
                    -one.character.pk,
                ),
            )
            chosen[role] = best.character
    return chosen


def _worth(one: Suit, advice: str, on_stage: Sequence[Character]) -> float:
    character = one.character
    worth = suits(advice, character)
    if one.mine:
        worth += MINE
    elif not character.starter:
        worth += LENT
    if on_stage:
        nearest = min(abs(_pace(character) - _pace(other)) for other in on_stage)
        worth += CONTRAST * min(1.0, nearest / _WIDE)
        if any(character.voice == other.voice for other in on_stage):
            worth += SAME_VOICE
    return worth


def suits(advice: str, character: Character) -> float:
    """How many words of the advice are said of the character."""
    wanted = _words(advice) - _STOP
    tags = _words(" ".join(map(str, character.tags)))
    said = _words(f"{character.tagline} {character.persona}")
    found = 0.0
    for word in wanted:
        if _has(word, tags):
            found += TAG
        elif _has(word, said):
            found += 1.0
    return min(found, float(MOST_WORDS))


def _has(word: str, words: set[str]) -> bool:
    """``warm`` is in ``warmly`` too; short words are only themselves."""
    if word in words:
        return True
    return len(word) > 3 and any(one.startswith(word) for one in words)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.lower()))


def _pace(character: Character) -> float:
    return character.voice_speed + _PACE.get(character.motion, 0.0)
