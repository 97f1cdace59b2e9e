"""A comment as something that is approved by its hash."""

from __future__ import annotations

from moderation.approvals.facets import Facet

KIND = "comment"
"""Of things that are reported, withheld and approved."""

FACET = "comment"
"""Its one side; also the surface that it is screened as."""


def facet_of(text: str) -> Facet:
    """What is approved of a comment: its words."""
    return Facet(FACET, {FACET: text}, (FACET,))
