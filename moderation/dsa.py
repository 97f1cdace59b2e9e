"""Our measures and rules in the words of the EC's DSA Transparency Database.

Values follow its API since 1 July 2025 (transparency.dsa.ec.europa.eu, documentation).
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

ACCOUNT_PRIVATE = "ACCOUNT_TYPE_PRIVATE"
GROUND_ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
GROUND_RULES = "DECISION_GROUND_INCOMPATIBLE_CONTENT"

CATEGORY_PREFIX = "STATEMENT_CATEGORY_"
"""What comes before ``moderation.rules.Rule.dsa``."""

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
