"""What moderators write often: a measure, a rule and the facts in words for the author.

A wording is a beginning; the form shows its text, and it can be made more exact.
"""

from __future__ import annotations

from dataclasses import dataclass

from moderation.models import Measure
from moderation.rules import BY_CATEGORY


@dataclass(frozen=True, slots=True)
class Wording:
    id: str
    category: str
    measure: Measure
    text: str

    @property
    def rule(self) -> str:
        return BY_CATEGORY[self.category].id

    @property
    def title(self) -> str:
        return f"{self.measure.label}: {self.rule} {BY_CATEGORY[self.category].title}"


WORDINGS = (
    Wording(
        "minors-remove",
        "minors",
        Measure.REMOVE,
        "It shows or describes somebody under 18 in a sexual way.",
    ),
    Wording(
        "ncii-remove",
        "ncii",
        Measure.REMOVE,
        "It is an intimate picture of a person who did not agree to it.",
    ),
    Wording(
        "self-harm-hide",
        "self-harm",
        Measure.HIDE,
        "It encourages self-harm or says how to do it. If this is about you, there is"
        " help: see the page “Care”.",
    ),
    Wording(
        "impersonation-hide",
        "impersonation",
        Measure.HIDE,
        "It shows or voices a real person, and nothing says that they agreed.",
    ),
    Wording(
        "privacy-remove",
        "privacy",
        Measure.REMOVE,
        "It gives away private details of a person: an address, a number or a document.",
    ),
    Wording(
        "sexual-hide", "sexual", Measure.HIDE, "It shows or describes a sexual act."
    ),
    Wording(
        "sexual-adults",
        "sexual",
        Measure.AGE_LIMIT,
        "It is for adults: romance that goes further than a kiss.",
    ),
    Wording(
        "hate-remove",
        "hate",
        Measure.REMOVE,
        "It attacks people for what they are, and the audience is its target.",
    ),
    Wording(
        "harassment-hide",
        "harassment",
        Measure.HIDE,
        "It threatens, follows or bullies a person.",
    ),
    Wording(
        "harassment-warn",
        "harassment",
        Measure.WARN,
        "The tone comes close to bullying. We leave it this time.",
    ),
    Wording(
        "violence-remove",
        "violence",
        Measure.REMOVE,
        "It praises violence or calls for it outside of any play.",
    ),
    Wording(
        "deception-hide",
        "deception",
        Measure.HIDE,
        "It could be taken for a recording of something that happened.",
    ),
    Wording(
        "illegal-goods-remove",
        "illegal-goods",
        Measure.REMOVE,
        "It offers or explains something that the law forbids.",
    ),
    Wording(
        "copyright-hide",
        "copyright",
        Measure.HIDE,
        "Somebody showed us that it is theirs and that they did not allow it.",
    ),
    Wording(
        "spam-demote",
        "spam",
        Measure.DEMOTE,
        "It says the same as much else that you published.",
    ),
    Wording(
        "spam-remove",
        "spam",
        Measure.REMOVE,
        "It is one of many alike, or an advertisement.",
    ),
    Wording(
        "other-hide", "other", Measure.HIDE, "It does harm that no other rule names."
    ),
)

BY_ID = {wording.id: wording for wording in WORDINGS}


def usual(category: str) -> Wording:
    """The one that a case of this category begins with; the first of its rule."""
    return next(one for one in WORDINGS if one.category == (category or "other"))
