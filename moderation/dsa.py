"""Our measures and rules in the words of the EC's DSA Transparency Database.

Values follow its API since 1 July 2025, held against its documentation
(https://transparency.dsa.ec.europa.eu/page/api-documentation) and the source of the
database (https://github.com/digital-services-act/transparency-database) in November 2026.
The Commission changes the lists now and then: change them here, and VERSION with them.
"""

from __future__ import annotations

from moderation.models import Measure

VERSION = "2025-07"

VISIBILITY = {
    Measure.REMOVE: "DECISION_VISIBILITY_CONTENT_REMOVED",
    Measure.HIDE: "DECISION_VISIBILITY_CONTENT_DISABLED",
    Measure.DEMOTE: "DECISION_VISIBILITY_CONTENT_DEMOTED",
    Measure.AGE_LIMIT: "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
    Measure.LABEL: "DECISION_VISIBILITY_CONTENT_LABELLED",
}

ACCOUNT = {
    Measure.SUSPEND: "DECISION_ACCOUNT_SUSPENDED",
    Measure.BAN: "DECISION_ACCOUNT_TERMINATED",
}

PROVISION = {
    Measure.SUSPEND: "DECISION_PROVISION_TOTAL_SUSPENSION",
    Measure.BAN: "DECISION_PROVISION_TOTAL_TERMINATION",
}

ENDS = {
    "decision_visibility": "end_date_visibility_restriction",
    "decision_monetary": "end_date_monetary_restriction",
    "decision_provision": "end_date_service_restriction",
    "decision_account": "end_date_account_restriction",
}
"""Field of a restriction, and the field that says when it ends."""

ACCOUNT_PRIVATE = "ACCOUNT_TYPE_PRIVATE"
GROUND_ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
GROUND_RULES = "DECISION_GROUND_INCOMPATIBLE_CONTENT"

CATEGORY_PREFIX = "STATEMENT_CATEGORY_"
"""What comes before ``moderation.rules.Rule.dsa``."""

CATEGORIES = frozenset(
    {
        "ANIMAL_WELFARE",
        "CONSUMER_INFORMATION",
        "CYBER_VIOLENCE",
        "CYBER_VIOLENCE_AGAINST_WOMEN",
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "ILLEGAL_OR_HARMFUL_SPEECH",
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "NOT_SPECIFIED_NOTICE",
        "OTHER_VIOLATION_TC",
        "PROTECTION_OF_MINORS",
        "RISK_FOR_PUBLIC_SECURITY",
        "SCAMS_AND_FRAUD",
        "SELF_HARM",
        "UNSAFE_AND_PROHIBITED_PRODUCTS",
        "VIOLENCE",
    }
)
"""All of them; a rule has one."""

LANGUAGE = "EN"
"""ISO 639-1 in capitals, as the database wants it."""

CONTENT_TYPES = frozenset(
    {
        "CONTENT_TYPE_APP",
        "CONTENT_TYPE_AUDIO",
        "CONTENT_TYPE_IMAGE",
        "CONTENT_TYPE_PRODUCT",
        "CONTENT_TYPE_SYNTHETIC_MEDIA",
        "CONTENT_TYPE_TEXT",
        "CONTENT_TYPE_VIDEO",
        "CONTENT_TYPE_OTHER",
    }
)

SOURCE_NOTICE = "SOURCE_ARTICLE_16"
SOURCE_TRUSTED = "SOURCE_TRUSTED_FLAGGER"
SOURCE_OWN = "SOURCE_VOLUNTARY"

BY_MACHINE = "AUTOMATED_DECISION_FULLY"
BY_PERSON = "AUTOMATED_DECISION_NOT_AUTOMATED"

_EEA = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO"
    " SE SI SK"
)
EEA = _EEA.split()
"""Where our decisions hold: everywhere, so in all of the European Economic Area."""
