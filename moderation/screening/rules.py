"""The rules of the house: one table for the code, the messages and the policy page.

Numbers are for people to quote and never change their meaning; a rule that is given up
keeps its number. ``dsa`` is the category of the DSA Transparency Database
(``STATEMENT_CATEGORY_...``) that a statement of reasons names.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: str
    """Two or three words, as in “rule 4.2, threats”."""

    text: str
    """One plain sentence that anyone understands."""

    category: str
    dsa: str
    reads_as: str
    """Completes “... reads as” in a refusal."""

    surfaces: tuple[str, ...] = ()
    """Where it holds; empty: everywhere."""

    appeal: bool = True
    """Whether a person may still let it through."""


CHAPTERS = {
    "1": "Minors",
    "2": "Self-harm",
    "3": "Real people",
    "4": "Threats and hate",
    "5": "Violence",
    "6": "Sex and nudity",
    "7": "Spam and deceit",
    "8": "Tricks on the machine",
    "9": "Known files",
}

_MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
_SELF_HARM = "STATEMENT_CATEGORY_SELF_HARM"
_PRIVACY = "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"
_SPEECH = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
_VIOLENCE = "STATEMENT_CATEGORY_VIOLENCE"
_SEXUAL = "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"
_CONSENT = "STATEMENT_CATEGORY_NON_CONSENSUAL_BEHAVIOUR"
_SCAM = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
_SCOPE = "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE"
_DANGER = "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY"

_PICTURES = ("portrait", "frames")

TABLE: tuple[Rule, ...] = (
    Rule(
        "1.1",
        "minors and sex",
        "Nothing sexual about anyone who is, or looks, under 18: not drawn, not"
        " invented, not as a joke.",
        "sexual_minors",
        _MINORS,
        "sexual content about a minor",
        appeal=False,
    ),
    Rule(
        "2.1",
        "care",
        "A text that sounds like somebody in danger gets help instead of a show. It"
        " breaks no rule, and nobody is punished for it.",
        "self_harm",
        _SELF_HARM,
        "somebody who may be in danger",
    ),
    Rule(
        "2.2",
        "urging self-harm",
        "Do not tell anyone to hurt or starve themselves, and do not explain how.",
        "self_harm_urging",
        _SELF_HARM,
        "urging somebody to hurt themselves",
    ),
    Rule(
        "3.1",
        "posing as a real person",
        "Do not speak as a real person, or put words in their mouth, without their"
        " consent.",
        "impersonation",
        _CONSENT,
        "posing as a real person",
    ),
    Rule(
        "3.2",
        "personal data",
        "Keep addresses, phone numbers, card and identity numbers of real people out.",
        "personal_data",
        _PRIVACY,
        "personal data",
    ),
    Rule(
        "3.3",
        "passwords and keys",
        "Keep passwords and secret keys out, your own too: what is published is read.",
        "credentials",
        _PRIVACY,
        "a password or a secret key",
    ),
    Rule(
        "3.4",
        "faces of real people",
        "Portraits are drawings; a photo of a real person needs that person's consent.",
        "real_person",
        _CONSENT,
        "a photo of a real person",
        surfaces=_PICTURES,
    ),
    Rule(
        "3.5",
        "public figures",
        "No portrait or clip may pass for a public figure.",
        "public_figure",
        _CONSENT,
        "a public figure",
        surfaces=_PICTURES,
    ),
    Rule(
        "4.1",
        "hate",
        "Do not attack people for what they are: origin, religion, sex, orientation,"
        " disability.",
        "hate",
        _SPEECH,
        "an attack on people for what they are",
    ),
    Rule(
        "4.2",
        "threats",
        "Do not threaten anyone, openly or by hints such as where they live.",
        "threat",
        _VIOLENCE,
        "a threat",
    ),
    Rule(
        "4.3",
        "harassment",
        "Do not humiliate or hound a real person.",
        "harassment",
        _SPEECH,
        "harassment",
    ),
    Rule(
        "4.4",
        "slurs",
        "Slurs are not for attacking people. Quoting one to speak about it, and a"
        " group's own use of it, are fine.",
        "slur",
        _SPEECH,
        "a slur",
    ),
    Rule(
        "4.5",
        "threats out of hate",
        "Do not threaten a group of people or call for violence against them.",
        "hate_threatening",
        _SPEECH,
        "a threat against a group of people",
    ),
    Rule(
        "5.1",
        "violence",
        "Do not praise violence or ask for it; stories may have villains.",
        "violence",
        _VIOLENCE,
        "praise of violence",
    ),
    Rule(
        "5.2",
        "gore",
        "No wounds and deaths in close detail.",
        "violence_graphic",
        _VIOLENCE,
        "violence in close detail",
    ),
    Rule(
        "5.3",
        "dangerous instructions",
        "No instructions for weapons, drugs, poison or breaking in.",
        "illicit",
        _DANGER,
        "instructions that get people hurt",
    ),
    Rule(
        "6.1",
        "sex",
        "Nothing sexually explicit. Love, kisses and jokes are fine.",
        "sexual",
        _SEXUAL,
        "sexually explicit",
    ),
    Rule(
        "6.2",
        "nudity",
        "No nudity in portraits and clips.",
        "nudity",
        _SEXUAL,
        "nudity",
        surfaces=_PICTURES,
    ),
    Rule(
        "6.3",
        "strong language",
        "Keep strong language out of names, and out of what teenagers publish.",
        "profanity",
        _SCOPE,
        "strong language",
    ),
    Rule(
        "7.1",
        "spam",
        "Do not post the same thing again and again.",
        "spam",
        _SCOPE,
        "spam",
    ),
    Rule(
        "7.2",
        "links",
        "Links are few and lead where they say.",
        "links",
        _SCAM,
        "link spam",
    ),
    Rule(
        "7.3",
        "scams",
        "Do not cheat people out of money, accounts or trust.",
        "scam",
        _SCAM,
        "a scam",
    ),
    Rule(
        "8.1",
        "orders to the machine",
        "Characters, scripts and scenes are stories; orders meant for the model behind"
        " them are not carried out.",
        "injection",
        _SCOPE,
        "an order to the machine",
    ),
    Rule(
        "9.1",
        "known files",
        "A picture that was taken down for good does not come back, cropped or flipped"
        " either.",
        "known_file",
        _SCOPE,
        "a file that was taken down",
        surfaces=_PICTURES,
        appeal=False,
    ),
)

REPORTED_AS = {
    "sexual_minors": "minors",
    "self_harm": "self-harm",
    "self_harm_urging": "self-harm",
    "impersonation": "impersonation",
    "real_person": "impersonation",
    "public_figure": "impersonation",
    "personal_data": "privacy",
    "credentials": "privacy",
    "hate": "hate",
    "hate_threatening": "hate",
    "slur": "hate",
    "threat": "harassment",
    "harassment": "harassment",
    "violence": "violence",
    "violence_graphic": "violence",
    "illicit": "illegal-goods",
    "sexual": "sexual",
    "nudity": "sexual",
    "profanity": "other",
    "spam": "spam",
    "links": "spam",
    "scam": "spam",
    "injection": "other",
    "known_file": "other",
}
"""The broader word under which a report of it, and so a case, is filed."""

RULES = {rule.id: rule for rule in TABLE}
BY_CATEGORY = {rule.category: rule for rule in TABLE}


def of_category(category: str) -> Rule:
    """KeyError for a category that no rule is about: such a finding cannot be told."""
    return BY_CATEGORY[category]
