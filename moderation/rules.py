"""The rules of the house: what is refused, what it weighs, how law and forms name it.

One table for everybody: screening, reports, decisions, statements of reasons and the
published policy page read it, so that the page says what the code does.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "2026-11"
"""Of the table; stored with every decision, so that old ones keep their meaning."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    """Number as printed, for example ``4.2``; never given to another rule."""

    category: str
    """The short word that reports and verdicts use; unique."""

    title: str
    text: str
    """The rule in one or two sentences, for the policy page and the statement."""

    ask: str
    """What the report dialog calls it."""

    severity: int
    """1 (a nuisance) to 5 (somebody is harmed now)."""

    dsa: str
    """STATEMENT_CATEGORY_… of the EC's statement of reasons (July 2025), without its
    beginning."""

    illegal: str = ""
    """The legal ground where the law forbids it too; empty: a matter of our rules."""

    reported: bool = True
    """Whether people are asked about it; the others are found by machines alone."""


RULES = (
    Rule(
        "1.1",
        "minors",
        "Children are safe here",
        "Nothing sexual with or about anyone who is, looks or is said to be under 18,"
        " drawn and invented ones included.",
        "It puts a child at risk",
        5,
        "PROTECTION_OF_MINORS",
        "Directive 2011/93/EU",
    ),
    Rule(
        "1.2",
        "ncii",
        "No intimate pictures without consent",
        "No nude or sexual picture of a real person who did not agree to it, made by a"
        " camera or by a machine. You need no account to have one taken down.",
        "It is an intimate picture of someone who did not agree",
        5,
        "CYBER_VIOLENCE",
        "Directive (EU) 2024/1385, Article 5",
    ),
    Rule(
        "1.3",
        "self-harm",
        "No encouragement of self-harm",
        "Do not encourage suicide, self-harm or disordered eating, and do not explain"
        " how. Speaking of one's own pain is welcome and gets help.",
        "It encourages self-harm",
        4,
        "SELF_HARM",
    ),
    Rule(
        "2.1",
        "impersonation",
        "No real people without their consent",
        "Do not make a real person speak or move here unless it is you, or they agreed."
        " They may take it back at any time.",
        "It imitates a real person",
        4,
        "CYBER_VIOLENCE",
    ),
    Rule(
        "2.2",
        "privacy",
        "No private details",
        "Do not publish addresses, numbers, documents or whereabouts of others.",
        "It shows private details",
        3,
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "Regulation (EU) 2016/679",
    ),
    Rule(
        "3.1",
        "sexual",
        "No explicit sexual content",
        "Romance may be played where everyone on stage is an adult. Explicit sexual"
        " acts and nudity may not.",
        "It is sexual",
        3,
        "OTHER_VIOLATION_TC",
    ),
    Rule(
        "4.1",
        "hate",
        "No hate",
        "Do not attack people for what they are: origin, religion, disability, sex,"
        " gender or whom they love. A villain may be a villain; the audience may not be"
        " the target.",
        "It is hateful",
        4,
        "ILLEGAL_OR_HARMFUL_SPEECH",
        "Framework Decision 2008/913/JHA",
    ),
    Rule(
        "4.2",
        "harassment",
        "No intimidation",
        "Do not threaten, stalk or bully anyone, and do not send others to do it.",
        "It harasses or threatens somebody",
        3,
        "CYBER_VIOLENCE",
    ),
    Rule(
        "4.3",
        "violence",
        "No praise of violence",
        "Stage fights are fine. Calls to real violence, praise of it and cruelty shown"
        " for its own sake are not.",
        "It is violent or praises violence",
        4,
        "VIOLENCE",
    ),
    Rule(
        "4.4",
        "language",
        "Mind the language",
        "Keep strong language out of names, and out of what teenagers publish.",
        "It is full of strong language",
        1,
        "OTHER_VIOLATION_TC",
    ),
    Rule(
        "5.1",
        "deception",
        "No deception",
        "Do not pass off what was made here as a recording of something that happened,"
        " and do not hide its AI label.",
        "It is meant to deceive",
        3,
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
    ),
    Rule(
        "5.2",
        "illegal-goods",
        "No dangerous or illegal goods",
        "Do not sell or explain weapons, drugs or anything else that the law forbids.",
        "It offers something illegal",
        3,
        "UNSAFE_AND_PROHIBITED_PRODUCTS",
    ),
    Rule(
        "5.3",
        "copyright",
        "What belongs to others",
        "Do not publish what somebody else made unless they allow it.",
        "It uses my work",
        2,
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "Directive (EU) 2019/790",
    ),
    Rule(
        "5.4",
        "tricks",
        "No orders to the machine",
        "Characters, scripts and scenes are stories; orders meant for the model behind"
        " them are not carried out.",
        "It tries to trick the machine",
        1,
        "OTHER_VIOLATION_TC",
        reported=False,
    ),
    Rule(
        "5.5",
        "returned",
        "No way back for what was taken down",
        "A picture that was taken down for good does not come back, cropped or flipped"
        " either.",
        "It was taken down before",
        3,
        "OTHER_VIOLATION_TC",
        reported=False,
    ),
    Rule(
        "6.1",
        "spam",
        "No spam",
        "Do not flood others with the same thing, with links or with bought attention.",
        "It is spam",
        1,
        "SCAMS_AND_FRAUD",
    ),
    Rule(
        "6.2",
        "other",
        "Good sense",
        "What these rules did not foresee and what does clear harm may be limited too,"
        " with the reason given.",
        "Something else",
        1,
        "OTHER_VIOLATION_TC",
    ),
)

BY_CATEGORY = {rule.category: rule for rule in RULES}
BY_ID = {rule.id: rule for rule in RULES}

CONTENT = frozenset(
    BY_CATEGORY[category].id for category in ("minors", "ncii", "returned")
)
"""Rules that the picture itself breaks, whoever has it; others are broken by a use."""

CATEGORIES = [(rule.category, rule.ask) for rule in RULES if rule.reported]
"""For fields and dialogs."""


def rule_of(name: str) -> Rule:
    """By number or category; KeyError names what exists."""
    rule = BY_ID.get(name) or BY_CATEGORY.get(name)
    if rule is None:
        known = ", ".join(f"{rule.id} {rule.category}" for rule in RULES)
        raise KeyError(f"There is no rule {name!r}. Use one of: {known}.")
    return rule
