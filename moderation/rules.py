"""The rules of the house: the one table that pages, forms and decisions read.

`category` is a name of the European Commission's statement of reasons, in its schema
of July 2025 (transparency.dsa.ec.europa.eu/page/api-documentation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ground = Literal["law", "rules"]
"""What a decision rests on: the law of the land, or our own rules."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as everybody may read it."""

    id: str
    """Chapter and number, ``4.2``; never given to another rule."""

    title: str
    text: str
    """Plain sentences: what is not allowed, and what is."""

    measures: tuple[str, ...]
    """What usually follows, the mildest first; ``MEASURES`` says each in words."""

    category: str
    """STATEMENT_CATEGORY_… without its beginning."""

    ground: Ground = "rules"
    report: str = ""
    """The line of the report form that leads here; empty: it is not offered there."""

    urgent: bool = False
    """Looked at before everything else, and hidden while it waits."""


@dataclass(frozen=True, slots=True)
class Chapter:
    number: int
    title: str
    rules: tuple[Rule, ...]


MEASURES: dict[str, str] = {
    "label": "a label",
    "age-limit": "an age limit",
    "demote": "shown to fewer people",
    "hide": "hidden from feeds and search",
    "remove": "removed",
    "warn": "a warning",
    "suspend": "the account rests for a while",
    "ban": "the account is closed",
}
"""What may be done, in the words of the rules page."""

CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        1,
        "Children",
        (
            Rule(
                "1.1",
                "No sexual content with children",
                "Nothing sexual with anyone who is, looks or is said to be under 18:"
                " drawn, spoken, written or hinted at. There is no story that makes it"
                " fine. We report it where the law asks us to.",
                ("remove", "ban"),
                "PROTECTION_OF_MINORS",
                "law",
                report="A child is shown or spoken of in a sexual way",
                urgent=True,
            ),
            Rule(
                "1.2",
                "No harm to young people",
                "No grooming, no dares that hurt, no adult roles for under-18s. People"
                " under 13 cannot have an account.",
                ("hide", "remove", "suspend"),
                "PROTECTION_OF_MINORS",
                report="A child or teenager is in danger",
                urgent=True,
            ),
        ),
    ),
    Chapter(
        2,
        "Real people",
        (
            Rule(
                "2.1",
                "No intimate pictures without consent",
                "Nothing nude or sexual of a real person who did not agree, whether it"
                " was filmed or made with AI. You need no account to have it taken"
                " down.",
                ("remove", "ban"),
                "CYBER_VIOLENCE",
                "law",
                report="An intimate picture of a real person without their consent",
                urgent=True,
            ),
            Rule(
                "2.2",
                "No real faces without their owner",
                "Characters are drawn or made up. A face of a real person may perform"
                " only when that person showed us, live, that it is them; they may take"
                " it back at any time.",
                ("hide", "remove"),
                "CYBER_VIOLENCE",
                report="It uses the face or voice of a real person",
            ),
            Rule(
                "2.3",
                "No passing as somebody else",
                "Do not pose as a real person, a company or us. Parody that says what it"
                " is may stay.",
                ("label", "hide", "suspend"),
                "SCAMS_AND_FRAUD",
                report="It poses as somebody else",
            ),
            Rule(
                "2.4",
                "No private facts of others",
                "No addresses, numbers, documents or whereabouts of people who did not"
                " publish them themselves.",
                ("remove", "warn"),
                "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
                report="It gives away private facts about someone",
            ),
        ),
    ),
    Chapter(
        3,
        "Self-harm",
        (
            Rule(
                "3.1",
                "No praise of self-harm",
                "Nothing that praises, teaches or invites suicide, self-injury or"
                " disordered eating. Speaking of it with care is welcome.",
                ("hide", "remove"),
                "SELF_HARM",
                report="Someone may hurt themselves, or is told to",
                urgent=True,
            ),
        ),
    ),
    Chapter(
        4,
        "How we treat each other",
        (
            Rule(
                "4.1",
                "No hatred",
                "Nobody is attacked or mocked for their origin, skin, religion,"
                " disability, sex, gender, orientation, age or illness. A villain may be"
                " a villain; the audience may not be the target.",
                ("hide", "remove", "suspend"),
                "ILLEGAL_OR_HARMFUL_SPEECH",
                report="It is hateful towards a group of people",
            ),
            Rule(
                "4.2",
                "No intimidation",
                "No threats against real people, and nothing that lets them fear one."
                " Threats between characters, in a play that is plainly a play, may"
                " stay.",
                ("hide", "remove", "suspend"),
                "VIOLENCE",
                report="It threatens or frightens someone",
            ),
            Rule(
                "4.3",
                "No harassment",
                "Do not follow people around with unwanted clips, comments or"
                " characters, and do not send others to do it.",
                ("warn", "hide", "suspend"),
                "CYBER_VIOLENCE",
                report="It harasses or bullies someone",
            ),
            Rule(
                "4.4",
                "No violence as a programme",
                "Nothing that praises terror or mass violence, recruits for it or"
                " explains how to do it.",
                ("remove", "ban"),
                "RISK_FOR_PUBLIC_SECURITY",
                "law",
                report="It praises or prepares violence",
                urgent=True,
            ),
        ),
    ),
    Chapter(
        5,
        "Sex and gore",
        (
            Rule(
                "5.1",
                "No sexual content",
                "Nothing pornographic in portraits, clips, scripts or names. Romance may"
                " be played where everyone on stage is an adult.",
                ("age-limit", "hide", "remove"),
                "OTHER_VIOLATION_TC",
                report="It is sexual",
            ),
            Rule(
                "5.2",
                "No gore",
                "No torn bodies for their own sake, and no cruelty to animals.",
                ("age-limit", "hide", "remove"),
                "VIOLENCE",
                report="It is gory or cruel",
            ),
        ),
    ),
    Chapter(
        6,
        "Honest play",
        (
            Rule(
                "6.1",
                "No deception",
                "No invented news that could be taken for real, no fake evidence, no"
                " tampering with elections. Clips keep their mark that they were made"
                " with AI.",
                ("label", "demote", "hide", "remove"),
                "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
                report="It could be mistaken for something real",
            ),
            Rule(
                "6.2",
                "No fraud",
                "No tricks for money, passwords or documents.",
                ("remove", "ban"),
                "SCAMS_AND_FRAUD",
                "law",
                report="It is a trick for money or passwords",
            ),
            Rule(
                "6.3",
                "No spam",
                "Do not flood the house with the same thing, with links, or with likes"
                " and accounts that are not people.",
                ("demote", "remove", "suspend"),
                "SCAMS_AND_FRAUD",
                report="It is spam",
            ),
            Rule(
                "6.4",
                "No ways around the locks",
                "Do not remove marks, trick the filters, or come back with what was"
                " taken down.",
                ("remove", "warn", "suspend"),
                "OTHER_VIOLATION_TC",
            ),
        ),
    ),
    Chapter(
        7,
        "Other people's work",
        (
            Rule(
                "7.1",
                "No stolen work",
                "Use pictures, texts and voices that are yours or that you may use. If"
                " something here is yours, tell us.",
                ("hide", "remove"),
                "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
                "law",
                report="It is my work, used without my permission",
            ),
            Rule(
                "7.2",
                "Nothing that the law forbids",
                "What no rule above names and the law still forbids, we take down where"
                " that law holds.",
                ("hide", "remove"),
                "NOT_SPECIFIED_NOTICE",
                "law",
                report="It is against the law in another way",
            ),
        ),
    ),
)

RULES: dict[str, Rule] = {
    rule.id: rule for chapter in CHAPTERS for rule in chapter.rules
}
"""By id, in the order of the page."""


def rule(rule_id: str) -> Rule:
    """The rule; KeyError for an id that was never given."""
    return RULES[rule_id]


def reportable() -> list[Rule]:
    """Those that the report form offers, the urgent ones first."""
    offered = [rule for rule in RULES.values() if rule.report]
    return sorted(offered, key=lambda rule: not rule.urgent)
