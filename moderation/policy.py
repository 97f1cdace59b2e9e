"""How the rules page sets out the table of ``moderation.rules``."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.conf import settings

from moderation.rules import RULES
from moderation.services import housekeeping, retention

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


@dataclass(frozen=True, slots=True)
class Kept:
    what: str
    days: int
    since: str


def keeping() -> list[Kept]:
    """What is kept for a time, from the figures by which it is erased."""
    return [
        Kept(
            "The words of a text that filters refused or doubted",
            settings.SCREENING_TEXTS_DAYS,
            "it was written; longer while somebody you asked still looks at it",
        ),
        Kept(
            "Whose such a text was",
            retention.KEPT.days,
            "it was written; longer if a person let it through",
        ),
        Kept(
            "What was said and shown in a report, and in an appeal",
            retention.KEPT.days,
            "the last decision",
        ),
        Kept(
            "Names and addresses of people who report without an account",
            housekeeping.CONTACTS.days,
            "the decision",
        ),
        Kept(
            "Fingerprints of what was posted, against spam",
            settings.ABUSE["KEPT_DAYS"],
            "it went out",
        ),
    ]


def _chapter_of(rule: Rule) -> int:
    return int(rule.id.partition(".")[0])
