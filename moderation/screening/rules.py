"""What screening finds, and the rule of the house that each finding rests on.

The rules themselves, their numbers and words, are one table in ``moderation.rules``;
here stands, by category of a finding, under which of them it is refused and how.
"""

from __future__ import annotations

from dataclasses import dataclass

from moderation.rules import BY_CATEGORY as HOUSE
from moderation.rules import Rule


@dataclass(frozen=True, slots=True)
class Sign:
    category: str
    """What a detector, a head or a list calls it; unique."""

    house: str
    """Category of the rule in ``moderation.rules``, under which it is reported too."""

    reads_as: str
    """Completes “... reads as” in a refusal."""

    surfaces: tuple[str, ...] = ()
    """Where it holds; empty: everywhere."""

    appeal: bool = True
    """Whether a person may still let it through."""

    @property
    def rule(self) -> Rule:
        return HOUSE[self.house]

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def title(self) -> str:
        """Of the rule, as it goes on in a sentence."""
        return self.rule.title[0].lower() + self.rule.title[1:]


_PICTURES = ("portrait", "frames")

SIGNS: tuple[Sign, ...] = (
    Sign("sexual_minors", "minors", "sexual content about a minor", appeal=False),
    Sign("self_harm", "self-harm", "somebody who may be in danger"),
    Sign("self_harm_urging", "self-harm", "urging somebody to hurt themselves"),
    Sign("impersonation", "impersonation", "posing as a real person"),
    Sign("personal_data", "privacy", "personal data"),
    Sign("credentials", "privacy", "a password or a secret key"),
    Sign(
        "real_person", "impersonation", "a photo of a real person", surfaces=_PICTURES
    ),
    Sign("public_figure", "impersonation", "a public figure", surfaces=_PICTURES),
    Sign("hate", "hate", "an attack on people for what they are"),
    Sign("threat", "harassment", "a threat"),
    Sign("harassment", "harassment", "harassment"),
    Sign("slur", "hate", "a slur"),
    Sign("hate_threatening", "hate", "a threat against a group of people"),
    Sign("violence", "violence", "praise of violence"),
    Sign("violence_graphic", "violence", "violence in close detail"),
    Sign("illicit", "illegal-goods", "instructions that get people hurt"),
    Sign("sexual", "sexual", "sexually explicit"),
    Sign("nudity", "sexual", "nudity", surfaces=_PICTURES),
    Sign("profanity", "language", "strong language"),
    Sign("spam", "spam", "spam"),
    Sign("links", "spam", "link spam"),
    Sign("scam", "spam", "a scam"),
    Sign("injection", "tricks", "an order to the machine"),
    Sign(
        "known_file",
        "returned",
        "a file that was taken down",
        surfaces=_PICTURES,
        appeal=False,
    ),
)

BY_CATEGORY = {sign.category: sign for sign in SIGNS}


def of_category(category: str) -> Sign:
    """KeyError for a category that no rule is about: such a finding cannot be told."""
    return BY_CATEGORY[category]
