"""How the rules page sets out the table of ``moderation.rules``."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from moderation.rules import RULES

if TYPE_CHECKING:
    from moderation.rules import Rule

TITLES = {
    1: "People come first",
    2: "Real people",
    3: "Romance",
    4: "How we treat each other",
    5: "Honest play",
    6: "The rest",
}
"""Of the chapters, by the first part of a rule's number."""

USUAL = {
    5: "it is removed and the account is closed; where the law asks for it, we report it",
    4: "it is hidden or removed, and the account may rest for a while",
    3: "it is hidden or removed, with a warning",
    2: "it is hidden until it is settled, or removed",
    1: "it is shown to fewer people, or removed",
}
"""What follows by severity, unless the facts speak for less."""


@dataclass(frozen=True, slots=True)
class Chapter:
    number: int
    title: str
    rules: tuple[tuple[Rule, str], ...]
    """Each with what usually follows."""


def chapters() -> list[Chapter]:
    """Every rule, under its chapter, in the order of the table."""
    return [
        Chapter(
            number, TITLES[number], tuple((one, USUAL[one.severity]) for one in rules)
        )
        for number, rules in groupby(RULES, key=_chapter_of)
    ]


def _chapter_of(rule: Rule) -> int:
    return int(rule.id.partition(".")[0])
